// SPDX-License-Identifier: Apache-2.0
// Real certificates: what facts_of() reads from them, and that the policy judges each as pki.json says.
#include "paths.hpp"
#include "support/pki.hpp"

#include <plugtls/kit/certificate.hpp>
#include <plugtls/plugtls.h>

#include <arpa/inet.h>
#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace plugtls::kit;
using namespace kit_test;

namespace {

CertificateFacts facts_in(const Der &der) {
  const CertificateFacts facts = facts_of(der);
  CHECK_FALSE(facts.malformed);
  return facts;
}

// A host as plugtls hands it to a backend: the address' bytes, or the A-label without a dot at the end.
class Subject {
 public:
  explicit Subject(const std::string &host) {
    for (const int family : {AF_INET, AF_INET6}) {
      if (inet_pton(family, host.c_str(), bytes_) != 1) continue;
      subject_ = {PLUGTLS_SUBJECT_IP, 0, {bytes_, family == AF_INET ? 4U : 16U}};
      return;
    }
    char ascii[256] = "";
    REQUIRE(plugtls_name_to_ascii(host.c_str(), ascii, sizeof ascii, nullptr) == PLUGTLS_OK);
    text_ = without_trailing_dot(ascii);
    const auto *data = reinterpret_cast<const std::uint8_t *>(text_.data());
    subject_ = {PLUGTLS_SUBJECT_DNS, 0, {data, text_.size()}};
  }
  Subject(const Subject &) = delete;
  Subject &operator=(const Subject &) = delete;

  [[nodiscard]] std::span<const plugtls_subject> span() const { return {&subject_, 1}; }

 private:
  std::uint8_t bytes_[16] = {};
  std::string text_;
  plugtls_subject subject_ = {};
};

// What only a library can find, it finds in these, and tells the policy of it.
void tell_of_signatures_and_crls(const support::PkiCase &entry, Policy &policy) {
  const bool intermediate = entry.name == "revoked-intermediate";
  if (entry.expect == PLUGTLS_E_CERT_BAD_SIGNATURE) policy.signature = {entry.expect, 0};
  if (!entry.crls.empty() && entry.expect != PLUGTLS_E_NONE)
    policy.revocation = {entry.expect, intermediate ? 1 : 0};
}

std::string judged(const support::PkiCase &entry, Policy policy) {
  policy.time = now();
  tell_of_signatures_and_crls(entry, policy);
  const Verdict verdict = judge_path(Path(read_pem(entry.chain), read_pem(entry.trust)), policy);
  CHECK((verdict.depth == -1) == verdict.good());
  return plugtls_error_name(verdict.code);
}

}  // namespace

TEST_CASE("B4 the policy judges every server's chain as pki.json says", "[policy]") {
  REQUIRE(support::pki_cases().size() > 60);
  for (const support::PkiCase &entry : support::pki_cases()) {
    if (entry.expect == PLUGTLS_E_KEY_MISMATCH) continue;  // there is no key in a chain
    INFO(entry.name << ": " << entry.note);
    const Subject subject(entry.host);
    Policy policy;
    policy.subjects = subject.span();
    CHECK(judged(entry, policy) == plugtls_error_name(entry.expect));
  }
}

TEST_CASE("B4 the policy judges every client's chain as pki.json says", "[policy]") {
  REQUIRE(support::pki_clients().size() > 4);
  for (const support::PkiCase &entry : support::pki_clients()) {
    INFO(entry.name << ": " << entry.note);
    Policy policy;
    policy.purpose = PLUGTLS_PURPOSE_CLIENT;
    CHECK(judged(entry, policy) == plugtls_error_name(entry.expect));
  }
}

TEST_CASE("S31 without the name check a wrong name passes, a wrong chain does not", "[policy]") {
  const Subject subject("server.test");
  Policy policy;
  policy.time = now();
  policy.subjects = subject.span();
  const Der root = read_der("root.der");
  const Path other(read_pem("wrong-host.chain.pem"), {root});
  CHECK(judge_path(other, policy).code == PLUGTLS_E_CERT_NAME_MISMATCH);
  policy.skip_name = true;
  CHECK(judge_path(other, policy).good());
  CHECK(judge_path(Path(read_pem("expired.chain.pem"), {root}), policy).code ==
        PLUGTLS_E_CERT_EXPIRED);
}

TEST_CASE("the facts of a leaf", "[certificate]") {
  const Der der = read_der("good-ec.der");
  const CertificateFacts facts = facts_in(der);
  CHECK(facts.version == 3);
  CHECK(facts.not_before < now());
  CHECK(facts.not_after - facts.not_before == (3650 + 1) * 86400LL);
  CHECK_FALSE(facts.self_issued);
  CHECK(facts.has_basic_constraints);
  CHECK_FALSE(facts.is_ca);
  CHECK_FALSE(facts.path_length.has_value());
  CHECK(facts.key_usage == key_usage::digital_signature);
  CHECK(facts.extended_key_usage == extended_key_usage::server_auth);
  CHECK(facts.signature_hash == SignatureHash::sha256);
  CHECK(facts.key_type == KeyType::ec);
  CHECK(facts.key_bits == 256);
  CHECK(facts.permitted_subtrees.empty());
  DerReader names(facts.subject_alt_names);
  CHECK(as_text(names.contents(general_name::dns_name)) == "server.test");
  CHECK(count_elements(facts.subject_alt_names) == 6);
  const Der issuer = read_der("intermediate.der");
  const CertificateFacts above = facts_in(issuer);
  CHECK(same_bytes(facts.issuer, above.subject));
  CHECK(same_bytes(facts.authority_key_id, above.subject_key_id));
  CHECK(facts.authority_key_id.size() == 20);
}

TEST_CASE("the facts of authorities", "[certificate]") {
  const Der intermediate_der = read_der("intermediate.der");
  const CertificateFacts intermediate = facts_in(intermediate_der);
  CHECK(intermediate.is_ca);
  CHECK(intermediate.path_length == 0U);
  CHECK(intermediate.key_usage == (key_usage::key_cert_sign | key_usage::crl_sign));
  CHECK_FALSE(intermediate.extended_key_usage.has_value());
  CHECK(intermediate.subject_alt_names.empty());
  const Der root_der = read_der("root.der");
  const CertificateFacts root = facts_in(root_der);
  CHECK(root.self_issued);
  CHECK(policy::is_self_signed(root));
  CHECK_FALSE(root.path_length.has_value());
  const Der version_1 = read_pem("ca-version-1.chain.pem")[1];
  CHECK(facts_in(version_1).version == 1);
  const Der constrained_der = read_pem("good-constrained.chain.pem")[1];
  const CertificateFacts constrained = facts_in(constrained_der);
  CHECK(count_elements(constrained.permitted_subtrees) == 4);
  CHECK(constrained.excluded_subtrees.empty());
}

TEST_CASE("keys and signatures of all kinds", "[certificate]") {
  struct Row {
    const char *file;
    KeyType type;
    std::uint32_t bits;
    SignatureHash hash;
  };
  for (const Row &row : {
           Row{"good-rsa.der", KeyType::rsa, 2048, SignatureHash::sha256},
           Row{"good-pss.der", KeyType::rsa_pss, 2048, SignatureHash::sha256},
           Row{"good-pss-signature.der", KeyType::ec, 256, SignatureHash::sha256},
           Row{"good-p384.der", KeyType::ec, 384, SignatureHash::sha256},
           Row{"good-ed25519.der", KeyType::ed25519, 256, SignatureHash::sha256},
           Row{"rsa-1024.der", KeyType::rsa, 1024, SignatureHash::sha256},
           Row{"sha1-signature.der", KeyType::ec, 256, SignatureHash::sha1},
           Row{"md5-signature.der", KeyType::ec, 256, SignatureHash::md5},
       }) {
    INFO(row.file);
    const Der der = read_der(row.file);
    const CertificateFacts facts = facts_in(der);
    CHECK(facts.key_type == row.type);
    CHECK(facts.key_bits == row.bits);
    CHECK(facts.signature_hash == row.hash);
  }
}

TEST_CASE("what is malformed, and what is critical and unknown", "[certificate]") {
  CHECK(facts_of(read_der("duplicate-extension.der")).malformed);
  CHECK(facts_of(read_der("algorithms-disagree.der")).malformed);
  CHECK(facts_of(read_der("names-five-bytes.der")).malformed);
  const Der unknown = read_der("unknown-critical.der");
  CHECK(facts_in(unknown).unknown_critical_extension);
  CHECK(facts_of({}).malformed);
  CHECK(CertificateFacts{}.malformed);
}
