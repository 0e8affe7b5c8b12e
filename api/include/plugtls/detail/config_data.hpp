// SPDX-License-Identifier: Apache-2.0
/// What a configuration holds. Zero and empty mean "not asked for", as in plugtls_config.
#ifndef PLUGTLS_DETAIL_CONFIG_DATA_HPP
#define PLUGTLS_DETAIL_CONFIG_DATA_HPP

#include "plugtls/callbacks.hpp"
#include "plugtls/certificate.hpp"
#include "plugtls/next_protocol.hpp"
#include "plugtls/policy.hpp"
#include "plugtls/private_key.hpp"
#include "plugtls/trust_store.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace plugtls::detail {

struct Identity {
  std::vector<Certificate> chain;
  PrivateKey key;
  std::optional<Certificate> ocsp_response;
};

struct ConfigData {
  std::uint32_t role = 0;
  std::uint64_t flags = 0;
  std::uint16_t version_min = 0;
  std::uint16_t version_max = 0;
  std::uint32_t client_auth = 0;
  std::int64_t verify_time = 0;
  std::uint32_t verify_depth = 0;
  std::uint32_t crl_check = 0;
  std::uint32_t ocsp = 0;
  std::uint32_t record_size_limit = 0;
  std::uint32_t early_data_max = 0;
  std::uint32_t ticket_lifetime_s = 0;
  std::uint32_t ticket_count = 0;
  std::vector<std::uint16_t> cipher_suites;
  std::vector<std::uint16_t> groups;
  std::vector<std::uint16_t> signature_schemes;
  std::vector<NextProtocol> protocols;
  std::vector<Identity> identities;
  std::vector<Source> trust;
  std::vector<RevocationList> crls;
  std::vector<TicketKey> ticket_keys;
  std::vector<PreSharedKey> psks;
  Callbacks callbacks;
};

}  // namespace plugtls::detail

#endif
