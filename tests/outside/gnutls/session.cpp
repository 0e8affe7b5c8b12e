// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include "connection.hpp"
#include "error.hpp"

#include <plugtls/kit/byte_reader.hpp>
#include <plugtls/kit/session_bytes.hpp>

#include <algorithm>
#include <cstring>

namespace plugtls_gnutls {

using namespace plugtls;

namespace {

constexpr std::string_view backend_name = "gnutls";
constexpr int64_t usual_lifetime = 7200;  // seconds, where the server names none

using Owned = std::unique_ptr<plugtls_backend_session>;

bool is_tls13_session(gnutls_session_t session) {
  return gnutls_protocol_get_version(session) == GNUTLS_TLS1_3;
}

void add_store(Hasher &hasher, const Store &store) {
  std::vector<Digest> each;  // in whatever order they came
  for (const Der &anchor : store.anchors)
    each.push_back(Hasher().add(anchor).finish());
  for (const Crl &crl : store.crls) {
    gnutls_datum_t der{};
    require(gnutls_x509_crl_export2(crl.get(), GNUTLS_X509_FMT_DER, &der), "encode a CRL");
    const kit::Handle<unsigned char, [](unsigned char *data) { gnutls_free(data); }> owned(
        der.data);
    each.push_back(Hasher().add(std::span<const uint8_t>(der.data, der.size)).finish());
  }
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
  hasher.add(uint64_t{context.identities});
  for (unsigned i = 0; i < context.identities; ++i) {
    gnutls_datum_t leaf{};
    require(gnutls_certificate_get_crt_raw(context.credentials.get(), i, 0, &leaf),
            "tell its own certificate");
    hasher.add(std::span<const uint8_t>(leaf.data, leaf.size));
  }
}

// What the program's own callback lets pass, only that callback can answer for: such sessions are this context's alone.
void add_program(Hasher &hasher, const plugtls_backend_callbacks &callbacks) {
  if (callbacks.verify == nullptr) return;
  Digest own{};
  require(gnutls_rnd(GNUTLS_RND_NONCE, own.data(), own.size()), "make random bytes");
  hasher.add(own);
}

kit::SecureBytes save(gnutls_session_t session) {
  gnutls_datum_t data{};
  require(gnutls_session_get_data2(session, &data), "save a session");
  kit::SecureBytes out(data.data, data.data + data.size);
  kit::wipe(data.data, data.size);
  gnutls_free(data.data);
  return out;
}

void append_number(kit::SecureBytes &to, uint64_t number, unsigned bytes) {
  while (bytes-- > 0)
    to.push_back(static_cast<uint8_t>(number >> (bytes * 8)));
}

// Beside the library's bytes, what it does not tell of them.
kit::SecureBytes encode(const plugtls_backend_session &session) {
  kit::SecureBytes out;
  append_number(out, static_cast<uint64_t>(session.created), 8);
  append_number(out, static_cast<uint64_t>(session.expires), 8);
  append_number(out, session.version, 2);
  append_number(out, session.cipher_suite, 2);
  out.insert(out.end(), session.bytes.begin(), session.bytes.end());
  return out;
}

int64_t take_time(kit::ByteReader &reader) {
  const uint64_t high = reader.number(4);
  return static_cast<int64_t>(high << 32U | reader.number(4));
}

Owned decode(kit::ByteView bytes) {
  constexpr std::size_t head = 20;
  kit::ByteReader reader(bytes);
  auto out = std::make_unique<plugtls_backend_session>();
  out->created = take_time(reader);
  out->expires = take_time(reader);
  out->version = static_cast<uint16_t>(reader.number(2));
  out->cipher_suite = static_cast<uint16_t>(reader.number(2));
  if (!reader.good() || bytes.size() == head) return nullptr;
  out->bytes.assign(bytes.begin() + head, bytes.end());
  return out;
}

}  // namespace

Digest settings_digest(const plugtls_backend_context &context, const plugtls_config &config) {
  Hasher hasher;
  hasher.add("plugtls gnutls 1").add(uint64_t{context.role}).add(context.flags);
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

void make_ticket_key(plugtls_backend_context &context) {
  gnutls_datum_t key{};
  require(gnutls_session_ticket_key_generate(&key), "make a ticket key");
  context.ticket_key.assign(key.data, key.data + key.size);
  kit::wipe(key.data, key.size);
  gnutls_free(key.data);
}

void use_tickets(plugtls_backend_connection &connection) {
  plugtls_backend_context &context = *connection.context;
  if (context.ticket_key.empty()) return;
  const gnutls_datum_t key{context.ticket_key.data(),
                           static_cast<unsigned>(context.ticket_key.size())};
  require(gnutls_session_ticket_enable_server(connection.session.get(), &key),
          "take the ticket key");
  gnutls_db_set_cache_expiration(connection.session.get(),
                                 static_cast<int>(context.ticket_lifetime));
}

int send_tickets(plugtls_backend_connection &connection) {
  const plugtls_backend_context &context = *connection.context;
  if (context.ticket_key.empty() || !is_tls13_session(connection.session.get())) return 0;
  return gnutls_session_ticket_send(connection.session.get(), context.ticket_count, 0);
}

void offer_session(plugtls_backend_connection &connection, const plugtls_backend_session *session) {
  if (session == nullptr) return;
  const plugtls_backend_context &context = *connection.context;
  const plugtls_host &host = context.instance->host;
  const bool fits = (context.flags & PLUGTLS_CONFIG_NO_RESUMPTION) == 0 &&
                    session->settings == context.settings &&
                    session->peer == connection.peer_digest &&
                    host.now(host.user) < session->expires;
  // What GnuTLS does not take, it does without.
  if (fits)
    (void)gnutls_session_set_data(connection.session.get(), session->bytes.data(),
                                  session->bytes.size());
}

int note_ticket(gnutls_session_t session, unsigned, unsigned, unsigned incoming,
                const gnutls_datum_t *message) {
  if (incoming == 0) return 0;
  plugtls_backend_connection &connection = *connection_of(session);
  // NewSessionTicket begins with its lifetime (RFC 8446, 4.6.1; RFC 5077, 3.3).
  kit::ByteReader reader({message->data, message->size});
  connection.ticket_lifetime = reader.number(4);
  connection.has_ticket = true;
  return 0;
}

void keep_session(plugtls_backend_connection &connection) {
  connection.has_ticket = false;
  (void)kit::guard(nullptr, [&] {
    gnutls_session_t session = connection.session.get();
    const plugtls_host &host = connection.context->instance->host;
    auto kept = std::make_unique<plugtls_backend_session>();
    kept->bytes = save(session);
    kept->version = is_tls13_session(session) ? PLUGTLS_VERSION_TLS1_3 : PLUGTLS_VERSION_TLS1_2;
    kept->cipher_suite = number_of_suite(session);
    kept->created = host.now(host.user);
    kept->expires =
        kept->created +
        (connection.ticket_lifetime > 0 ? int64_t{connection.ticket_lifetime} : usual_lifetime);
    kept->settings = connection.context->settings;
    kept->peer = connection.peer_digest;
    connection.newest = std::move(kept);
    const plugtls_backend_callbacks &callbacks = connection.context->callbacks;
    if (callbacks.new_session != nullptr)
      callbacks.new_session(callbacks.user, connection.host_connection,
                            copy_session(connection.newest.get()).release());
    return plugtls_status{PLUGTLS_OK};
  });
}

std::unique_ptr<plugtls_backend_session> copy_session(const plugtls_backend_session *session) {
  return session == nullptr ? nullptr : std::make_unique<plugtls_backend_session>(*session);
}

plugtls_status session_get(plugtls_backend_connection *connection, plugtls_backend_session **out,
                           plugtls_error *err) {
  return kit::guard(err, [&] {
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
    const kit::SecureBytes sealed =
        kit::seal_session(backend_name, {session->settings, session->peer, encode(*session)});
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
    const auto opened = kit::open_session(backend_name, kit::as_span(bytes));
    if (!opened)
      return kit::fail(err, PLUGTLS_E_SESSION_INVALID,
                       "the bytes are not a session of this backend's, or are damaged");
    if (opened->settings != context->settings)
      return kit::fail(err, PLUGTLS_E_SESSION_INVALID,
                       "the session was made under other settings (versions, cipher suites, "
                       "identities, trust, verification) than this context's");
    Owned session = decode(opened->library);
    if (session == nullptr)
      return kit::fail(err, PLUGTLS_E_SESSION_INVALID, "GnuTLS cannot read the session");
    session->settings = opened->settings;
    session->peer = opened->peer;
    *out = session.release();
    return plugtls_status{PLUGTLS_OK};
  });
}

plugtls_status session_info(const plugtls_backend_session *session, plugtls_session_info *out) {
  plugtls_session_info info{};
  info.size = sizeof info;
  info.version = session->version;
  info.cipher_suite = session->cipher_suite;
  info.created = session->created;
  info.expires = session->expires;
  kit::write_sized(out, info);
  return PLUGTLS_OK;
}

void session_free(plugtls_backend_session *session) {
  const Owned owned(session);
}

}  // namespace plugtls_gnutls
