// SPDX-License-Identifier: Apache-2.0
// The C API's objects, freed by themselves, and its errors, thrown by the harness where a case expects none.
#ifndef PLUGTLS_TESTS_SUPPORT_HANDLES_HPP
#define PLUGTLS_TESTS_SUPPORT_HANDLES_HPP

#include <plugtls/plugtls.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace support {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T *object) const {
    Free(object);
  }
};

using RegistryPtr = std::unique_ptr<plugtls_registry, Deleter<plugtls_registry_free>>;
using ContextPtr = std::unique_ptr<plugtls_context, Deleter<plugtls_context_free>>;
using ConnectionPtr = std::unique_ptr<plugtls_connection, Deleter<plugtls_connection_free>>;
using SessionPtr = std::unique_ptr<plugtls_session, Deleter<plugtls_session_free>>;
using ChainPtr = std::unique_ptr<plugtls_chain, Deleter<plugtls_chain_free>>;
using BufferPtr = std::unique_ptr<plugtls_buffer, Deleter<plugtls_buffer_free>>;

// An error to hand to the C API.
struct Error : plugtls_error {
  Error() : plugtls_error(PLUGTLS_ERROR_INIT) {}
  std::string name() const { return plugtls_error_name(code); }
  int32_t category() const { return plugtls_error_category(code); }
  // All there is to say, for INFO.
  std::string text() const;
};

// What the harness throws when a call fails that a case takes for granted.
class Failure : public std::runtime_error {
 public:
  Failure(const std::string &what, const Error &error)
      : std::runtime_error(what + ": " + error.text()), error_(error) {}
  const Error &error() const { return error_; }

 private:
  Error error_;
};

inline plugtls_bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}
inline std::string as_string(plugtls_bytes bytes) {
  return {reinterpret_cast<const char *>(bytes.data), bytes.size};
}

const char *status_name(plugtls_status status);

}  // namespace support

#endif
