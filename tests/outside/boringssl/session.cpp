// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include "connection.hpp"
#include "error.hpp"

#include <plugtls/kit/session_bytes.hpp>

#include <openssl/rand.h>

#include <algorithm>
#include <cstring>

namespace plugtls_boringssl {

using namespace plugtls;

namespace {

constexpr std::string_view backend_name = "boringssl";

using Owned = std::unique_ptr<plugtls_backend_session>;

void add_store(Hasher &hasher, const Store &store) {
  std::vector<Digest> each;  // in whatever order they came
  for (const Der &anchor : store.anchors)
    each.push_back(Hasher().add(anchor).finish());
  for (const Der &crl : store.crl_encodings)
    each.push_back(Hasher().add(crl).finish());
  std::sort(each.begin(), each.end());
  for (const Digest &digest : each)
    hasher.add(digest);
}

void add_numbers(Hasher &hasher, const std::vector<uint16_t> &numbers) {
  hasher.add(uint64_t{numbers.size()});
  for (const uint16_t number : numbers)
    hasher.add(uint64_t{number});
}

void add_identities(Hasher &hasher, const plugtls_backend_context &context) {
  hasher.add(uint64_t{context.identities.size()});
  for (const Identity &identity : context.identities)
    hasher.add(identity.leaf);
}

// What the program's own callback lets pass, only that callback can answer for: such sessions are this context's alone.
void add_program(Hasher &hasher, const plugtls_backend_callbacks &callbacks) {
  if (callbacks.verify == nullptr) return;
  Digest own{};
  RAND_bytes(own.data(), own.size());  // never fails
  hasher.add(own);
}

// The server's word, or BoringSSL's own idea where it said nothing, which is in here already.
int64_t expiry_of(const SSL_SESSION *session) {
  return static_cast<int64_t>(SSL_SESSION_get_time(session)) +
         static_cast<int64_t>(SSL_SESSION_get_timeout(session));
}

kit::SecureBytes encode(const SSL_SESSION *session) {
  uint8_t *data = nullptr;
  std::size_t size = 0;
  require(SSL_SESSION_to_bytes(session, &data, &size) == 1, "encode a session");
  const kit::Handle<uint8_t, [](uint8_t *bytes) { OPENSSL_free(bytes); }> owned(data);
  return {data, data + size};
}

Owned wrap(const plugtls_backend_connection &connection, SSL_SESSION *session) {
  auto out = std::make_unique<plugtls_backend_session>();
  SSL_SESSION_up_ref(session);
  out->session.reset(session);
  out->settings = connection.context->settings;
  out->peer = connection.peer_digest;
  return out;
}

}  // namespace

Digest settings_digest(const plugtls_backend_context &context, const plugtls_config &config) {
  Hasher hasher;
  hasher.add("plugtls boringssl 1").add(uint64_t{context.role}).add(context.flags);
  hasher.add(uint64_t{context.client_auth}).add(uint64_t{context.verify_depth});
  hasher.add(uint64_t{context.crl_check}).add(static_cast<uint64_t>(config.verify_time));
  hasher.add(uint64_t{context.choice.versions.min}).add(uint64_t{context.choice.versions.max});
  add_numbers(hasher, context.choice.suites);
  add_numbers(hasher, context.choice.groups);
  add_numbers(hasher, context.choice.schemes);
  add_identities(hasher, context);
  add_store(hasher, context.store);
  add_program(hasher, context.callbacks);
  return hasher.finish();
}

Digest peer_digest(const plugtls_backend_connection &connection) {
  Hasher hasher;
  hasher.add(std::string_view(connection.server_name));
  hasher.add(uint64_t{connection.skips_name() ? 0U : 1U});
  for (const plugtls_subject &subject : connection.subjects)
    hasher.add(uint64_t{subject.kind}).add(kit::as_span(subject.value));
  return hasher.finish();
}

void offer_session(plugtls_backend_connection &connection, const plugtls_backend_session *session) {
  if (session == nullptr) return;
  const plugtls_backend_context &context = *connection.context;
  const plugtls_host &host = context.instance->host;
  const bool fits = (context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) == 0 &&
                    session->settings == context.settings &&
                    session->peer == connection.peer_digest &&
                    host.now(host.user) < expiry_of(session->session.get());
  if (fits) SSL_set_session(connection.ssl.get(), session->session.get());
}

int keep_session(SSL *ssl, SSL_SESSION *session) {
  return kit::guard_or(0, [&] {
    plugtls_backend_connection &connection = *connection_of(ssl);
    if (SSL_SESSION_is_resumable(session) == 0) return 0;
    connection.newest = wrap(connection, session);
    const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
    if (callbacks.new_session != nullptr)
      callbacks.new_session(callbacks.user, connection.host_connection,
                            wrap(connection, session).release());
    return 0;  // the reference stays BoringSSL's
  });
}

std::unique_ptr<plugtls_backend_session> copy_session(const plugtls_backend_session *session) {
  if (session == nullptr) return nullptr;
  auto out = std::make_unique<plugtls_backend_session>();
  SSL_SESSION_up_ref(session->session.get());
  out->session.reset(session->session.get());
  out->settings = session->settings;
  out->peer = session->peer;
  return out;
}

plugtls_status session_get(plugtls_backend_connection *connection, plugtls_backend_session **out,
                           plugtls_error *err) {
  return kit::guard(err, [&] {
    const QueueGuard queue;
    if (connection->newest == nullptr)
      return kit::fail(err, PLUGTLS_E_NO_SESSION,
                       "the server has sent no session yet; with TLS 1.3 it comes with the first "
                       "data that are read");
    *out = copy_session(connection->newest.get()).release();
    return plugtls_status{PLUGTLS_OK};
  });
}

plugtls_status session_export(const plugtls_backend_session *session, uint8_t *out, size_t capacity,
                              size_t *out_size, plugtls_error *err) {
  return kit::guard(err, [&] {
    const QueueGuard queue;
    const kit::SecureBytes sealed = kit::seal_session(
        backend_name, {session->settings, session->peer, encode(session->session.get())});
    *out_size = sealed.size();
    if (capacity < sealed.size())
      return kit::fail(err, PLUGTLS_E_BUFFER_TOO_SMALL,
                       "the session takes %zu bytes, %zu are given", sealed.size(), capacity);
    std::memcpy(out, sealed.data(), sealed.size());
    return plugtls_status{PLUGTLS_OK};
  });
}

plugtls_status session_import(plugtls_backend_context *context, plugtls_bytes bytes,
                              plugtls_backend_session **out, plugtls_error *err) {
  return kit::guard(err, [&] {
    const QueueGuard queue;
    const auto opened = kit::open_session(backend_name, kit::as_span(bytes));
    if (!opened)
      return kit::fail(err, PLUGTLS_E_SESSION_INVALID,
                       "the bytes are not a session of this backend's, or are damaged");
    if (opened->settings != context->settings)
      return kit::fail(err, PLUGTLS_E_SESSION_INVALID,
                       "the session was made under other settings (versions, cipher suites, "
                       "identities, trust, verification) than this context's");
    auto session = std::make_unique<plugtls_backend_session>();
    session->session.reset(
        SSL_SESSION_from_bytes(opened->library.data(), opened->library.size(), context->ctx.get()));
    if (!session->session)
      return kit::fail(err, PLUGTLS_E_SESSION_INVALID, "BoringSSL cannot read the session");
    session->settings = opened->settings;
    session->peer = opened->peer;
    *out = session.release();
    return plugtls_status{PLUGTLS_OK};
  });
}

plugtls_status session_info(const plugtls_backend_session *session, plugtls_session_info *out) {
  plugtls_session_info info{};
  info.size = sizeof info;
  const SSL_SESSION *native = session->session.get();
  info.version = SSL_SESSION_get_protocol_version(native);
  info.cipher_suite = SSL_CIPHER_get_protocol_id(SSL_SESSION_get0_cipher(native));
  info.created = static_cast<int64_t>(SSL_SESSION_get_time(native));
  info.expires = expiry_of(native);
  kit::write_sized(out, info);
  return PLUGTLS_OK;
}

void session_free(plugtls_backend_session *session) {
  const Owned owned(session);
}

}  // namespace plugtls_boringssl
