// SPDX-License-Identifier: Apache-2.0
#include "algorithms.hpp"

#include "library.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace plugtls::wolfssl {

namespace {

struct SchemeRow {
  uint16_t number;
  kit::KeyType type;
  const char *name;
};

// By one name wolfSSL offers rsa_pss_rsae and rsa_pss_pss, and then cannot verify the latter: handshake.cpp sees to it
// that it is not taken.
constexpr SchemeRow schemes[] = {
    {0x0403, kit::KeyType::ec, "ECDSA+SHA256"},     // ecdsa_secp256r1_sha256
    {0x0503, kit::KeyType::ec, "ECDSA+SHA384"},     // ecdsa_secp384r1_sha384
    {0x0603, kit::KeyType::ec, "ECDSA+SHA512"},     // ecdsa_secp521r1_sha512
    {0x0807, kit::KeyType::ed25519, "ED25519"},     // ed25519
    {0x0804, kit::KeyType::rsa, "RSA-PSS+SHA256"},  // rsa_pss_rsae_sha256
    {0x0805, kit::KeyType::rsa, "RSA-PSS+SHA384"},  // rsa_pss_rsae_sha384
    {0x0806, kit::KeyType::rsa, "RSA-PSS+SHA512"},  // rsa_pss_rsae_sha512
    {0x0401, kit::KeyType::rsa, "RSA+SHA256"},      // rsa_pkcs1_sha256
    {0x0501, kit::KeyType::rsa, "RSA+SHA384"},      // rsa_pkcs1_sha384
    {0x0601, kit::KeyType::rsa, "RSA+SHA512"},      // rsa_pkcs1_sha512
};

bool has(std::string_view name, std::string_view part) {
  return name.find(part) != std::string_view::npos;
}

std::string_view name_of(uint16_t suite) {
  const char *name = suite_name(suite);
  return name != nullptr ? name : std::string_view();
}

// Everything that authenticates by certificates and encrypts; what is weaker cannot be configured at all.
bool is_sound(std::string_view name) {
  for (const std::string_view bad : {"NULL", "PSK", "RC4", "DES", "ADH", "ECDH-", "anon", "-OLD",
                                     "WDM", "TLS13-SHA256", "TLS13-SHA384", "ARIA", "SM4"})
    if (has(name, bad)) return false;
  return true;
}

bool is_forward_secret_aead(uint16_t suite) {
  const std::string_view name = name_of(suite);
  return is_tls13(suite) || (has(name, "ECDHE") && (has(name, "GCM") || has(name, "CHACHA20")));
}

// CCM with a tag of 8 bytes is for small devices (RFC 8446, B.4: not recommended).
bool is_recommended(uint16_t suite) {
  return is_forward_secret_aead(suite) && !has(name_of(suite), "CCM");
}

std::vector<uint16_t> suites_of_library() {
  std::vector<uint16_t> out;
  const char *name = nullptr;
  for (int i = 0; (name = wolfSSL_get_cipher_list(i)) != nullptr; ++i) {
    unsigned char first = 0;
    unsigned char second = 0;
    int alias = 0;
    if (wolfSSL_get_cipher_suite_from_name(name, &first, &second, &alias) != 0 || alias != 0)
      continue;
    if (is_sound(name)) out.push_back(static_cast<uint16_t>(first << 8U | second));
  }
  return out;
}

}  // namespace

const std::vector<uint16_t> &all_suites() {
  static const std::vector<uint16_t> out = [] {
    std::vector<uint16_t> found = suites_of_library();
    // wolfSSL's own order is that of its history; TLS 1.3, then forward secrecy, come first here.
    std::stable_sort(found.begin(), found.end(), [](uint16_t a, uint16_t b) {
      const auto rank = [](uint16_t suite) {
        return is_tls13(suite) ? 0 : is_forward_secret_aead(suite) ? 1 : 2;
      };
      return rank(a) < rank(b);
    });
    return found;
  }();
  return out;
}

const std::vector<uint16_t> &default_suites() {
  static const std::vector<uint16_t> out = [] {
    std::vector<uint16_t> found = all_suites();
    std::erase_if(found, [](uint16_t suite) { return !is_recommended(suite); });
    return found;
  }();
  return out;
}

const std::vector<uint16_t> &all_groups() {
  static const std::vector<uint16_t> out{
      0x001d,  // x25519
      0x0017,  // secp256r1
      0x001e,  // x448
      0x0018,  // secp384r1
      0x0019,  // secp521r1
      0x0100,  // ffdhe2048
      0x0101,  // ffdhe3072
  };
  return out;
}

const std::vector<uint16_t> &all_schemes() {
  static const std::vector<uint16_t> out = [] {
    std::vector<uint16_t> found;
    for (const SchemeRow &row : schemes)
      found.push_back(row.number);
    return found;
  }();
  return out;
}

bool is_dhe(uint16_t suite) {
  const std::string_view name = name_of(suite);
  return has(name, "DHE-") && !has(name, "ECDHE-");
}

const char *suite_name(uint16_t suite) {
  return wolfSSL_get_cipher_name_from_suite(static_cast<unsigned char>(suite >> 8U),
                                            static_cast<unsigned char>(suite));
}

bool needs_decryption(uint16_t suite) {
  return !is_tls13(suite) && !has(name_of(suite), "DHE-");
}

bool suits_key(uint16_t suite, kit::KeyType type) {
  const bool by_rsa = type == kit::KeyType::rsa || type == kit::KeyType::rsa_pss;
  return has(name_of(suite), "ECDSA") != by_rsa;
}

bool signs_by(uint16_t scheme, kit::KeyType type) noexcept {
  const auto row = std::find_if(std::begin(schemes), std::end(schemes),
                                [&](const SchemeRow &one) { return one.number == scheme; });
  return row != std::end(schemes) && row->type == type;
}

std::string scheme_names(std::span<const uint16_t> list) {
  std::string out;
  for (const SchemeRow &row : schemes) {
    if (std::find(list.begin(), list.end(), row.number) == list.end()) continue;
    out += out.empty() ? "" : ":";
    out += row.name;
  }
  return out;
}

}  // namespace plugtls::wolfssl
