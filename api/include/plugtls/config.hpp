// SPDX-License-Identifier: Apache-2.0
/// What a context is built from: a mutable value with the proposal's setters. Backend-neutral: one configuration serves every
/// backend. What a backend cannot do is an UnsupportedError when the context is built; nothing is ever dropped.
///
/// A new configuration is the safe one: TLS 1.2 at least, chain and name verified against the system's store.
#ifndef PLUGTLS_CONFIG_HPP
#define PLUGTLS_CONFIG_HPP

#include "plugtls/certificate.hpp"
#include "plugtls/cipher_suite.hpp"
#include "plugtls/detail/config_data.hpp"
#include "plugtls/group.hpp"
#include "plugtls/next_protocol.hpp"
#include "plugtls/private_key.hpp"
#include "plugtls/signature_scheme.hpp"
#include "plugtls/tls_version.hpp"
#include "plugtls/trust_store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace plugtls {

/// The setters that clients and servers share. Each returns the configuration, so that they can be chained; a setter that
/// is called again replaces what it set, register_certificates excepted.
template <typename Derived>
class BasicConfig {
 public:
  /// S1: one broad switch. On, the default: chain and name are checked. Off: neither. Needs Feature::verify_off.
  Derived &validate_certificates(bool on) {
    return flag(PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION, !on);
  }
  bool validate_certificates() const noexcept {
    return (data_.flags & PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION) == 0;
  }
  /// S31: the chain is checked, the name is not.
  Derived &insecure_skip_hostname_check(bool skip) {
    return flag(PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK, skip);
  }
  /// S2: a chain, leaf first and intermediates after, and the leaf's key. May be called again for another key type. A key
  /// that does not match the leaf is an error of the context's constructor. `ocsp_response` is stapled (B8): DER.
  Derived &register_certificates(std::vector<Certificate> chain, PrivateKey key,
                                 std::optional<Certificate> ocsp_response = std::nullopt) {
    if (chain.empty()) throw_error(errc::no_certificate, "register_certificates: no certificate");
    data_.identities.push_back({std::move(chain), std::move(key), std::move(ocsp_response)});
    return self();
  }
  Derived &register_certificates(Certificate chain, PrivateKey key) {
    return register_certificates(std::vector<Certificate>{std::move(chain)}, std::move(key));
  }
  /// S3: in order of preference, TLS 1.2 and 1.3 in one list. Suites a backend does not know are skipped; if none is left,
  /// the context's constructor throws. Nothing outside the list is ever negotiated.
  Derived &set_ciphers(const std::vector<CipherSuite> &suites) {
    data_.cipher_suites = numbers(suites, errc::no_cipher_suite, "set_ciphers: the list is empty");
    return self();
  }
  /// S4: application protocols (ALPN, RFC 7301) in order of preference; an empty list negotiates none.
  Derived &set_inner_protocols(std::vector<NextProtocol> protocols) {
    data_.protocols = std::move(protocols);
    return self();
  }
  /// S5: a bound that is absent stays as it was.
  Derived &set_version_range(std::optional<TlsVersion> lower, std::optional<TlsVersion> upper) {
    if (lower) data_.version_min = static_cast<std::uint16_t>(*lower);
    if (upper) data_.version_max = static_cast<std::uint16_t>(*upper);
    return self();
  }
  /// S6: in place of the system's store.
  Derived &use_trust_store(const TrustStore &store) {
    data_.trust = store.sources();
    return self();
  }
  /// B10: key exchange groups, in order of preference. The same rule as set_ciphers.
  Derived &set_groups(const std::vector<Group> &groups) {
    data_.groups = numbers(groups, errc::invalid_argument, "set_groups: the list is empty");
    return self();
  }
  Derived &set_signature_schemes(const std::vector<SignatureScheme> &schemes) {
    data_.signature_schemes =
        numbers(schemes, errc::invalid_argument, "set_signature_schemes: the list is empty");
    return self();
  }
  /// Certificates are judged as of this time rather than now.
  Derived &set_verify_time(std::chrono::system_clock::time_point time) {
    data_.verify_time = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    return flag(PLUGTLS_CONFIG_VERIFY_TIME, true);
  }
  /// Most intermediates between the leaf and the anchor, 1 or more; 10 if it is not called.
  Derived &set_verify_depth(std::uint32_t intermediates) {
    data_.verify_depth = positive(intermediates, "set_verify_depth: 0");
    return self();
  }
  /// B8: revocation lists, and whether the leaf or the whole chain has to be covered by one.
  Derived &use_revocation_lists(std::vector<RevocationList> lists, RevocationCheck check) {
    data_.crls = std::move(lists);
    data_.crl_check = static_cast<std::uint32_t>(check);
    return self();
  }
  /// B8: stapled OCSP responses.
  Derived &set_ocsp(OcspCheck check) {
    data_.ocsp = static_cast<std::uint32_t>(check);
    return self();
  }
  /// B7: called once per handshake in which the peer presented a certificate, after the backend formed its verdict. None
  /// disables it. An exception refuses the certificate and is thrown by the handshake.
  Derived &set_verify_callback(VerifyCallback callback) {
    data_.callbacks.verify = std::move(callback);
    return self();
  }
  /// B9: receives the session's secrets as lines of the NSS key log format: whoever reads them reads the connection.
  Derived &insecure_set_keylog(KeyLogCallback callback) {
    data_.callbacks.keylog = std::move(callback);
    return self();
  }
  /// B9: obey $SSLKEYLOGFILE.
  Derived &insecure_allow_keylog_environment(bool allow) {
    return flag(PLUGTLS_CONFIG_INSECURE_ALLOW_KEYLOG_ENV, allow);
  }
  /// B6: neither offer nor accept resumption.
  Derived &disable_resumption(bool disable) { return flag(PLUGTLS_CONFIG_NO_RESUMPTION, disable); }
  /// Most bytes of plaintext in a record we send.
  Derived &set_record_size_limit(std::uint32_t bytes) {
    data_.record_size_limit = positive(bytes, "set_record_size_limit: 0");
    return self();
  }

  /// What has been set, for contexts.
  const detail::ConfigData &data() const noexcept { return data_; }

 protected:
  explicit BasicConfig(std::uint32_t role) { data_.role = role; }

  Derived &self() noexcept { return static_cast<Derived &>(*this); }

  Derived &flag(std::uint64_t bit, bool on) noexcept {
    data_.flags = on ? data_.flags | bit : data_.flags & ~bit;
    return self();
  }

  // In the C structs 0 means "not asked for"; a program that says 0 means 0, which nobody can do.
  static std::uint32_t positive(std::uint32_t value, const char *message) {
    if (value == 0) throw_error(errc::invalid_argument, message);
    return value;
  }

  template <typename Number>
  static std::vector<std::uint16_t> numbers(const std::vector<Number> &list, errc code,
                                            const char *message) {
    if (list.empty()) throw_error(code, message);
    std::vector<std::uint16_t> out;
    out.reserve(list.size());
    for (const Number number : list)
      out.push_back(static_cast<std::uint16_t>(number));
    return out;
  }

  detail::ConfigData data_;  // NOLINT(*-non-private-*): the derived setters' too
};

/// A client's configuration.
class ClientConfig : public BasicConfig<ClientConfig> {
 public:
  ClientConfig() : BasicConfig(PLUGTLS_ROLE_CLIENT) {}

  /// B6: called with each session that arrives, in TLS 1.3 by a read after the handshake. An exception does not end the
  /// connection; it is thrown by the next operation that may throw.
  ClientConfig &set_session_callback(SessionCallback callback) {
    data_.callbacks.session = std::move(callback);
    return *this;
  }
  /// B10: external pre-shared keys to offer.
  ClientConfig &offer_psk(PreSharedKey key) {
    data_.psks.push_back(std::move(key));
    return *this;
  }
  /// B10: early data may be sent with a resumed session. It can be replayed (RFC 8446, 8).
  ClientConfig &insecure_allow_early_data(bool allow) {
    data_.early_data_max = allow ? 1 : 0;
    return *this;
  }
  /// Answer a server that asks for a certificate after the handshake (RFC 8446, 4.6.2).
  ClientConfig &allow_post_handshake_authentication(bool allow) {
    return flag(PLUGTLS_CONFIG_POST_HANDSHAKE_AUTH, allow);
  }
};

/// A server's configuration.
class ServerConfig : public BasicConfig<ServerConfig> {
 public:
  ServerConfig() : BasicConfig(PLUGTLS_ROLE_SERVER) {}

  /// Whether clients are asked for a certificate, and whether they must have one. None at first.
  ServerConfig &set_client_authentication(ClientAuthentication mode) {
    data_.client_auth = static_cast<std::uint32_t>(mode);
    return *this;
  }
  /// B10: certificates are not asked for in the handshake but when the program says so, by request_client_certificate()
  /// (TLS 1.3). Besides set_client_authentication. Needs Feature::post_handshake_auth.
  ServerConfig &defer_client_authentication(bool defer) {
    return flag(PLUGTLS_CONFIG_POST_HANDSHAKE_AUTH, defer);
  }
  /// S10: called after each ClientHello. One per context; a second replaces the first, an empty one disables it.
  ServerConfig &set_sni_callback(SniCallback callback) {
    data_.callbacks.sni = std::move(callback);
    return *this;
  }
  /// B6: the first encrypts tickets, all decrypt them. Servers with the same keys resume each other's sessions.
  ServerConfig &set_ticket_keys(std::vector<TicketKey> keys) {
    if (keys.empty()) throw_error(errc::invalid_argument, "set_ticket_keys: the list is empty");
    data_.ticket_keys = std::move(keys);
    return *this;
  }
  /// 2 hours if it is not called; up to 7 days (RFC 8446, 4.6.1).
  ServerConfig &set_ticket_lifetime(std::chrono::seconds lifetime) {
    if (lifetime.count() <= 0 || lifetime > std::chrono::hours(7 * 24))
      throw_error(errc::invalid_argument, "set_ticket_lifetime: not between 1 s and 7 days");
    data_.ticket_lifetime_s = static_cast<std::uint32_t>(lifetime.count());
    return *this;
  }
  /// TLS 1.3 tickets sent after a handshake; 2 if it is not called. For none see disable_resumption.
  ServerConfig &set_ticket_count(std::uint32_t count) {
    data_.ticket_count = positive(count, "set_ticket_count: 0; use disable_resumption");
    return *this;
  }
  /// B10: looks up external pre-shared keys.
  ServerConfig &set_psk_callback(PskCallback callback) {
    data_.callbacks.psk = std::move(callback);
    return *this;
  }
  /// B10: bytes of early data accepted; 0, the default: none. It can be replayed (RFC 8446, 8).
  ServerConfig &insecure_accept_early_data(std::uint32_t bytes) {
    data_.early_data_max = bytes;
    return *this;
  }
};

}  // namespace plugtls

#endif
