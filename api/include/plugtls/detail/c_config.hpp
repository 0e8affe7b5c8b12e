// SPDX-License-Identifier: Apache-2.0
/// ConfigData as a plugtls_config: views of it, good as long as both live. Also used where a chain is verified without a
/// connection.
#ifndef PLUGTLS_DETAIL_C_CONFIG_HPP
#define PLUGTLS_DETAIL_C_CONFIG_HPP

#include "plugtls/detail/config_data.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <vector>

namespace plugtls::detail {

/// C structs, and the array of pointers they cross as. A deque, because addresses must stay.
template <typename Struct>
class PointerList {
 public:
  Struct &add(const Struct &value) {
    structs_.push_back(value);
    pointers_.push_back(&structs_.back());
    return structs_.back();
  }
  const Struct *const *data() const noexcept { return pointers_.data(); }
  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(pointers_.size()); }

 private:
  std::deque<Struct> structs_;
  std::vector<const Struct *> pointers_;
};

class CConfig {
 public:
  explicit CConfig(const ConfigData &data) {
    c_.size = sizeof c_;
    set_numbers(data);
    set_lists(data);
    for (const Identity &identity : data.identities)
      add_identity(identity);
    for (const Source &source : data.trust)
      trust_.add(source.view());
    for (const RevocationList &list : data.crls)
      crls_.add(list.source().view());
    for (const TicketKey &key : data.ticket_keys)
      add_ticket_key(key);
    for (const PreSharedKey &psk : data.psks)
      psks_.add({sizeof(plugtls_psk), static_cast<std::uint32_t>(psk.hash),
                 to_c(psk.identity.bytes()), to_c(psk.key.bytes())});
    point();
  }
  CConfig(const CConfig &) = delete;
  CConfig &operator=(const CConfig &) = delete;
  CConfig(CConfig &&) = delete;
  CConfig &operator=(CConfig &&) = delete;
  ~CConfig() {
    for (std::uint32_t i = 0; i < ticket_keys_.size(); ++i)
      plugtls_secure_wipe(const_cast<plugtls_ticket_key *>(ticket_keys_.data()[i]),  // NOLINT
                          sizeof(plugtls_ticket_key));
  }

  const plugtls_config &c() const noexcept { return c_; }

 private:
  void set_numbers(const ConfigData &data) noexcept {
    c_.role = data.role;
    c_.flags = data.flags;
    c_.version_min = data.version_min;
    c_.version_max = data.version_max;
    c_.client_auth = data.client_auth;
    c_.verify_time = data.verify_time;
    c_.verify_depth = data.verify_depth;
    c_.crl_check = data.crl_check;
    c_.ocsp = data.ocsp;
    c_.record_size_limit = data.record_size_limit;
    c_.early_data_max = data.early_data_max;
    c_.ticket_lifetime_s = data.ticket_lifetime_s;
    c_.ticket_count = data.ticket_count;
  }

  void set_lists(const ConfigData &data) {
    c_.cipher_suites = data.cipher_suites.data();
    c_.cipher_suite_count = static_cast<std::uint32_t>(data.cipher_suites.size());
    c_.groups = data.groups.data();
    c_.group_count = static_cast<std::uint32_t>(data.groups.size());
    c_.signature_schemes = data.signature_schemes.data();
    c_.signature_scheme_count = static_cast<std::uint32_t>(data.signature_schemes.size());
    for (const NextProtocol &protocol : data.protocols)
      alpn_.push_back(to_c(protocol.bytes()));
  }

  void add_identity(const Identity &identity) {
    PointerList<plugtls_source> &chain = chains_.emplace_back();
    for (const Certificate &certificate : identity.chain)
      chain.add(certificate.source().view());
    const plugtls_source &key = keys_.add(identity.key.material()->view());
    const plugtls_source *staple =
        identity.ocsp_response ? &keys_.add(identity.ocsp_response->source().view()) : nullptr;
    identities_.add({sizeof(plugtls_identity), chain.size(), chain.data(), &key, staple});
  }

  void add_ticket_key(const TicketKey &key) {
    plugtls_ticket_key &c = ticket_keys_.add({sizeof(plugtls_ticket_key), 0, {}, {}});
    std::memcpy(c.name, key.name().data(), sizeof c.name);
    std::memcpy(c.key, key.key().data(), sizeof c.key);
  }

  void point() noexcept {
    c_.alpn = alpn_.data();
    c_.alpn_count = static_cast<std::uint32_t>(alpn_.size());
    c_.identities = identities_.data();
    c_.identity_count = identities_.size();
    c_.trust = trust_.data();
    c_.trust_count = trust_.size();
    c_.crls = crls_.data();
    c_.crl_count = crls_.size();
    c_.ticket_keys = ticket_keys_.data();
    c_.ticket_key_count = ticket_keys_.size();
    c_.psks = psks_.data();
    c_.psk_count = psks_.size();
  }

  plugtls_config c_{};
  std::vector<plugtls_bytes> alpn_;
  std::deque<PointerList<plugtls_source>> chains_;
  PointerList<plugtls_source> keys_;
  PointerList<plugtls_identity> identities_;
  PointerList<plugtls_source> trust_;
  PointerList<plugtls_source> crls_;
  PointerList<plugtls_ticket_key> ticket_keys_;
  PointerList<plugtls_psk> psks_;
};

}  // namespace plugtls::detail

#endif
