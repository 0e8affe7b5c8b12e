# Read by ctest, not by cmake: makes a CTest test of every TEST_CASE of a Catch2 program, by asking the
# program. Catch2's own catch_discover_tests cannot give a test two labels or two environment variables;
# this can, and makes labels of a case's tags too.

# plugtls_discover_tests(<name> <program> <labels> <time limit> <environment> <servers' PATH>)
function(plugtls_discover_tests name program labels timeout environment servers_path)
  if(NOT EXISTS "${program}")
    add_test("${name}_not_built" "${program}")
    set_tests_properties("${name}_not_built" PROPERTIES LABELS "${labels}")
    return()
  endif()
  execute_process(COMMAND "${program}" --list-tests --reporter xml OUTPUT_VARIABLE cases
                  RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${program} --list-tests failed: ${result}\n${cases}")
  endif()

  # A name may hold what CMake's lists give a meaning to.
  string(ASCII 1 semicolon)
  string(ASCII 2 open)
  string(ASCII 3 close)
  string(REPLACE ";" "${semicolon}" cases "${cases}")
  string(REPLACE "[" "${open}" cases "${cases}")
  string(REPLACE "]" "${close}" cases "${cases}")
  string(REGEX MATCHALL "<(Name|Tags)>[^\n]*</|<Tags/>" cases "${cases}")
  foreach(item IN LISTS cases)
    string(REGEX REPLACE "^<(Name|Tags)>(.*)</$" "\\2" text "${item}")
    if(item MATCHES "^<Name>")
      set(case "${text}")
      string(REPLACE "${semicolon}" ";" case "${case}")
      string(REPLACE "${open}" "[" case "${case}")
      string(REPLACE "${close}" "]" case "${case}")
      string(REPLACE "&lt;" "<" case "${case}")
      string(REPLACE "&gt;" ">" case "${case}")
      string(REPLACE "&quot;" "\"" case "${case}")
      string(REPLACE "&amp;" "&" case "${case}")
    else()
      string(REPLACE "<Tags/>" "" tags "${text}")
      string(REGEX MATCHALL "[^${open}${close}]+" tags "${tags}")
      # As Catch2's command line wants a name that holds its own special characters.
      string(REGEX REPLACE "([],\\[\\\\])" "\\\\\\1" pattern "${case}")
      add_test("${name}: ${case}" "${program}" "${pattern}")
      set_tests_properties(
        "${name}: ${case}"
        PROPERTIES LABELS "${labels};${tags}" TIMEOUT "${timeout}" SKIP_RETURN_CODE 4
                   ENVIRONMENT "${environment}"
                   ENVIRONMENT_MODIFICATION "PATH=path_list_append:${servers_path}")
    endif()
  endforeach()
endfunction()
