// SPDX-License-Identifier: Apache-2.0
// The options that clients and servers share, and what they mean to a configuration.
#pragma once

#include "arguments.hpp"

#include <plugtls/plugtls.hpp>

#include <CLI/CLI.hpp>

#include <optional>
#include <string>

namespace plugtls::tools {

struct TlsOptions {
  std::string backend;
  std::string ca;
  std::string password_file;
  std::string min_version;
  std::string max_version;
  std::string alpn;
  std::string ciphers;
  std::string groups;

  Password password() const {
    if (password_file.empty()) return {};
    return Password([path = password_file] { return read_password(path); });
  }
};

inline void add_tls_options(CLI::App &verb, TlsOptions &o) {
  verb.add_option("--backend", o.backend, "Backend, or backends to try in order");
  verb.add_option("--ca", o.ca, "Trust the certificates in this file, and not the system's");
  verb.add_option("--password-file", o.password_file, "File with the password of the key");
  verb.add_option("--min", o.min_version, "Lowest version: 1.2, the default, or 1.3");
  verb.add_option("--max", o.max_version, "Highest version: 1.2 or 1.3");
  verb.add_option("--alpn", o.alpn, "Application protocols, by preference: h2,http/1.1");
  verb.add_option("--ciphers", o.ciphers, "Cipher suites, by preference, by their IANA names");
  verb.add_option("--groups", o.groups, "Key exchange groups, by preference");
}

// ClientConfig or ServerConfig. A tool for looking at connections obeys $SSLKEYLOGFILE.
template <typename Config>
void apply(const TlsOptions &o, Config &config) {
  if (!o.ca.empty()) config.use_trust_store(TrustStore::from_pem_file(o.ca));
  if (!o.min_version.empty()) config.set_version_range(parse_version(o.min_version), std::nullopt);
  if (!o.max_version.empty()) config.set_version_range(std::nullopt, parse_version(o.max_version));
  if (!o.alpn.empty()) config.set_inner_protocols(parse_protocols(o.alpn));
  if (!o.ciphers.empty()) config.set_ciphers(parse_suites(o.ciphers));
  if (!o.groups.empty()) config.set_groups(parse_groups(o.groups));
  config.insecure_allow_keylog_environment(true);
}

}  // namespace plugtls::tools
