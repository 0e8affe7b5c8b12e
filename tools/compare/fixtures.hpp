// SPDX-License-Identifier: Apache-2.0
// Certificates and keys that are compiled in: what is measured with, and the chains that are judged. Made by make_fixtures.py.
#pragma once

#include <chrono>
#include <span>
#include <string_view>

namespace plugtls::tools::compare {

// PEM. A chain is the leaf and an intermediate; all keys of an identity are of one type.
struct Identity {
  std::string_view root;
  std::string_view server_chain;  // for server.test
  std::string_view server_key;
  std::string_view client_chain;
  std::string_view client_key;
};

inline constexpr std::string_view fixture_host = "server.test";

const Identity &ecdsa_identity();  // P-256
const Identity &rsa_identity();    // RSA-2048

struct VerificationCase {
  std::string_view name;
  std::string_view note;
  std::string_view chain;  // PEM, leaf first
  std::string_view host;   // DNS name or address to match; empty: none is
  std::string_view trust;
  std::string_view crls;    // empty: revocation is not checked
  std::string_view expect;  // an errc's name
  bool is_client;
};

std::span<const VerificationCase> verification_cases();
// When the cases are judged.
std::chrono::system_clock::time_point day_of_judgement();

}  // namespace plugtls::tools::compare
