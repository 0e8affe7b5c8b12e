// SPDX-License-Identifier: Apache-2.0
// Which check comes first: the table of docs/verification.md, over facts made up for it.
#include <plugtls/kit/policy.hpp>

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <string>
#include <vector>

using namespace plugtls::kit;

namespace {

constexpr std::int64_t today = 1'000'000;
constexpr std::uint8_t example_names[] = {0x82, 1, 'a'};
constexpr std::uint8_t only_b[] = {0x30, 3, 0x82, 1, 'b'};  // GeneralSubtrees: dNSName b

CertificateFacts strong() {
  CertificateFacts out;
  out.malformed = false;
  out.version = 3;
  out.not_before = today - 10;
  out.not_after = today + 10;
  out.signature_hash = SignatureHash::sha256;
  out.key_type = KeyType::ec;
  out.key_bits = 256;
  return out;
}

CertificateFacts good_leaf() {
  CertificateFacts out = strong();
  out.has_basic_constraints = true;
  out.key_usage = key_usage::digital_signature;
  out.extended_key_usage = extended_key_usage::server_auth;
  out.subject_alt_names = example_names;
  return out;
}

CertificateFacts good_ca() {
  CertificateFacts out = strong();
  out.has_basic_constraints = true;
  out.is_ca = true;
  out.key_usage = key_usage::key_cert_sign;
  return out;
}

// Leaf, two intermediates, anchor.
struct Fixture {
  std::vector<CertificateFacts> path = {good_leaf(), good_ca(), good_ca(), good_ca()};
  std::uint8_t name = 'a';
  plugtls_subject subject = {PLUGTLS_SUBJECT_DNS, 0, {&name, 1}};
  Policy policy;

  Fixture() {
    path.back().self_issued = true;
    policy.time = today;
    policy.subjects = {&subject, 1};
  }
  [[nodiscard]] Verdict judged() const { return judge(path, policy); }
};

struct Fault {
  const char *name;
  std::int32_t code;
  std::int32_t depth;
  std::function<void(Fixture &)> commit;
};

// In the order in which they are found.
const std::vector<Fault> &faults() {
  static const std::vector<Fault> value = {
      {"malformed leaf", PLUGTLS_E_CERT_MALFORMED, 0,
       [](Fixture &f) { f.path[0].malformed = true; }},
      {"weak leaf key", PLUGTLS_E_CERT_WEAK_KEY, 0, [](Fixture &f) { f.path[0].key_bits = 192; }},
      {"malformed CA", PLUGTLS_E_CERT_UNKNOWN_ISSUER, 0,
       [](Fixture &f) { f.path[1].malformed = true; }},
      {"too long", PLUGTLS_E_CERT_CHAIN_TOO_LONG, 2,
       [](Fixture &f) { f.policy.max_intermediates = 1; }},
      {"critical", PLUGTLS_E_CERT_UNKNOWN_CRITICAL_EXTENSION, 0,
       [](Fixture &f) { f.path[0].unknown_critical_extension = true; }},
      {"explicit curve", PLUGTLS_E_CERT_OTHER, 0,
       [](Fixture &f) { f.path[0].explicit_curve = true; }},
      {"extended key usage", PLUGTLS_E_CERT_EXTENDED_KEY_USAGE, 0,
       [](Fixture &f) { f.path[0].extended_key_usage = extended_key_usage::any; }},
      {"key usage", PLUGTLS_E_CERT_KEY_USAGE, 0,
       [](Fixture &f) { f.path[0].key_usage = key_usage::crl_sign; }},
      {"critical in a CA", PLUGTLS_E_CERT_UNKNOWN_CRITICAL_EXTENSION, 1,
       [](Fixture &f) { f.path[1].unknown_critical_extension = true; }},
      {"no CA", PLUGTLS_E_CERT_NOT_A_CA, 1, [](Fixture &f) { f.path[1].is_ca = false; }},
      {"extended key usage of a CA", PLUGTLS_E_CERT_EXTENDED_KEY_USAGE, 1,
       [](Fixture &f) { f.path[1].extended_key_usage = extended_key_usage::client_auth; }},
      {"path length", PLUGTLS_E_CERT_PATH_LENGTH, 2, [](Fixture &f) { f.path[2].path_length = 0; }},
      {"no CA as anchor", PLUGTLS_E_CERT_NOT_A_CA, 3, [](Fixture &f) { f.path[3].is_ca = false; }},
      {"weak signature", PLUGTLS_E_CERT_WEAK_SIGNATURE, 0,
       [](Fixture &f) { f.path[0].signature_hash = SignatureHash::sha1; }},
      {"weak CA key", PLUGTLS_E_CERT_WEAK_KEY, 1,
       [](Fixture &f) { f.path[1].key_type = KeyType::unknown; }},
      {"weak signature of a CA", PLUGTLS_E_CERT_WEAK_SIGNATURE, 1,
       [](Fixture &f) { f.path[1].signature_hash = SignatureHash::unknown; }},
      {"revoked", PLUGTLS_E_CERT_REVOKED, 1,
       [](Fixture &f) {
         f.policy.revocation = {PLUGTLS_E_CERT_REVOKED, 1};
       }},
      {"expired anchor", PLUGTLS_E_CERT_EXPIRED, 3,
       [](Fixture &f) { f.path[3].not_after = today; }},
      {"bad signature", PLUGTLS_E_CERT_BAD_SIGNATURE, 2,
       [](Fixture &f) {
         f.policy.signature = {PLUGTLS_E_CERT_BAD_SIGNATURE, 2};
       }},
      {"CA not yet valid", PLUGTLS_E_CERT_NOT_YET_VALID, 1,
       [](Fixture &f) { f.path[1].not_before = today + 1; }},
      {"expired leaf", PLUGTLS_E_CERT_EXPIRED, 0,
       [](Fixture &f) { f.path[0].not_after = today - 1; }},
      {"name constraints", PLUGTLS_E_CERT_NAME_CONSTRAINTS, 0,
       [](Fixture &f) { f.path[2].permitted_subtrees = only_b; }},
      {"wrong name", PLUGTLS_E_CERT_NAME_MISMATCH, 0, [](Fixture &f) { f.name = 'b'; }},
  };
  return value;
}

std::int32_t code_with(const std::function<void(Fixture &)> &change) {
  Fixture fixture;
  change(fixture);
  return fixture.judged().code;
}

}  // namespace

TEST_CASE("a good path is good", "[policy]") {
  CHECK(Fixture().judged().code == PLUGTLS_E_NONE);
  CHECK(Fixture().judged().depth == -1);
}

TEST_CASE("each fault by itself has its code and depth", "[policy]") {
  for (const Fault &fault : faults()) {
    INFO(fault.name);
    Fixture fixture;
    fault.commit(fixture);
    const Verdict verdict = fixture.judged();
    CHECK(verdict.code == fault.code);
    CHECK(verdict.depth == fault.depth);
  }
}

TEST_CASE("of two faults the one that is looked for first is told", "[policy]") {
  for (std::size_t i = 0; i < faults().size(); ++i) {
    for (std::size_t k = i + 1; k < faults().size(); ++k) {
      const Fault &first = faults()[i], &second = faults()[k];
      INFO(first.name << ", " << second.name);
      Fixture fixture;
      second.commit(fixture);
      first.commit(fixture);
      const Verdict verdict = fixture.judged();
      CHECK(verdict.code == first.code);
      CHECK(verdict.depth == first.depth);
    }
  }
}

TEST_CASE("an empty path is refused", "[policy]") {
  CHECK(judge({}, {}).code == PLUGTLS_E_CERT_MISSING);
  CHECK(judge_unanchored({}, {}).code == PLUGTLS_E_CERT_MISSING);
}

TEST_CASE("a path of the anchor alone", "[policy]") {
  Fixture fixture;
  fixture.path.resize(1);
  CHECK(fixture.judged().good());
  // Nobody relies on its signature; everything else counts.
  fixture.path[0].signature_hash = SignatureHash::md5;
  CHECK(fixture.judged().good());
  fixture.path[0].not_after = today - 1;
  CHECK(fixture.judged().code == PLUGTLS_E_CERT_EXPIRED);
}

TEST_CASE("a bad signature is never lost, whatever its depth", "[policy]") {
  Fixture fixture;
  for (const std::int32_t depth : {-1, 0, 3, 77}) {
    fixture.policy.signature = {PLUGTLS_E_CERT_BAD_SIGNATURE, depth};
    CHECK(fixture.judged().code == PLUGTLS_E_CERT_BAD_SIGNATURE);
  }
}

TEST_CASE("purposes", "[policy]") {
  const auto with = [](std::uint32_t purpose, std::optional<std::uint8_t> extended,
                       std::optional<std::uint16_t> usage) {
    return code_with([&](Fixture &f) {
      f.policy.purpose = purpose;
      f.path[0].extended_key_usage = extended;
      f.path[0].key_usage = usage;
    });
  };
  constexpr std::uint32_t server = PLUGTLS_PURPOSE_SERVER, client = PLUGTLS_PURPOSE_CLIENT;
  constexpr std::uint8_t both = extended_key_usage::server_auth | extended_key_usage::client_auth;
  CHECK(with(server, {}, {}) == PLUGTLS_E_NONE);
  CHECK(with(client, {}, {}) == PLUGTLS_E_NONE);
  CHECK(with(client, both, key_usage::digital_signature) == PLUGTLS_E_NONE);
  CHECK(with(server, both, key_usage::key_encipherment) == PLUGTLS_E_CERT_KEY_USAGE);
  CHECK(with(server, both, key_usage::key_agreement) == PLUGTLS_E_CERT_KEY_USAGE);
  CHECK(with(client, both, key_usage::key_encipherment) == PLUGTLS_E_CERT_KEY_USAGE);
  CHECK(with(client, extended_key_usage::server_auth, {}) == PLUGTLS_E_CERT_EXTENDED_KEY_USAGE);
  CHECK(with(server, extended_key_usage::client_auth, {}) == PLUGTLS_E_CERT_EXTENDED_KEY_USAGE);
  CHECK(with(server, std::uint8_t{0}, {}) == PLUGTLS_E_CERT_EXTENDED_KEY_USAGE);
}

TEST_CASE("the Netscape certificate type of a leaf", "[policy]") {
  const auto with = [](std::uint32_t purpose, std::uint8_t type) {
    return code_with([&](Fixture &f) {
      f.policy.purpose = purpose;
      f.path[0].extended_key_usage.reset();
      f.path[0].netscape_type = type;
      f.path[1].netscape_type = std::uint8_t{0};  // a CA's is not looked at
    });
  };
  CHECK(with(PLUGTLS_PURPOSE_SERVER, netscape_type::ssl_server) == PLUGTLS_E_NONE);
  CHECK(with(PLUGTLS_PURPOSE_CLIENT, netscape_type::ssl_client) == PLUGTLS_E_NONE);
  CHECK(with(PLUGTLS_PURPOSE_SERVER, netscape_type::ssl_client) ==
        PLUGTLS_E_CERT_EXTENDED_KEY_USAGE);
  CHECK(with(PLUGTLS_PURPOSE_CLIENT, netscape_type::ssl_server) ==
        PLUGTLS_E_CERT_EXTENDED_KEY_USAGE);
}

TEST_CASE("keys and hashes", "[policy]") {
  const auto key = [](KeyType type, std::uint32_t bits) {
    return code_with([&](Fixture &f) {
      f.path[0].key_type = type;
      f.path[0].key_bits = bits;
    });
  };
  CHECK(key(KeyType::rsa, 2048) == PLUGTLS_E_NONE);
  CHECK(key(KeyType::rsa, 2047) == PLUGTLS_E_CERT_WEAK_KEY);
  CHECK(key(KeyType::rsa_pss, 2047) == PLUGTLS_E_CERT_WEAK_KEY);
  CHECK(key(KeyType::ec, 224) == PLUGTLS_E_NONE);
  CHECK(key(KeyType::ec, 223) == PLUGTLS_E_CERT_WEAK_KEY);
  CHECK(key(KeyType::ed25519, 256) == PLUGTLS_E_NONE);
  CHECK(key(KeyType::ed448, 448) == PLUGTLS_E_NONE);
  CHECK(key(KeyType::unknown, 9999) == PLUGTLS_E_CERT_WEAK_KEY);
  for (const SignatureHash hash :
       {SignatureHash::sha224, SignatureHash::sha512, SignatureHash::built_in})
    CHECK(code_with([&](Fixture &f) { f.path[0].signature_hash = hash; }) == PLUGTLS_E_NONE);
  CHECK(code_with([](Fixture &f) { f.path[0].signature_hash = SignatureHash::md5; }) ==
        PLUGTLS_E_CERT_WEAK_SIGNATURE);
}

TEST_CASE("validity ends with its last second and begins with its first", "[policy]") {
  const auto at = [](std::int64_t time) {
    return code_with([&](Fixture &f) { f.policy.time = time; });
  };
  CHECK(at(today - 11) == PLUGTLS_E_CERT_NOT_YET_VALID);
  CHECK(at(today - 10) == PLUGTLS_E_NONE);
  CHECK(at(today + 9) == PLUGTLS_E_NONE);
  CHECK(at(today + 10) == PLUGTLS_E_CERT_EXPIRED);
}

TEST_CASE("who may issue", "[policy]") {
  const auto anchor = [](std::uint8_t version, bool self_issued,
                         std::optional<std::uint16_t> usage) {
    return code_with([&](Fixture &f) {
      f.path[3].has_basic_constraints = f.path[3].is_ca = false;
      f.path[3].version = version;
      f.path[3].self_issued = self_issued;
      f.path[3].key_usage = usage;
    });
  };
  CHECK(anchor(1, true, {}) == PLUGTLS_E_NONE);
  CHECK(anchor(3, true, key_usage::key_cert_sign) == PLUGTLS_E_CERT_NOT_A_CA);
  CHECK(anchor(1, false, {}) == PLUGTLS_E_CERT_NOT_A_CA);
  CHECK(anchor(3, true, {}) == PLUGTLS_E_CERT_NOT_A_CA);
  CHECK(anchor(3, true, key_usage::crl_sign) == PLUGTLS_E_CERT_NOT_A_CA);
  // No intermediate is excused.
  CHECK(code_with([](Fixture &f) { f.path[2].has_basic_constraints = false; }) ==
        PLUGTLS_E_CERT_NOT_A_CA);
  CHECK(code_with([](Fixture &f) { f.path[2].key_usage.reset(); }) == PLUGTLS_E_NONE);
}

TEST_CASE("what is self-issued does not count for the path length", "[policy]") {
  Fixture fixture;
  fixture.path[2].path_length = 0;
  CHECK(fixture.judged().code == PLUGTLS_E_CERT_PATH_LENGTH);
  fixture.path[1].self_issued = true;
  CHECK(fixture.judged().good());
  fixture.path[1].path_length = 0;
  CHECK(fixture.judged().good());
}

TEST_CASE("a path that reaches no anchor", "[policy]") {
  Fixture fixture;
  const auto code = [&] { return judge_unanchored(fixture.path, fixture.policy); };
  CHECK(code().code == PLUGTLS_E_CERT_UNTRUSTED_ROOT);
  CHECK(code().depth == 3);
  // A name that is the issuer's too does not make it self-signed if the keys differ.
  constexpr std::uint8_t ours = 1, theirs = 2;
  fixture.path[3].subject_key_id = {&ours, 1};
  fixture.path[3].authority_key_id = {&theirs, 1};
  CHECK(code().code == PLUGTLS_E_CERT_UNKNOWN_ISSUER);
  fixture.path[3].authority_key_id = {&ours, 1};
  CHECK(code().code == PLUGTLS_E_CERT_UNTRUSTED_ROOT);
  fixture.policy.max_intermediates = 2;
  CHECK(code().code == PLUGTLS_E_CERT_CHAIN_TOO_LONG);
  CHECK(code().depth == 3);
  fixture.path.resize(1);
  CHECK(code().code == PLUGTLS_E_CERT_UNKNOWN_ISSUER);
  CHECK(code().depth == 0);
  fixture.path[0].self_issued = true;
  CHECK(code().code == PLUGTLS_E_CERT_SELF_SIGNED);
  fixture.path[0].key_bits = 100;
  CHECK(code().code == PLUGTLS_E_CERT_WEAK_KEY);
  fixture.path[0].malformed = true;
  CHECK(code().code == PLUGTLS_E_CERT_MALFORMED);
}
