// SPDX-License-Identifier: Apache-2.0
#include "algorithms.hpp"

#include <algorithm>
#include <string_view>

namespace plugtls_gnutls {

using namespace plugtls;

namespace {

struct Suite {
  uint16_t number;
  const char *exchange;  // nullptr: any, TLS 1.3
  const char *cipher;
};

constexpr const char *ecdsa = "ECDHE-ECDSA";
constexpr const char *rsa = "ECDHE-RSA";

constexpr Suite suites[] = {
    {0x1302, nullptr, "AES-256-GCM"},     {0x1303, nullptr, "CHACHA20-POLY1305"},
    {0x1301, nullptr, "AES-128-GCM"},     {0x1304, nullptr, "AES-128-CCM"},
    {0xc02c, ecdsa, "AES-256-GCM"},       {0xc030, rsa, "AES-256-GCM"},
    {0xcca9, ecdsa, "CHACHA20-POLY1305"}, {0xcca8, rsa, "CHACHA20-POLY1305"},
    {0xc02b, ecdsa, "AES-128-GCM"},       {0xc02f, rsa, "AES-128-GCM"},
    {0xc0ac, ecdsa, "AES-128-CCM"},
};

struct Group {
  uint16_t number;
  gnutls_group_t native;
  const char *name;
};

constexpr Group groups[] = {
    {0x001d, GNUTLS_GROUP_X25519, "X25519"},       {0x0017, GNUTLS_GROUP_SECP256R1, "SECP256R1"},
    {0x001e, GNUTLS_GROUP_X448, "X448"},           {0x0018, GNUTLS_GROUP_SECP384R1, "SECP384R1"},
    {0x0019, GNUTLS_GROUP_SECP521R1, "SECP521R1"}, {0x0100, GNUTLS_GROUP_FFDHE2048, "FFDHE2048"},
    {0x0101, GNUTLS_GROUP_FFDHE3072, "FFDHE3072"}, {0x0102, GNUTLS_GROUP_FFDHE4096, "FFDHE4096"},
};

// GnuTLS tells ECDSA of TLS 1.2, with any curve, from that of TLS 1.3, with one.
struct Scheme {
  uint16_t number;
  gnutls_sign_algorithm_t native;
  gnutls_sign_algorithm_t older;
  const char *priority;
};

constexpr Scheme schemes[] = {
    {0x0403, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256, GNUTLS_SIGN_ECDSA_SHA256,
     ":+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SHA256"},
    {0x0503, GNUTLS_SIGN_ECDSA_SECP384R1_SHA384, GNUTLS_SIGN_ECDSA_SHA384,
     ":+SIGN-ECDSA-SECP384R1-SHA384:+SIGN-ECDSA-SHA384"},
    {0x0603, GNUTLS_SIGN_ECDSA_SECP521R1_SHA512, GNUTLS_SIGN_ECDSA_SHA512,
     ":+SIGN-ECDSA-SECP521R1-SHA512:+SIGN-ECDSA-SHA512"},
    {0x0807, GNUTLS_SIGN_EDDSA_ED25519, GNUTLS_SIGN_UNKNOWN, ":+SIGN-EDDSA-ED25519"},
    {0x0808, GNUTLS_SIGN_EDDSA_ED448, GNUTLS_SIGN_UNKNOWN, ":+SIGN-EDDSA-ED448"},
    {0x0804, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256, GNUTLS_SIGN_UNKNOWN, ":+SIGN-RSA-PSS-RSAE-SHA256"},
    {0x0805, GNUTLS_SIGN_RSA_PSS_RSAE_SHA384, GNUTLS_SIGN_UNKNOWN, ":+SIGN-RSA-PSS-RSAE-SHA384"},
    {0x0806, GNUTLS_SIGN_RSA_PSS_RSAE_SHA512, GNUTLS_SIGN_UNKNOWN, ":+SIGN-RSA-PSS-RSAE-SHA512"},
    {0x0809, GNUTLS_SIGN_RSA_PSS_SHA256, GNUTLS_SIGN_UNKNOWN, ":+SIGN-RSA-PSS-SHA256"},
    {0x080a, GNUTLS_SIGN_RSA_PSS_SHA384, GNUTLS_SIGN_UNKNOWN, ":+SIGN-RSA-PSS-SHA384"},
    {0x080b, GNUTLS_SIGN_RSA_PSS_SHA512, GNUTLS_SIGN_UNKNOWN, ":+SIGN-RSA-PSS-SHA512"},
    {0x0401, GNUTLS_SIGN_RSA_SHA256, GNUTLS_SIGN_UNKNOWN, ":+SIGN-RSA-SHA256"},
    {0x0501, GNUTLS_SIGN_RSA_SHA384, GNUTLS_SIGN_UNKNOWN, ":+SIGN-RSA-SHA384"},
    {0x0601, GNUTLS_SIGN_RSA_SHA512, GNUTLS_SIGN_UNKNOWN, ":+SIGN-RSA-SHA512"},
};

template <class Table>
std::vector<uint16_t> numbers_of(const Table &table) {
  std::vector<uint16_t> out;
  for (const auto &row : table)
    out.push_back(row.number);
  return out;
}

template <class Table>
const auto *find(const Table &table, uint16_t number) {
  const auto *row = std::find_if(std::begin(table), std::end(table),
                                 [&](const auto &one) { return one.number == number; });
  return row == std::end(table) ? nullptr : row;
}

// Each once, at its first mention.
void mention(std::string &out, const std::string &what) {
  if (out.find(what + ":") == std::string::npos) out += what + ":";
}

}  // namespace

const std::vector<uint16_t> &all_suites() {
  static const std::vector<uint16_t> out = numbers_of(suites);
  return out;
}

const std::vector<uint16_t> &all_groups() {
  static const std::vector<uint16_t> out = numbers_of(groups);
  return out;
}

const std::vector<uint16_t> &all_schemes() {
  static const std::vector<uint16_t> out = numbers_of(schemes);
  return out;
}

std::string priority_of(const Choice &choice) {
  std::string out = "NONE:+CTYPE-X509:+COMP-NULL:+AEAD:";
  if (choice.versions.contains(PLUGTLS_VERSION_TLS1_3)) out += "+VERS-TLS1.3:";
  if (choice.versions.contains(PLUGTLS_VERSION_TLS1_2)) out += "+VERS-TLS1.2:";
  for (const uint16_t number : choice.suites) {
    const Suite *suite = find(suites, number);
    // TLS 1.3 negotiates key exchanges apart from suites, and GnuTLS wants some named all the same.
    mention(out, std::string("+") + suite->cipher);
    for (const char *exchange : {ecdsa, rsa})
      if (suite->exchange == nullptr || std::string_view(suite->exchange) == exchange)
        mention(out, std::string("+") + exchange);
  }
  for (const uint16_t number : choice.groups)
    out += std::string("+GROUP-") + find(groups, number)->name + ":";
  // Key usage is judged by the policy, for all backends alike; GnuTLS's own look at it would come first, or in its place.
  out += "%SERVER_PRECEDENCE:%DEBUG_ALLOW_KEY_USAGE_VIOLATIONS";
  for (const uint16_t number : choice.schemes)
    out += find(schemes, number)->priority;
  return out;
}

bool have_same_cipher(uint16_t one, uint16_t other) noexcept {
  const Suite *first = find(suites, one);
  const Suite *second = find(suites, other);
  return first != nullptr && second != nullptr && std::string_view(first->cipher) == second->cipher;
}

std::vector<uint16_t> suites_of(gnutls_priority_t priority) {
  std::vector<uint16_t> out;
  unsigned index = 0;
  for (unsigned at = 0;; ++at) {
    const int status = gnutls_priority_get_cipher_suite_index(priority, at, &index);
    if (status == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return out;
    if (status != 0) continue;
    unsigned char id[2] = {};
    if (gnutls_cipher_suite_info(index, id, nullptr, nullptr, nullptr, nullptr) != nullptr)
      out.push_back(static_cast<uint16_t>(id[0] << 8U | id[1]));
  }
}

uint16_t number_of_suite(gnutls_session_t session) {
  const gnutls_cipher_algorithm_t cipher = gnutls_cipher_get(session);
  const char *name = cipher == GNUTLS_CIPHER_UNKNOWN ? nullptr : gnutls_cipher_get_name(cipher);
  if (name == nullptr) return 0;
  const bool tls13 = gnutls_protocol_get_version(session) == GNUTLS_TLS1_3;
  const bool by_ecdsa = gnutls_kx_get(session) == GNUTLS_KX_ECDHE_ECDSA;
  for (const Suite &suite : suites) {
    if (std::string_view(suite.cipher) != name || tls13 != (suite.exchange == nullptr)) continue;
    if (tls13 || (suite.exchange == ecdsa) == by_ecdsa) return suite.number;
  }
  return 0;
}

uint16_t number_of_group(gnutls_group_t group) noexcept {
  for (const Group &one : groups)
    if (one.native == group) return one.number;
  return 0;
}

uint16_t number_of_scheme(int scheme) noexcept {
  for (const Scheme &one : schemes)
    if (scheme != GNUTLS_SIGN_UNKNOWN && (one.native == scheme || one.older == scheme))
      return one.number;
  return 0;
}

}  // namespace plugtls_gnutls
