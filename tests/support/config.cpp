// SPDX-License-Identifier: Apache-2.0
#include "config.hpp"

#include "backends.hpp"
#include "pki.hpp"

#include <catch2/catch_test_macros.hpp>

namespace support {
namespace {

template <class T>
uint32_t count(const T &list) {
  return static_cast<uint32_t>(list.size());
}

plugtls_status create(const std::string &backend, const Config &config, plugtls_context **out,
                      Error *error) {
  const BuiltConfig built(config);
  plugtls_callbacks callbacks = config.callbacks;
  callbacks.size = sizeof callbacks;
  return plugtls_context_create(open_backend(backend), built.get(), &callbacks, out, error);
}

}  // namespace

Source file(const std::string &path) {
  return {.bytes = path};
}

Source contents(std::string bytes) {
  return {.kind = PLUGTLS_SOURCE_BYTES, .bytes = std::move(bytes)};
}

Identity identity(const std::string &name) {
  return {{file(pki_path(name + ".chain.pem"))}, file(pki_path(name + ".key.pem"))};
}

Config client_config() {
  Config out;
  out.trust = {file(pki_path("root.pem"))};
  return out;
}

Config server_config(const std::string &name) {
  Config out;
  out.role = PLUGTLS_ROLE_SERVER;
  out.identities = {identity(name)};
  return out;
}

BuiltConfig::BuiltConfig(const Config &config) {
  out_.size = sizeof out_;
  out_.role = config.role;
  out_.flags = config.flags;
  out_.version_min = config.version_min;
  out_.version_max = config.version_max;
  out_.client_auth = config.client_auth;
  out_.verify_time = config.verify_time;
  out_.verify_depth = config.verify_depth;
  out_.crl_check = config.crl_check;
  out_.ocsp = config.ocsp;
  out_.record_size_limit = config.record_size_limit;
  out_.early_data_max = config.early_data_max;
  add_lists(config);
  add_identities(config);
  trust_ = add(config.trust);
  out_.trust = trust_.data();
  out_.trust_count = count(trust_);
  crls_ = add(config.crls);
  out_.crls = crls_.data();
  out_.crl_count = count(crls_);
}

void BuiltConfig::add_lists(const Config &config) {
  out_.cipher_suites = config.cipher_suites.data();
  out_.cipher_suite_count = count(config.cipher_suites);
  out_.groups = config.groups.data();
  out_.group_count = count(config.groups);
  out_.signature_schemes = config.signature_schemes.data();
  out_.signature_scheme_count = count(config.signature_schemes);
  for (const std::string &name : config.alpn)
    alpn_.push_back(as_bytes(name));
  out_.alpn = alpn_.data();
  out_.alpn_count = count(alpn_);
  for (const plugtls_ticket_key &key : config.ticket_keys)
    ticket_keys_.push_back(&key);
  for (const Psk &psk : config.psks)
    psk_list_.push_back(&psks_.emplace_back(
        plugtls_psk{sizeof(plugtls_psk), psk.hash, as_bytes(psk.identity), as_bytes(psk.key)}));
  out_.psks = psk_list_.data();
  out_.psk_count = count(psk_list_);
  out_.ticket_keys = ticket_keys_.data();
  out_.ticket_lifetime_s = config.ticket_lifetime_s;
  out_.ticket_count = config.ticket_count;
  out_.ticket_key_count = count(ticket_keys_);
}

void BuiltConfig::add_identities(const Config &config) {
  for (const Identity &from : config.identities) {
    const Pointers &certificates = certificates_.emplace_back(add(from.certificates));
    plugtls_identity &to = identities_.emplace_back();
    to = {};
    to.size = sizeof to;
    to.certificates = certificates.data();
    to.certificate_count = count(certificates);
    to.key = add(from.key);
    if (from.ocsp_response) to.ocsp_response = add(*from.ocsp_response);
    identity_list_.push_back(&to);
  }
  out_.identities = identity_list_.data();
  out_.identity_count = count(identity_list_);
}

const plugtls_source *BuiltConfig::add(const Source &source) {
  plugtls_source &out = sources_.emplace_back();
  out = {};
  out.size = sizeof out;
  out.kind = source.kind;
  out.bytes = as_bytes(source.bytes);
  if (source.password) out.password = as_bytes(*source.password);
  out.ask_password = source.ask_password;
  out.ask_password_user = source.ask_password_user;
  out.signer = source.signer;
  return &out;
}

BuiltConfig::Pointers BuiltConfig::add(const std::vector<Source> &sources) {
  Pointers out;
  for (const Source &source : sources)
    out.push_back(add(source));
  return out;
}

ContextPtr make_context(const std::string &backend, const Config &config) {
  plugtls_context *out = nullptr;
  Error error;
  if (create(backend, config, &out, &error) != PLUGTLS_OK)
    throw Failure("plugtls_context_create on " + backend, error);
  return ContextPtr(out);
}

std::optional<Error> refusal(const std::string &backend, const Config &config) {
  plugtls_context *out = nullptr;
  Error error;
  const plugtls_status status = create(backend, config, &out, &error);
  const ContextPtr owner(out);
  if (status == PLUGTLS_OK) return std::nullopt;
  return error;
}

Error context_error(const std::string &backend, const Config &config) {
  plugtls_context *out = nullptr;
  Error error;
  const plugtls_status status = create(backend, config, &out, &error);
  const ContextPtr owner(out);
  INFO("backend " << backend);
  REQUIRE(status == PLUGTLS_FAILED);
  CHECK(out == nullptr);
  CHECK(error.message[0] != '\0');
  return error;
}

std::vector<uint16_t> effective(const plugtls_context *context, uint32_t which) {
  std::vector<uint16_t> out(plugtls_context_list(context, which, nullptr, 0));
  out.resize(plugtls_context_list(context, which, out.data(), out.size()));
  return out;
}

}  // namespace support
