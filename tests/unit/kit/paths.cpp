// SPDX-License-Identifier: Apache-2.0
#include "paths.hpp"

#include "support/pki.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace kit_test {

namespace kit = plugtls::kit;

namespace {

int base64_value(char c) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t at = alphabet.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

Der from_base64(std::string_view text) {
  Der out;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const int value = base64_value(c);
    if (value < 0) continue;
    bits = (bits << 6U | static_cast<unsigned>(value)) & 0xffffU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<std::uint8_t>(bits >> count));
  }
  return out;
}

bool issued(const kit::CertificateFacts &issuer, const kit::CertificateFacts &subject) {
  if (kit::compare_names(issuer.subject, subject.issuer, false) != kit::NameOrder::same) {
    return false;
  }
  return subject.authority_key_id.empty() || issuer.subject_key_id.empty() ||
         kit::same_bytes(issuer.subject_key_id, subject.authority_key_id);
}

const Der *find_issuer(const std::vector<Der> &among, const kit::CertificateFacts &subject) {
  const auto found = std::find_if(among.begin(), among.end(), [&](const Der &one) {
    return issued(kit::facts_of(one), subject);
  });
  return found == among.end() ? nullptr : &*found;
}

}  // namespace

Der read_der(const std::string &file) {
  const std::string bytes = support::read_file(support::pki_path(file));
  return {bytes.begin(), bytes.end()};
}

std::vector<Der> read_pem(const std::string &file) {
  constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
  const std::string text = support::read_file(support::pki_path(file));
  std::vector<Der> out;
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    at += begin.size();
    out.push_back(from_base64(std::string_view(text).substr(at, text.find("-----END", at) - at)));
  }
  if (out.empty()) throw std::runtime_error(file + " holds no certificate");
  return out;
}

// Anchors first, as the policy has it, and any of them ends the path.
Path::Path(std::vector<Der> sent_certificates, std::vector<Der> trusted)
    : sent(std::move(sent_certificates)), anchors(std::move(trusted)) {
  certificates.push_back(kit::facts_of(sent.front()));
  anchored = std::find(anchors.begin(), anchors.end(), sent.front()) != anchors.end();
  while (!anchored && certificates.size() < 20) {
    const kit::CertificateFacts top = certificates.back();
    const Der *issuer = find_issuer(anchors, top);
    anchored = issuer != nullptr;
    if (issuer == nullptr && !kit::policy::is_self_signed(top)) issuer = find_issuer(sent, top);
    if (issuer == nullptr) break;
    certificates.push_back(kit::facts_of(*issuer));
  }
}

kit::Verdict judge_path(const Path &path, const kit::Policy &policy) {
  return path.anchored ? kit::judge(path.certificates, policy)
                       : kit::judge_unanchored(path.certificates, policy);
}

std::int64_t now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

}  // namespace kit_test
