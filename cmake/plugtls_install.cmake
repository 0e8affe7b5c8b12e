# What is installed besides the targets: the package for find_package(plugtls), plugtls.pc, and the
# CMake function by which others build backends.

include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/plugtls")

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/plugtlsConfig.cmake.in"
                              "${PROJECT_BINARY_DIR}/cmake/plugtlsConfig.cmake"
                              INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/cmake/plugtlsConfigVersion.cmake"
                                 COMPATIBILITY SameMajorVersion)
install(
  FILES "${PROJECT_BINARY_DIR}/cmake/plugtlsConfig.cmake"
        "${PROJECT_BINARY_DIR}/cmake/plugtlsConfigVersion.cmake"
        "${PROJECT_SOURCE_DIR}/cmake/plugtls_add_backend.cmake"
        "${PROJECT_SOURCE_DIR}/cmake/plugtls_backend.map"
        "${PROJECT_SOURCE_DIR}/cmake/plugtls_elf_note.c.in"
  DESTINATION "${package_dir}")
install(EXPORT plugtls_targets NAMESPACE plugtls:: FILE plugtlsTargets.cmake
        DESTINATION "${package_dir}")

file(RELATIVE_PATH PLUGTLS_PC_TO_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" PLUGTLS_PC_TO_PREFIX "${PLUGTLS_PC_TO_PREFIX}")
configure_file("${PROJECT_SOURCE_DIR}/cmake/plugtls.pc.in" "${PROJECT_BINARY_DIR}/cmake/plugtls.pc"
               @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/cmake/plugtls.pc"
        DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
