// SPDX-License-Identifier: Apache-2.0
#include "algorithms.hpp"

#include <openssl/nid.h>

namespace plugtls_boringssl {

namespace {

struct Suite {
  uint16_t number;
  const char *name;  // nullptr: of TLS 1.3, where BoringSSL lets nobody choose
};

constexpr Suite known_suites[] = {
    {0x1301, nullptr},
    {0x1302, nullptr},
    {0x1303, nullptr},
    {0xc02b, "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {0xc02f, "ECDHE-RSA-AES128-GCM-SHA256"},
    {0xc02c, "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {0xc030, "ECDHE-RSA-AES256-GCM-SHA384"},
    {0xcca9, "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {0xcca8, "ECDHE-RSA-CHACHA20-POLY1305"},
};

struct Group {
  uint16_t number;
  int nid;
};

constexpr Group known_groups[] = {
    {0x001d, NID_X25519},
    {0x0017, NID_X9_62_prime256v1},
    {0x0018, NID_secp384r1},
    {0x0019, NID_secp521r1},
};

template <class Table>
std::vector<uint16_t> numbers_of(const Table &table) {
  std::vector<uint16_t> out;
  for (const auto &entry : table)
    out.push_back(entry.number);
  return out;
}

}  // namespace

const std::vector<uint16_t> &all_suites() {
  static const std::vector<uint16_t> list = numbers_of(known_suites);
  return list;
}

const std::vector<uint16_t> &all_groups() {
  static const std::vector<uint16_t> list = numbers_of(known_groups);
  return list;
}

const std::vector<uint16_t> &all_schemes() {
  static const std::vector<uint16_t> list = {0x0403, 0x0503, 0x0603, 0x0807, 0x0804,
                                             0x0805, 0x0806, 0x0401, 0x0501, 0x0601};
  return list;
}

std::string suite_names(const std::vector<uint16_t> &suites) {
  std::string out;
  for (const uint16_t number : suites) {
    for (const Suite &suite : known_suites) {
      if (suite.number != number || suite.name == nullptr) continue;
      if (!out.empty()) out += ':';
      out += suite.name;
    }
  }
  return out;
}

std::vector<int> group_nids(const std::vector<uint16_t> &groups) {
  std::vector<int> out;
  for (const uint16_t number : groups)
    for (const Group &group : known_groups)
      if (group.number == number) out.push_back(group.nid);
  return out;
}

bool is_ecdsa_suite(uint16_t suite) noexcept {
  return suite == 0xc02b || suite == 0xc02c || suite == 0xcca9;
}

}  // namespace plugtls_boringssl
