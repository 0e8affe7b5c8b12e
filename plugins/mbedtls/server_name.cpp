// SPDX-License-Identifier: Apache-2.0
// Servers: the name a client asks for, and the context that answers for it (P-SNI-1).
#include "algorithms.hpp"
#include "connection.hpp"
#include "error.hpp"

#include <algorithm>
#include <iterator>

namespace plugtls::mbedtls {

namespace {

plugtls_error refusal(const plugtls_error &said, const std::string &name) {
  if (said.code != PLUGTLS_E_NONE) return said;
  return kit::make_error(PLUGTLS_E_UNRECOGNIZED_NAME, "the server name callback refused '%s'",
                         name.c_str());
}

int32_t alert_of(const plugtls_error &error) {
  return error.alert > 0 ? error.alert : kit::alert::unrecognized_name;
}

// In TLS 1.3 Mbed TLS takes the first suite of the client's that it has. Left with one, it takes the server's first
// that the client has.
void prefer_own_order(plugtls_backend_connection &connection, const kit::ClientHello &hello) {
  connection.suites.clear();
  connection.common13.clear();
  for (const int suite : connection.context->suites) {
    const auto number = static_cast<uint16_t>(suite);
    if (is_tls13(number) && !hello.offers(number)) continue;
    if (!is_tls13(number) || connection.common13.empty()) connection.suites.push_back(suite);
    if (is_tls13(number)) connection.common13.push_back(suite);
  }
  if (connection.common13.empty()) return;
  // Only get() hands out what is const. NOLINTNEXTLINE(readability-redundant-smartptr-get)
  connection.narrowed = *connection.context->conf.get();
  mbedtls_ssl_conf_ciphersuites(&connection.narrowed, connection.suites.data());
  connection.ssl->get()->conf = &connection.narrowed;
}

// The narrowed list has one of TLS 1.3's.
void put_suite(plugtls_backend_connection &connection, int suite) {
  for (int &one : connection.suites)
    if (is_tls13(static_cast<uint16_t>(one))) one = suite;
}

bool has_common_version(const plugtls_backend_connection &connection,
                        const kit::ClientHello &hello) {
  return std::any_of(std::begin(versions), std::end(versions), [&](uint16_t version) {
    return connection.context->versions.contains(version) && hello.speaks(version);
  });
}

// Mbed TLS would call it a failed negotiation like any other.
plugtls_status refuse_version(plugtls_backend_connection &connection, plugtls_error *err) {
  connection.program_error =
      kit::make_error(PLUGTLS_E_NO_COMMON_VERSION,
                      "the handshake failed: the client has no protocol version of the server's");
  connection.program_error.alert = kit::alert::protocol_version;
  return end(connection, 0, err);
}

plugtls_status ask_program(plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
  if (callbacks.server_name == nullptr) return PLUGTLS_OK;
  plugtls_backend_context *replacement = nullptr;
  plugtls_error error = kit::empty_error();
  const std::string &name = connection.server_name;
  const plugtls_status status =
      callbacks.server_name(callbacks.user, connection.host_connection,
                            name.empty() ? nullptr : name.c_str(), &replacement, &error);
  if (status == PLUGTLS_WANT_CALLBACK) return status;
  if (status != PLUGTLS_OK) {
    connection.program_error = refusal(error, name);
    connection.program_error.alert = alert_of(connection.program_error);
    return end(connection, 0, err);
  }
  if (replacement == nullptr) return PLUGTLS_OK;
  connection.context = replacement;
  const plugtls_status made = kit::guard(&error, [&] {
    make_ssl(connection);
    return plugtls_status{PLUGTLS_OK};
  });
  if (made == PLUGTLS_OK) return made;
  connection.program_error = error;
  connection.program_error.alert = kit::alert::internal_error;
  return end(connection, 0, err);
}

}  // namespace

bool choose_suite(plugtls_backend_connection &connection, int cipher_suite) {
  const bool newer = is_tls13(static_cast<uint16_t>(cipher_suite));
  const auto &usable = newer ? connection.common13 : connection.suites;
  if (std::find(usable.begin(), usable.end(), cipher_suite) == usable.end())
    return connection.suites.empty();  // nobody has looked into the ClientHello
  if (newer) put_suite(connection, cipher_suite);
  return true;
}

bool choose_suite_of_hash(plugtls_backend_connection &connection, uint32_t hash) {
  const auto &usable = connection.common13;
  const auto found = std::find_if(usable.begin(), usable.end(), [&](int suite) {
    return goes_with(static_cast<uint16_t>(suite), hash);
  });
  if (found == usable.end()) return false;
  put_suite(connection, *found);
  return true;
}

void choose_preferred_suite(plugtls_backend_connection &connection) {
  if (!connection.common13.empty()) put_suite(connection, connection.common13.front());
}

plugtls_status hear_name(plugtls_backend_connection &connection, plugtls_error *err) {
  const plugtls_status status = connection.hello->read(connection.transport);
  if (status == PLUGTLS_WANT_READ) return status;
  if (status != PLUGTLS_OK) {
    connection.saw_end = status == PLUGTLS_CLOSED;
    connection.transport_failed = status == PLUGTLS_FAILED;
    return end(connection, 0, err);
  }
  const kit::ClientHello hello = connection.hello->hello();
  connection.heard_name = !hello.well_formed;
  if (!hello.well_formed) return PLUGTLS_OK;  // Mbed TLS will say what is wrong
  connection.server_name.assign(hello.server_name);
  const plugtls_status asked = ask_program(connection, err);
  connection.heard_name = asked != PLUGTLS_WANT_CALLBACK;
  if (asked != PLUGTLS_OK) return asked;
  if (!has_common_version(connection, hello)) return refuse_version(connection, err);
  prefer_own_order(connection, hello);
  return PLUGTLS_OK;
}

}  // namespace plugtls::mbedtls
