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

// The certificates `sent`, leaf first, and those trusted; what is found is leaf first.
struct Path {
  std::vector<plugtls::kit::CertificateFacts> certificates;
  bool anchored = false;
};
Path build_path(const std::vector<Der> &sent, const std::vector<Der> &anchors);

// judge() or judge_unanchored(), as the path has it.
plugtls::kit::Verdict judge_path(const Path &path, const plugtls::kit::Policy &policy);

std::int64_t now();

}  // namespace kit_test
