// SPDX-License-Identifier: Apache-2.0
// The certificates of tests/pki as the kit's policy sees them. A stand-in for what a TLS library does: a path
// is found by names and key identifiers, signatures are not looked at.
#pragma once

#include <plugtls/kit/policy.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace kit_test {

using Der = std::vector<std::uint8_t>;

Der read_der(const std::string &file);               // NAME.der
std::vector<Der> read_pem(const std::string &file);  // every certificate in NAME.pem

// What is found among the certificates that were sent, leaf first, and those trusted. It keeps their bytes,
// into which the facts point.
struct Path {
  std::vector<Der> sent, anchors;
  std::vector<plugtls::kit::CertificateFacts> certificates = {};
  bool anchored = false;

  Path(std::vector<Der> sent_certificates, std::vector<Der> trusted);
  Path(const Path &) = delete;
  Path &operator=(const Path &) = delete;
};

// judge() or judge_unanchored(), as the path has it.
plugtls::kit::Verdict judge_path(const Path &path, const plugtls::kit::Policy &policy);

std::int64_t now();

}  // namespace kit_test
