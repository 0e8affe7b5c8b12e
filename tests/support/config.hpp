// SPDX-License-Identifier: Apache-2.0
// plugtls_config as a value: a case copies a good one and changes one member.
#ifndef PLUGTLS_TESTS_SUPPORT_CONFIG_HPP
#define PLUGTLS_TESTS_SUPPORT_CONFIG_HPP

#include "handles.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace support {

struct Source {
  uint32_t kind = PLUGTLS_SOURCE_FILE;
  std::string bytes = {};  // contents, path or URI
  std::optional<std::string> password = {};
  plugtls_password_fn ask_password = nullptr;
  void *ask_password_user = nullptr;
  const plugtls_signer *signer = nullptr;
};

Source file(const std::string &path);
Source contents(std::string bytes);

struct Identity {
  std::vector<Source> certificates;
  Source key;
  std::optional<Source> ocsp_response = {};
};

struct Psk {
  std::string identity, key;
  uint32_t hash = PLUGTLS_HASH_SHA256;
};

struct Config {
  uint32_t role = PLUGTLS_ROLE_CLIENT;
  uint64_t flags = 0;
  uint16_t version_min = 0, version_max = 0;
  uint32_t client_auth = 0;
  int64_t verify_time = 0;
  uint32_t verify_depth = 0, crl_check = 0, ocsp = 0;
  uint32_t record_size_limit = 0, early_data_max = 0;
  std::vector<uint16_t> cipher_suites = {}, groups = {}, signature_schemes = {};
  std::vector<std::string> alpn = {};
  std::vector<Identity> identities = {};
  std::vector<Source> trust = {}, crls = {};
  std::vector<plugtls_ticket_key> ticket_keys = {};
  std::vector<Psk> psks = {};
  uint32_t ticket_lifetime_s = 0;
  uint32_t ticket_count = 0;
  plugtls_callbacks callbacks = {};

  // Both bounds at once.
  Config &version(uint16_t only) {
    version_min = version_max = only;
    return *this;
  }
};

// Trusts the test root and nothing else.
Config client_config();
// Presents the named entity of tests/pki.
Config server_config(const std::string &identity = "good-ec");
Identity identity(const std::string &name);

// The C struct of a Config, which has to outlive it.
class BuiltConfig {
 public:
  explicit BuiltConfig(const Config &config);
  BuiltConfig(const BuiltConfig &) = delete;
  BuiltConfig &operator=(const BuiltConfig &) = delete;
  const plugtls_config *get() const { return &out_; }

 private:
  using Pointers = std::vector<const plugtls_source *>;
  const plugtls_source *add(const Source &source);
  Pointers add(const std::vector<Source> &sources);
  void add_identities(const Config &config);
  void add_lists(const Config &config);

  plugtls_config out_{};
  std::deque<plugtls_source> sources_;
  std::deque<plugtls_identity> identities_;
  std::deque<Pointers> certificates_;
  std::vector<const plugtls_identity *> identity_list_;
  std::vector<plugtls_bytes> alpn_;
  std::vector<const plugtls_ticket_key *> ticket_keys_;
  std::deque<plugtls_psk> psks_;
  std::vector<const plugtls_psk *> psk_list_;
  Pointers trust_, crls_;
};

// Throws Failure.
ContextPtr make_context(const std::string &backend, const Config &config);
// The error of a context that must not come about; fails the case if it does.
Error context_error(const std::string &backend, const Config &config);
// Likewise; nothing if there is a context.
std::optional<Error> refusal(const std::string &backend, const Config &config);

// What came into force.
std::vector<uint16_t> effective(const plugtls_context *context, uint32_t which);

}  // namespace support

#endif
