// SPDX-License-Identifier: Apache-2.0
// A wrapper backend that does one thing wrong: the one that $PLUGTLS_FLAW names. Over a good backend, `flawed(openssl)`
// is a bad one, of the kind that `plugtls check` is there to find. Without a flaw it is as good as what it wraps.
#include <plugtls/backend.h>
#include <plugtls/kit/fail.hpp>
#include <plugtls/kit/sized.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

using namespace plugtls;

using Connection = plugtls_backend_connection;

plugtls_backend_table inner;  // of the backend that is wrapped
plugtls_backend_instance *inner_instance;
plugtls_backend_table flawed;

#ifdef FLAWED_LEAKS_A_SYMBOL
}
extern "C" __attribute__((visibility("default"))) int SSL_read_of_another_library();
extern "C" int SSL_read_of_another_library() {
  return 0;
}
namespace {
#endif

// ---- what it says about itself

plugtls_status info(const plugtls_backend_instance *, plugtls_backend_info *out) {
  kit::write_sized(out, plugtls_backend_info{sizeof(plugtls_backend_info), 0, "flawed", "1.0",
                                             "flaws", "1.0", "1.0", nullptr});
  return PLUGTLS_OK;
}

void claims_everything(const plugtls_backend_instance *instance, uint32_t feature,
                       plugtls_capability *out) {
  inner.capability(instance, feature, out);
  if (feature < PLUGTLS_FEATURE_COUNT) out->level = PLUGTLS_YES;
}

void denies_without_a_reason(const plugtls_backend_instance *instance, uint32_t feature,
                             plugtls_capability *out) {
  inner.capability(instance, feature, out);
  out->note[0] = '\0';
}

// ---- settings silently dropped

template <auto Drop>
plugtls_status context_without(plugtls_backend_instance *instance, const plugtls_config *config,
                               const plugtls_backend_callbacks *callbacks,
                               plugtls_backend_context **out, plugtls_error *err) {
  plugtls_config less = kit::read_sized(config);
  Drop(less);
  return inner.context_create(instance, &less, callbacks, out, err);
}

void verification(plugtls_config &config) {
  config.flags |= PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION;
}
void protocols(plugtls_config &config) {
  config.alpn_count = 0;
}
void suites(plugtls_config &config) {
  config.cipher_suite_count = 0;
}
void groups(plugtls_config &config) {
  config.group_count = 0;
}
void highest_version(plugtls_config &config) {
  config.version_max = 0;
}
void client_certificates(plugtls_config &config) {
  config.client_auth = 0;
}
void time_of_verification(plugtls_config &config) {
  config.flags &= ~uint64_t{PLUGTLS_CONFIG_VERIFY_TIME};
}
void revocation(plugtls_config &config) {
  config.crl_check = 0;
}
void depth(plugtls_config &config) {
  config.verify_depth = 0;
}

plugtls_status context_without_callbacks(plugtls_backend_instance *instance,
                                         const plugtls_config *config,
                                         const plugtls_backend_callbacks *,
                                         plugtls_backend_context **out, plugtls_error *err) {
  plugtls_backend_callbacks none{};
  none.size = sizeof none;
  return inner.context_create(instance, config, &none, out, err);
}

template <auto Drop>
plugtls_status connection_without(plugtls_backend_context *context, const plugtls_peer *peer,
                                  const plugtls_transport *transport, Connection **out,
                                  plugtls_error *err) {
  plugtls_peer less = kit::read_sized(peer);
  Drop(less);
  return inner.connection_create(context, &less, transport, out, err);
}

void server_name(plugtls_peer &peer) {
  peer.server_name = nullptr;
}
void subjects(plugtls_peer &peer) {
  peer.flags |= PLUGTLS_PEER_INSECURE_NO_HOSTNAME_CHECK;
}

// ---- input and output

plugtls_status swallows_truncation(Connection *connection, void *buffer, size_t capacity,
                                   size_t *size, plugtls_error *err) {
  const plugtls_status status = inner.read(connection, buffer, capacity, size, err);
  return status == PLUGTLS_TRUNCATED ? plugtls_status{PLUGTLS_CLOSED} : status;
}

plugtls_status reads_before_the_handshake(Connection *connection, void *buffer, size_t capacity,
                                          size_t *size, plugtls_error *err) {
  plugtls_error error = kit::empty_error();
  const plugtls_status status = inner.read(connection, buffer, capacity, size, &error);
  if (status == PLUGTLS_FAILED && error.code == PLUGTLS_E_WRONG_STATE) return PLUGTLS_WANT_READ;
  if (status == PLUGTLS_FAILED || status == PLUGTLS_TRUNCATED) kit::fail(err, error);
  return status;
}

plugtls_status damages_data(Connection *connection, void *buffer, size_t capacity, size_t *size,
                            plugtls_error *err) {
  const plugtls_status status = inner.read(connection, buffer, capacity, size, err);
  if (status == PLUGTLS_OK && *size > 0) static_cast<char *>(buffer)[*size - 1] ^= 1;
  return status;
}

plugtls_status loses_data(Connection *connection, const void *data, size_t size, size_t *taken,
                          plugtls_error *err) {
  const plugtls_status status =
      inner.write(connection, data, size > 1 ? size - 1 : size, taken, err);
  if (status == PLUGTLS_OK && size > 1) ++*taken;
  return status;
}

plugtls_status writes_after_shutdown(Connection *connection, const void *data, size_t size,
                                     size_t *taken, plugtls_error *err) {
  plugtls_error error = kit::empty_error();
  const plugtls_status status = inner.write(connection, data, size, taken, &error);
  if (status != PLUGTLS_FAILED) return status;
  if (error.code != PLUGTLS_E_CLOSED_FOR_WRITING) return kit::fail(err, error);
  *taken = size;
  return PLUGTLS_OK;
}

plugtls_status never_wants_to_read(Connection *connection, plugtls_error *err) {
  const plugtls_status status = inner.handshake(connection, err);
  return status == PLUGTLS_WANT_READ ? kit::fail(err, PLUGTLS_E_TRANSPORT, "nothing to read")
                                     : status;
}

plugtls_status forgets_failures(Connection *connection, plugtls_error *err) {
  const plugtls_status status = inner.handshake(connection, err);
  if (status != PLUGTLS_FAILED) return status;
  // Told once; afterwards it only wants.
  static thread_local Connection *told = nullptr;
  if (told == connection) return PLUGTLS_WANT_READ;
  told = connection;
  return status;
}

plugtls_status never_returns(Connection *, plugtls_error *) {
  for (;;)
    pause();
}

plugtls_status shuts_down_too_early(Connection *connection, plugtls_error *) {
  (void)inner.shutdown(connection, nullptr);
  return PLUGTLS_OK;
}

size_t counts_wrongly(const Connection *connection) {
  return inner.pending(connection) + 1;
}

// ---- errors

plugtls_status leaves_errors_empty(Connection *connection, plugtls_error *) {
  return inner.handshake(connection, nullptr);
}

plugtls_status forgets_alerts(Connection *connection, plugtls_error *err) {
  const plugtls_status status = inner.handshake(connection, err);
  if (status == PLUGTLS_FAILED && err != nullptr) err->alert = PLUGTLS_ALERT_NONE;
  return status;
}

plugtls_status mistakes_the_fault(Connection *connection, plugtls_error *err) {
  const plugtls_status status = inner.handshake(connection, err);
  if (status == PLUGTLS_FAILED && err != nullptr && err->code / 100 == PLUGTLS_CATEGORY_CERTIFICATE)
    err->code = PLUGTLS_E_CERT_OTHER;
  return status;
}

// ---- facts

plugtls_status tells_the_wrong_version(const Connection *connection, plugtls_connection_info *out) {
  const plugtls_status status = inner.connection_info(connection, out);
  if (out->version != 0) out->version = PLUGTLS_VERSION_TLS1_2;
  return status;
}

plugtls_status loses_the_chain(const Connection *, uint32_t, plugtls_backend_chain **out,
                               plugtls_error *) {
  *out = nullptr;
  return PLUGTLS_OK;
}

plugtls_status exports_zeros(Connection *, const char *, plugtls_bytes, uint8_t *out, size_t size,
                             plugtls_error *) {
  std::memset(out, 0, size);
  return PLUGTLS_OK;
}

size_t lists_nothing(const plugtls_backend_context *, uint32_t, uint16_t *, size_t) {
  return 0;
}

struct Flaw {
  std::string_view name;
  void (*apply)();
};

const Flaw flaws[] = {
    {"none", [] {}},
    {"claims-everything", [] { flawed.capability = &claims_everything; }},
    {"denies-without-a-reason", [] { flawed.capability = &denies_without_a_reason; }},
    {"drops-verification", [] { flawed.context_create = &context_without<verification>; }},
    {"drops-protocols", [] { flawed.context_create = &context_without<protocols>; }},
    {"drops-suites", [] { flawed.context_create = &context_without<suites>; }},
    {"drops-groups", [] { flawed.context_create = &context_without<groups>; }},
    {"drops-version", [] { flawed.context_create = &context_without<highest_version>; }},
    {"drops-client-auth", [] { flawed.context_create = &context_without<client_certificates>; }},
    {"drops-time", [] { flawed.context_create = &context_without<time_of_verification>; }},
    {"drops-revocation", [] { flawed.context_create = &context_without<revocation>; }},
    {"drops-depth", [] { flawed.context_create = &context_without<depth>; }},
    {"drops-callbacks", [] { flawed.context_create = &context_without_callbacks; }},
    {"drops-server-name", [] { flawed.connection_create = &connection_without<server_name>; }},
    {"drops-name-check", [] { flawed.connection_create = &connection_without<subjects>; }},
    {"swallows-truncation", [] { flawed.read = &swallows_truncation; }},
    {"reads-too-early", [] { flawed.read = &reads_before_the_handshake; }},
    {"damages-data", [] { flawed.read = &damages_data; }},
    {"loses-data", [] { flawed.write = &loses_data; }},
    {"writes-after-shutdown", [] { flawed.write = &writes_after_shutdown; }},
    {"never-wants-to-read", [] { flawed.handshake = &never_wants_to_read; }},
    {"forgets-failures", [] { flawed.handshake = &forgets_failures; }},
    {"never-returns", [] { flawed.handshake = &never_returns; }},
    {"shuts-down-too-early", [] { flawed.shutdown = &shuts_down_too_early; }},
    {"counts-wrongly", [] { flawed.pending = &counts_wrongly; }},
    {"leaves-errors-empty", [] { flawed.handshake = &leaves_errors_empty; }},
    {"forgets-alerts", [] { flawed.handshake = &forgets_alerts; }},
    {"mistakes-the-fault", [] { flawed.handshake = &mistakes_the_fault; }},
    {"tells-the-wrong-version", [] { flawed.connection_info = &tells_the_wrong_version; }},
    {"loses-the-chain", [] { flawed.connection_chain = &loses_the_chain; }},
    {"exports-zeros", [] { flawed.export_keying_material = &exports_zeros; }},
    {"lists-nothing", [] { flawed.context_list = &lists_nothing; }},
};

const Flaw *wanted() {
  const char *name = std::getenv("PLUGTLS_FLAW");
  for (const Flaw &flaw : flaws)
    if (name != nullptr && flaw.name == name) return &flaw;
  return nullptr;
}

}  // namespace

plugtls_status plugtls_backend_entry(const plugtls_host *host, plugtls_backend_export *out,
                                     plugtls_error *err) {
  return kit::guard(err, [&] {
    const plugtls_host services = kit::read_sized(host);
    if (services.inner == nullptr)
      return kit::fail(err, PLUGTLS_E_BACKEND_REFUSED,
                       "it wraps another backend, and there is none");
    const Flaw *flaw = wanted();
    if (flaw == nullptr)
      return kit::fail(err, PLUGTLS_E_BACKEND_REFUSED, "$PLUGTLS_FLAW names no flaw");
    inner = *services.inner->table;
    inner_instance = services.inner->instance;
    flawed = inner;
    flawed.info = &info;
    flaw->apply();
    kit::write_sized(
        out, plugtls_backend_export{sizeof(plugtls_backend_export), 0, &flawed, inner_instance});
    return plugtls_status{PLUGTLS_OK};
  });
}
