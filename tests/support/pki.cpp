// SPDX-License-Identifier: Apache-2.0
#include "pki.hpp"

#include <plugtls/plugtls.h>

#include <nlohmann/json.hpp>

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace support {
namespace {

const nlohmann::json &index() {
  static const nlohmann::json value = nlohmann::json::parse(read_file(pki_path("pki.json")));
  return value;
}

std::vector<PkiCase> read_cases(const char *which) {
  std::vector<PkiCase> out;
  for (const auto &item : index().at(which)) {
    PkiCase entry;
    entry.name = item.at("name");
    entry.chain = item.at("chain");
    entry.key = item.at("key");
    if (!item.at("host").is_null()) entry.host = item.at("host");
    entry.trust = item.at("trust");
    entry.note = item.at("note");
    entry.crls = item.at("crls").get<std::vector<std::string>>();
    entry.expect = error_code(item.at("expect"));
    const bool leaf_only = item.value("crl_check", "chain") == "leaf";
    if (!entry.crls.empty())
      entry.crl_check = leaf_only ? PLUGTLS_CRL_CHECK_LEAF : PLUGTLS_CRL_CHECK_CHAIN;
    out.push_back(entry);
  }
  return out;
}

}  // namespace

std::string pki_path(const std::string &file) {
  // The installed kit has them somewhere else than the build tree.
  const char *installed = std::getenv("PLUGTLS_TEST_PKI_DIR");
  return std::string(installed != nullptr ? installed : PLUGTLS_TEST_PKI_DIR) + "/" + file;
}

std::string read_file(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

int32_t error_code(const std::string &name) {
  constexpr std::string_view prefix = "PLUGTLS_E_";
  if (name.rfind(prefix, 0) != 0) throw std::runtime_error("not a code: " + name);
  std::string lower = name.substr(prefix.size());
  for (char &letter : lower)
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  for (int32_t code = 0; code < 800; ++code)
    if (lower == plugtls_error_name(code)) return code;
  throw std::runtime_error("no such code: " + name);
}

const std::vector<PkiCase> &pki_cases() {
  static const std::vector<PkiCase> value = read_cases("cases");
  return value;
}

const std::vector<PkiCase> &pki_clients() {
  static const std::vector<PkiCase> value = read_cases("clients");
  return value;
}

const std::vector<PkiCase> &pki_parity() {
  static const std::vector<PkiCase> value = read_cases("parity");
  return value;
}

const std::vector<PkiCase> &pki_parity_clients() {
  static const std::vector<PkiCase> value = read_cases("parity_clients");
  return value;
}

const std::vector<PkiKey> &pki_keys() {
  static const std::vector<PkiKey> value = [] {
    std::vector<PkiKey> out;
    for (const auto &item : index().at("keys"))
      out.push_back({item.at("key"), item.at("chain"), item.at("note"), item.at("encrypted")});
    return out;
  }();
  return value;
}

const std::vector<PkiMalformed> &pki_malformed() {
  static const std::vector<PkiMalformed> value = [] {
    std::vector<PkiMalformed> out;
    for (const auto &item : index().at("malformed"))
      out.push_back({item.at("file"), item.at("note"), error_code(item.at("expect"))});
    return out;
  }();
  return value;
}

const std::vector<PkiStaple> &pki_staples() {
  static const std::vector<PkiStaple> value = [] {
    std::vector<PkiStaple> out;
    for (const auto &item : index().at("staples")) {
      const std::string mode = item.at("mode");
      PkiStaple entry;
      entry.name = item.at("name");
      entry.of = item.at("of");
      if (!item.at("staple").is_null()) entry.staple = item.at("staple");
      entry.note = item.at("note");
      entry.mode = mode == "none"      ? PLUGTLS_OCSP_NONE + 0U
                   : mode == "require" ? PLUGTLS_OCSP_REQUIRE + 0U
                                       : PLUGTLS_OCSP_REQUEST + 0U;
      entry.servable = item.at("servable");
      entry.crls = item.at("crls").get<std::vector<std::string>>();
      entry.expect = error_code(item.at("expect"));
      out.push_back(entry);
    }
    return out;
  }();
  return value;
}

const std::string &pki_password() {
  static const std::string value = index().at("password");
  return value;
}

}  // namespace support
