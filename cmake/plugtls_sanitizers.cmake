# PLUGTLS_SANITIZE=address,undefined or thread, for the whole tree: a sanitizer works only if every
# object in the process is built with it.

if(PLUGTLS_SANITIZE)
  if(NOT PLUGTLS_SANITIZE MATCHES "^(address|undefined|address,undefined|thread)$")
    message(FATAL_ERROR "PLUGTLS_SANITIZE is \"${PLUGTLS_SANITIZE}\"; "
                        "it may be address, undefined, \"address,undefined\" or thread")
  endif()
  add_compile_options(-fsanitize=${PLUGTLS_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PLUGTLS_SANITIZE})
  # RTLD_DEEPBIND makes ASan and TSan abort; tests that need it ask whether this is defined.
  add_compile_definitions(PLUGTLS_SANITIZED=1)
endif()
