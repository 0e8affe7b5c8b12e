# plugtls_add_test: a test program, registered with CTest.
#
#   plugtls_add_test(
#     unit_manifest
#     SOURCES manifest.cpp
#     LABELS unit                 # unit, conformance, peers, loader, lint
#     [LIBRARIES plugtls::headers ...]
#     [TIMEOUT 60]                # seconds for each test
#     [ENVIRONMENT NAME=value ...]
#     [WHOLE]                     # one CTest test for the program, not one for each TEST_CASE
#     [NO_MAIN])                  # the program has its own main(); it is one CTest test, exit 0 is good
#
# Each TEST_CASE is a CTest test of its own, in a process of its own with a time limit of its own, and
# its tags are labels too: [threads] marks what ThreadSanitizer has to see. The program gets
# PLUGTLS_TEST_PKI_DIR, PLUGTLS_TEST_BIN_DIR, PLUGTLS_TEST_LIB_DIR and PLUGTLS_TEST_SOURCE_DIR as string
# macros.

include_guard(GLOBAL)

set(PLUGTLS_TEST_PKI_DIR "${PROJECT_BINARY_DIR}/tests/pki")

# The machine's own configuration must not decide a test.
set(PLUGTLS_TEST_ENVIRONMENT
    "XDG_DATA_HOME=${PROJECT_BINARY_DIR}/tests/empty"
    "XDG_CONFIG_HOME=${PROJECT_BINARY_DIR}/tests/empty")

# Debian keeps servers out of a user's PATH, and tools/dev unpacks nginx into build/deps.
set(PLUGTLS_TEST_SERVERS_PATH "/usr/sbin:${PROJECT_SOURCE_DIR}/build/deps/nginx/usr/sbin")

# What the tsan preset builds: the programs that have a case tagged [threads], and the backends. Found in the sources, so
# that no such case can be left out of it.
add_custom_target(plugtls_thread_tests)
foreach(backend IN ITEMS openssl mbedtls wolfssl)
  if(TARGET plugtls_backend_${backend})
    add_dependencies(plugtls_thread_tests plugtls_backend_${backend})
  endif()
endforeach()

function(plugtls_note_threads name)
  foreach(source IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH source)
    if(EXISTS "${source}")
      file(STRINGS "${source}" tagged REGEX "\\[threads\\]")
      if(tagged)
        add_dependencies(plugtls_thread_tests ${name})
      endif()
    endif()
  endforeach()
endfunction()

function(plugtls_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "WHOLE;NO_MAIN" "TIMEOUT"
                        "SOURCES;LABELS;LIBRARIES;ENVIRONMENT")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "plugtls_add_test(${name}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_LABELS)
    message(FATAL_ERROR "plugtls_add_test(${name}): LABELS is empty")
  endif()
  if(NOT DEFINED arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()

  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE plugtls_warnings ${arg_LIBRARIES})
  if(NOT arg_NO_MAIN)
    target_link_libraries(${name} PRIVATE Catch2::Catch2WithMain)
  endif()
  target_compile_definitions(
    ${name}
    PRIVATE PLUGTLS_TEST_PKI_DIR="${PLUGTLS_TEST_PKI_DIR}"
            PLUGTLS_TEST_BIN_DIR="${PROJECT_BINARY_DIR}/bin"
            PLUGTLS_TEST_LIB_DIR="${PROJECT_BINARY_DIR}/lib"
            PLUGTLS_TEST_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_dependencies(${name} plugtls_test_pki)
  plugtls_note_threads(${name} ${arg_SOURCES})

  set(environment ${PLUGTLS_TEST_ENVIRONMENT} ${arg_ENVIRONMENT})
  if(arg_WHOLE OR arg_NO_MAIN)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(
      ${name}
      PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "${environment}"
                 ENVIRONMENT_MODIFICATION "PATH=path_list_append:${PLUGTLS_TEST_SERVERS_PATH}")
  else()
    set(discovery "${CMAKE_CURRENT_BINARY_DIR}/${name}_discovery.cmake")
    file(
      GENERATE
      OUTPUT "${discovery}"
      CONTENT
        "include([==[${PROJECT_SOURCE_DIR}/cmake/plugtls_discover_tests.cmake]==])
plugtls_discover_tests([==[${name}]==] [==[$<TARGET_FILE:${name}>]==] [==[${arg_LABELS}]==]
                       [==[${arg_TIMEOUT}]==] [==[${environment}]==]
                       [==[${PLUGTLS_TEST_SERVERS_PATH}]==])
")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${discovery}")
  endif()
endfunction()
