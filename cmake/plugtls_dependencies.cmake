# Looks up everything the tree needs, in one place, and complains once about all that is missing:
# what it is, what it is for, and the Debian package that has it.

set(plugtls_missing "")

# plugtls_need(FOUND <bool> NAME <what> FOR <purpose> PACKAGE <Debian package>)
macro(plugtls_need)
  cmake_parse_arguments(need "" "FOUND;NAME;FOR;PACKAGE" "" ${ARGN})
  if(NOT need_FOUND)
    string(APPEND plugtls_missing
           "  ${need_NAME}\n      for ${need_FOR}; Debian package: ${need_PACKAGE}\n")
  endif()
endmacro()

find_package(PkgConfig QUIET)
plugtls_need(FOUND "${PKG_CONFIG_FOUND}" NAME pkg-config FOR "finding the other libraries"
             PACKAGE pkg-config)

# plugtls_find_pkg(<imported target's name> <pkg-config module and version>)
macro(plugtls_find_pkg name module)
  set(${name}_FOUND FALSE)
  if(PKG_CONFIG_FOUND)
    pkg_check_modules(${name} QUIET IMPORTED_TARGET "${module}")
  endif()
endmacro()

# --- loader -----------------------------------------------------------------------------------

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

# toml++ is used header-only, so that libplugtls does not need a C++ library at run time whose ABI is
# not its own. Its own CMake package links the shared library, hence the search for the header.
find_path(PLUGTLS_TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h)
mark_as_advanced(PLUGTLS_TOMLPLUSPLUS_INCLUDE_DIR)
plugtls_need(FOUND "${PLUGTLS_TOMLPLUSPLUS_INCLUDE_DIR}" NAME "toml++ 3"
             FOR "reading manifests and the configuration file" PACKAGE libtomlplusplus-dev)
if(PLUGTLS_TOMLPLUSPLUS_INCLUDE_DIR)
  add_library(plugtls_tomlplusplus INTERFACE)
  target_include_directories(plugtls_tomlplusplus SYSTEM
                             INTERFACE "${PLUGTLS_TOMLPLUSPLUS_INCLUDE_DIR}")
  target_compile_definitions(plugtls_tomlplusplus INTERFACE TOML_HEADER_ONLY=1)
endif()

plugtls_find_pkg(libidn2 "libidn2>=2.3")
plugtls_need(FOUND "${libidn2_FOUND}" NAME libidn2 FOR "internationalised host names"
             PACKAGE libidn2-dev)
plugtls_find_pkg(libmd "libmd>=1.0")
plugtls_need(FOUND "${libmd_FOUND}" NAME libmd FOR "SHA-256 of backends whose manifest pins one"
             PACKAGE libmd-dev)

# --- tools ------------------------------------------------------------------------------------

if(PLUGTLS_TOOLS)
  find_package(CLI11 2.1 CONFIG QUIET)
  plugtls_need(FOUND "${CLI11_FOUND}" NAME "CLI11" FOR "the plugtls program's command line"
               PACKAGE libcli11-dev)
endif()
if(PLUGTLS_TOOLS OR PLUGTLS_TESTS)
  find_package(nlohmann_json 3.11 CONFIG QUIET)
  plugtls_need(FOUND "${nlohmann_json_FOUND}" NAME "nlohmann_json" FOR "--json output"
               PACKAGE nlohmann-json3-dev)
  find_package(fmt 9 CONFIG QUIET)
  plugtls_need(FOUND "${fmt_FOUND}" NAME "fmt" FOR "the plugtls program's text"
               PACKAGE libfmt-dev)
endif()

if(PLUGTLS_TOOLS OR PLUGTLS_TESTS)
  # Debian's python3-cryptography belongs to Debian's interpreter; another python3 that comes first
  # on PATH does not have it.
  find_program(PLUGTLS_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
  find_program(PLUGTLS_PYTHON NAMES python3)
  mark_as_advanced(PLUGTLS_PYTHON)
  plugtls_need(FOUND "${PLUGTLS_PYTHON}" NAME "Python 3" FOR "the certificates of tests and of plugtls compare" PACKAGE python3)
  if(PLUGTLS_PYTHON)
    execute_process(COMMAND "${PLUGTLS_PYTHON}" -c "import cryptography" RESULT_VARIABLE result
                    OUTPUT_QUIET ERROR_QUIET)
    if(result EQUAL 0)
      set(python_cryptography_found TRUE)
    else()
      set(python_cryptography_found FALSE)
    endif()
    plugtls_need(FOUND "${python_cryptography_found}" NAME "cryptography for Python 3"
                 FOR "the certificates of tests and of plugtls compare" PACKAGE python3-cryptography)
  endif()
endif()

# --- tests ------------------------------------------------------------------------------------

if(PLUGTLS_TESTS)
  find_package(Catch2 3 CONFIG QUIET)
  plugtls_need(FOUND "${Catch2_FOUND}" NAME "Catch2 3" FOR "the tests (PLUGTLS_TESTS)"
               PACKAGE "catch2, from bookworm-backports on Debian 12")

  find_program(PLUGTLS_OPENSSL_PROGRAM openssl)
  mark_as_advanced(PLUGTLS_OPENSSL_PROGRAM)
  plugtls_need(FOUND "${PLUGTLS_OPENSSL_PROGRAM}" NAME "the openssl program"
               FOR "test certificates and peers" PACKAGE openssl)

  # A token in software: what is found here is the module, which the tests name in their URIs.
  find_library(PLUGTLS_SOFTHSM NAMES softhsm2 libsofthsm2.so PATH_SUFFIXES softhsm)
  mark_as_advanced(PLUGTLS_SOFTHSM)
  plugtls_need(FOUND "${PLUGTLS_SOFTHSM}" NAME "SoftHSM 2"
               FOR "the tests of keys in PKCS #11 tokens (PLUGTLS_TESTS)" PACKAGE softhsm2)
  set(modules "usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/ossl-modules")
  find_file(PLUGTLS_PKCS11_PROVIDER pkcs11.so NO_DEFAULT_PATH
            PATHS "${PROJECT_SOURCE_DIR}/build/deps/pkcs11-provider/${modules}" "/${modules}")
  mark_as_advanced(PLUGTLS_PKCS11_PROVIDER)
  plugtls_need(FOUND "${PLUGTLS_PKCS11_PROVIDER}" NAME "OpenSSL's provider pkcs11"
               FOR "the tests of keys in PKCS #11 tokens (PLUGTLS_TESTS)"
               PACKAGE "pkcs11-provider, from bookworm-backports on Debian 12")
endif()

if(PLUGTLS_BENCHMARKS)
  find_package(benchmark CONFIG QUIET)
  plugtls_need(FOUND "${benchmark_FOUND}" NAME "Google Benchmark"
               FOR "the benchmarks (PLUGTLS_BENCHMARKS)" PACKAGE libbenchmark-dev)
endif()

# --- backends ---------------------------------------------------------------------------------

# plugtls_backend_library(<OPENSSL|...> FOUND <bool> NAME <what> PACKAGE <Debian package>)
# sets PLUGTLS_BUILD_<...> from what was asked for and what was found.
macro(plugtls_backend_library backend)
  cmake_parse_arguments(library "" "FOUND;NAME;PACKAGE" "" ${ARGN})
  string(TOLOWER "${backend}" lower)
  set(PLUGTLS_BUILD_${backend} FALSE)
  set(PLUGTLS_WHY_${backend} "")
  if(PLUGTLS_BACKEND_${backend} STREQUAL "AUTO")
    if(NOT library_FOUND)
      set(PLUGTLS_WHY_${backend} "${library_NAME} not found (Debian package: ${library_PACKAGE})")
    elseif(NOT EXISTS "${PROJECT_SOURCE_DIR}/plugins/${lower}/CMakeLists.txt")
      set(PLUGTLS_WHY_${backend} "not in this tree")
    else()
      set(PLUGTLS_BUILD_${backend} TRUE)
    endif()
  elseif(PLUGTLS_BACKEND_${backend})
    plugtls_need(FOUND "${library_FOUND}" NAME "${library_NAME}"
                 FOR "the ${lower} backend (PLUGTLS_BACKEND_${backend}=ON)"
                 PACKAGE "${library_PACKAGE}")
    set(PLUGTLS_BUILD_${backend} TRUE)
  else()
    set(PLUGTLS_WHY_${backend} "switched off (PLUGTLS_BACKEND_${backend})")
  endif()
endmacro()

set(backend_found FALSE)
if(NOT PLUGTLS_BACKEND_OPENSSL STREQUAL "OFF")
  find_package(OpenSSL 3.0 QUIET)
endif()
plugtls_backend_library(OPENSSL FOUND "${OPENSSL_FOUND}" NAME "OpenSSL 3.0 or newer"
                        PACKAGE libssl-dev)

if(NOT PLUGTLS_BACKEND_MBEDTLS STREQUAL "OFF")
  find_package(MbedTLS 3.6 CONFIG QUIET)
endif()
plugtls_backend_library(MBEDTLS FOUND "${MbedTLS_FOUND}" NAME "mbedTLS 3.6 or newer"
                        PACKAGE "libmbedtls-dev, from Debian 13 on")

if(NOT PLUGTLS_BACKEND_WOLFSSL STREQUAL "OFF")
  plugtls_find_pkg(wolfssl "wolfssl>=5.5")
endif()
plugtls_backend_library(WOLFSSL FOUND "${wolfssl_FOUND}" NAME "wolfSSL 5.5 or newer"
                        PACKAGE libwolfssl-dev)

if(plugtls_missing)
  message(FATAL_ERROR "plugtls cannot be built here; missing:\n${plugtls_missing}"
                      "On Debian 12 and 13, tools/dev build installs all of it and builds.")
endif()

foreach(backend IN ITEMS OPENSSL MBEDTLS WOLFSSL)
  string(TOLOWER "${backend}" lower)
  if(PLUGTLS_BUILD_${backend})
    message(STATUS "Backend ${lower}: built")
  else()
    message(STATUS "Backend ${lower}: not built, ${PLUGTLS_WHY_${backend}}")
  endif()
endforeach()
