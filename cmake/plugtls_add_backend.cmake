# plugtls_add_backend: how a backend is built, in this tree and out of it.
#
#   find_package(plugtls REQUIRED)
#   plugtls_add_backend(
#     NAME mytls                      # plugtls-mytls.so, and what users write in PLUGTLS_BACKEND
#     SOURCES entry.cpp context.cpp ... # or entry.c ...: a project of C alone needs no C++ compiler, and has no kit
#     [LIBRARIES MyTLS::ssl ...]      # linked as they are
#     [STATIC_LIBRARIES mytls.a ...]  # archives that must end up inside the backend, hidden
#     [PRIORITY 50]                   # higher is chosen first when nobody asks for a name
#     [DESCRIPTION "..."] [VENDOR "..."] [LICENSE "..."]
#     [ISOLATION local|deepbind])
#
# It makes the target plugtls_backend_<name>. The backend goes to lib/plugtls in the build tree and its
# manifest to lib/plugtls/backends.d, as both are installed; so that directory can be given to
# PLUGTLS_PLUGIN_PATH as it is.
#
# A backend must not be reached by the host program's symbols, nor reach for them: see docs/abi.md.
# Hence everything below is the same for every backend and not a matter of taste:
#   - one exported symbol, plugtls_backend_entry, by visibility, version script and --exclude-libs
#   - no symbol left for the host to supply (-z defs), all bound at load (-z now), table read-only
#   - no STB_GNU_UNIQUE symbols, which would be shared between backends behind RTLD_LOCAL's back
#   - never unloaded (-z nodelete): TLS libraries leave exit handlers and thread destructors behind
#   - an ELF note that repeats name and ABI, which the loader reads before any code of the backend runs

include_guard(GLOBAL)

set(PLUGTLS_CMAKE_DIR "${CMAKE_CURRENT_LIST_DIR}")
set(PLUGTLS_MANIFEST_VERSION 1)

function(plugtls_add_backend)
  cmake_parse_arguments(
    PARSE_ARGV 0 arg "" "NAME;PRIORITY;DESCRIPTION;VENDOR;LICENSE;ISOLATION"
    "SOURCES;LIBRARIES;STATIC_LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "plugtls_add_backend: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  string(LENGTH "${arg_NAME}" name_length)
  if(NOT arg_NAME MATCHES "^[a-z0-9][a-z0-9_-]*$" OR name_length GREATER 31)
    message(FATAL_ERROR "plugtls_add_backend: NAME is \"${arg_NAME}\"; it must be of 1 to 31 small "
                        "letters, digits, - and _, and begin with a letter or digit")
  endif()
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "plugtls_add_backend(${arg_NAME}): SOURCES is empty")
  endif()
  if(NOT DEFINED arg_PRIORITY)
    set(arg_PRIORITY 50)
  elseif(NOT arg_PRIORITY MATCHES "^-?[0-9]+$")
    message(FATAL_ERROR "plugtls_add_backend(${arg_NAME}): PRIORITY must be a whole number")
  endif()
  if(NOT DEFINED arg_ISOLATION)
    set(arg_ISOLATION local)
  elseif(NOT arg_ISOLATION MATCHES "^(local|deepbind)$")
    message(FATAL_ERROR "plugtls_add_backend(${arg_NAME}): ISOLATION must be local or deepbind")
  endif()

  set(target plugtls_backend_${arg_NAME})
  set(output "plugtls-${arg_NAME}.so")
  if(NOT PLUGTLS_BACKEND_OUTPUT_DIR)
    set(PLUGTLS_BACKEND_OUTPUT_DIR "${CMAKE_BINARY_DIR}/lib/plugtls")
  endif()

  plugtls_write_elf_note(note_source "${arg_NAME}")
  add_library(${target} MODULE ${arg_SOURCES} "${note_source}")
  set_target_properties(
    ${target}
    PROPERTIES PREFIX ""
               SUFFIX ""
               OUTPUT_NAME "${output}"
               LIBRARY_OUTPUT_DIRECTORY "${PLUGTLS_BACKEND_OUTPUT_DIR}"
               C_VISIBILITY_PRESET hidden
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON
               POSITION_INDEPENDENT_CODE ON
               LINK_DEPENDS "${PLUGTLS_CMAKE_DIR}/plugtls_backend.map")
  # A backend in C alone asks for no C++ compiler; the kit would bring one in.
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if("CXX" IN_LIST languages)
    target_compile_features(${target} PRIVATE cxx_std_20)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
    target_link_libraries(${target} PRIVATE plugtls::kit)
  else()
    target_link_libraries(${target} PRIVATE plugtls::api)
  endif()
  target_link_libraries(${target} PRIVATE ${arg_STATIC_LIBRARIES} ${arg_LIBRARIES})
  target_link_options(
    ${target}
    PRIVATE
    "LINKER:--version-script=${PLUGTLS_CMAKE_DIR}/plugtls_backend.map"
    "LINKER:--no-undefined-version"
    "LINKER:--exclude-libs,ALL"
    "LINKER:--as-needed"
    "LINKER:-z,nodelete"
    "LINKER:-z,now"
    "LINKER:-z,relro"
    "LINKER:-z,noexecstack")
  # A sanitizer's run-time functions are supplied by the program, not by what the backend links.
  if(NOT PLUGTLS_SANITIZE AND NOT "${CMAKE_CXX_FLAGS} ${CMAKE_C_FLAGS}" MATCHES "-fsanitize=")
    target_link_options(${target} PRIVATE "LINKER:-z,defs")
  endif()

  # The loader refuses what others could write to; the builder's umask must not make it that.
  add_custom_command(TARGET ${target} POST_BUILD COMMAND chmod go-w "$<TARGET_FILE:${target}>"
                     VERBATIM)

  plugtls_write_manifest(manifest "${arg_NAME}" "${output}")
  plugtls_install_backend(${target} "${manifest}")
endfunction()

# Writes lib/plugtls/backends.d/<name>.toml from the caller's arguments.
function(plugtls_write_manifest out_path name output)
  set(path "${PLUGTLS_BACKEND_OUTPUT_DIR}/backends.d/${name}.toml")
  set(text "# What the plugtls loader knows about this backend before it opens it.\n")
  string(APPEND text "manifest_version = ${PLUGTLS_MANIFEST_VERSION}\n"
                     "name = \"${name}\"\n"
                     "library = \"../${output}\"\n"
                     "abi = ${PLUGTLS_ABI_MAJOR}\n"
                     "priority = ${arg_PRIORITY}\n")
  foreach(key IN ITEMS DESCRIPTION VENDOR LICENSE)
    if(DEFINED arg_${key})
      string(TOLOWER "${key}" lower)
      string(REPLACE "\\" "\\\\" value "${arg_${key}}")
      string(REPLACE "\"" "\\\"" value "${value}")
      string(APPEND text "${lower} = \"${value}\"\n")
    endif()
  endforeach()
  string(APPEND text "isolation = \"${arg_ISOLATION}\"\n")
  file(CONFIGURE OUTPUT "${path}" CONTENT "${text}" @ONLY)
  file(CHMOD "${path}" PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
  file(
    CHMOD "${PLUGTLS_BACKEND_OUTPUT_DIR}" "${PLUGTLS_BACKEND_OUTPUT_DIR}/backends.d"
    PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
                WORLD_EXECUTE)
  set(${out_path} "${path}" PARENT_SCOPE)
endfunction()

# Writes the source of the ELF note that backend.h describes. It is C that is also C++, so that a
# project needs no assembler language enabled; compilers make a section called .note.* an SHT_NOTE one.
function(plugtls_write_elf_note out_path name)
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if("C" IN_LIST languages)
    set(extension c)
  else()
    set(extension cpp)
  endif()
  string(LENGTH "${name}" PLUGTLS_NAME_LENGTH)
  set(PLUGTLS_NAME "${name}")
  set(path "${CMAKE_CURRENT_BINARY_DIR}/plugtls-${name}-note.${extension}")
  configure_file("${PLUGTLS_CMAKE_DIR}/plugtls_elf_note.c.in" "${path}" @ONLY)
  set(${out_path} "${path}" PARENT_SCOPE)
endfunction()

function(plugtls_install_backend target manifest)
  if(DEFINED PLUGTLS_INSTALL AND NOT PLUGTLS_INSTALL)
    return()
  endif()
  include(GNUInstallDirs)
  install(TARGETS ${target} LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/plugtls")
  install(FILES "${manifest}" DESTINATION "${CMAKE_INSTALL_LIBDIR}/plugtls/backends.d")
endfunction()
