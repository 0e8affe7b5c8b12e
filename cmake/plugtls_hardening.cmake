# What a distribution would add to a library that parses bytes from strangers. Applied to the whole
# tree when it is the top-level project; a parent project decides for itself.

include(CheckCXXCompilerFlag)

if(PROJECT_IS_TOP_LEVEL)
  add_compile_options(-fstack-protector-strong)

  check_cxx_compiler_flag(-fcf-protection PLUGTLS_HAVE_CF_PROTECTION)
  if(PLUGTLS_HAVE_CF_PROTECTION)
    add_compile_options(-fcf-protection)
  endif()

  check_cxx_compiler_flag(-fstack-clash-protection PLUGTLS_HAVE_STACK_CLASH_PROTECTION)
  if(PLUGTLS_HAVE_STACK_CLASH_PROTECTION)
    add_compile_options(-fstack-clash-protection)
  endif()

  # The sanitizers have interceptors of their own for what _FORTIFY_SOURCE replaces; and it needs an
  # optimising build.
  if(NOT PLUGTLS_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    add_compile_definitions(_FORTIFY_SOURCE=2)
  endif()

  add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()
