// SPDX-License-Identifier: Apache-2.0
// OCSP responses by the kit: what is one, and what it says. Digests and signatures are made up here, which is all that a
// TLS library would do; with those of real libraries tests/conformance goes through the same (stapling).
#include "paths.hpp"

#include <plugtls/kit/ocsp.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <initializer_list>
#include <memory>
#include <string_view>

using namespace plugtls::kit;
using namespace kit_test;

namespace {

constexpr std::int64_t day = std::int64_t{24} * 60 * 60;

Der join(std::initializer_list<Der> parts) {
  Der out;
  for (const Der &part : parts)
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

Der tlv(std::uint8_t tag, const Der &contents) {
  const auto size = contents.size();
  Der out{tag};
  out.reserve(size + 4);
  if (size >= 256) {
    out.push_back(0x82);
    out.push_back(static_cast<std::uint8_t>(size >> 8U));
  } else if (size >= 128) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<std::uint8_t>(size));
  out.insert(out.end(), contents.begin(), contents.end());
  return out;
}

Der sequence(std::initializer_list<Der> parts) {
  return tlv(der_tag::sequence, join(parts));
}

Der copy(DerView view) {
  return {view.begin(), view.end()};
}

// The times of the made-up responses: 1970-01-DD.
Der day_of_january(int number) {
  const std::string text =
      "197001" + std::to_string(number / 10) + std::to_string(number % 10) + "000000Z";
  return tlv(der_tag::generalized_time, {text.begin(), text.end()});
}
constexpr std::int64_t on_day(int number) {
  return (number - 1) * day;
}

// Tells its input, and by which hash it was to be.
Der fake_hash(SignatureHash hash, DerView bytes) {
  if (hash == SignatureHash::unknown) return {};
  Der out{static_cast<std::uint8_t>(hash), static_cast<std::uint8_t>(bytes.size()), 0, 0};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    out[2 + i % 2] = static_cast<std::uint8_t>(out[2 + i % 2] * 31 + bytes[i]);
  return out;
}

Der signature_by(DerView issuer) {
  return fake_hash(SignatureHash::sha512, ocsp::key_of(issuer));
}
bool fake_holds(const SignedObject &object, DerView issuer) {
  return same_bytes(object.signature, signature_by(issuer));
}

const Der sha256_oid = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
const Der ecdsa_sha256 = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
const Der ecdsa_sha1 = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01};
const Der basic_oid = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01};
const Der good_status = {0x80, 0};
const Der unknown_status = {0x82, 0};

Der extensions(bool critical) {
  const Der oid = tlv(der_tag::object_identifier, {0x2a, 0x03});
  const Der flag = critical ? Der{der_tag::boolean, 1, 0xff} : Der{};
  return tlv(0xa1, sequence({sequence({oid, flag, tlv(der_tag::octet_string, {5, 0})})}));
}

// A good response about good-ec by its issuer; a case changes one thing.
struct Maker {
  Der leaf = read_der("good-ec.der"), issuer = read_der("intermediate.der");
  CertificateFacts leaf_facts = facts_of(leaf), issuer_facts = facts_of(issuer);
  Der status_of_response = {der_tag::enumerated, 1, 0};
  Der type = basic_oid;
  Der version = {};
  Der responder = {};  // ResponderID
  Der hash_oid = sha256_oid;
  Der name_hash = fake_hash(SignatureHash::sha256, leaf_facts.issuer);
  Der key_hash = fake_hash(SignatureHash::sha256, ocsp::key_of(issuer));
  Der serial = copy(leaf_facts.serial);
  Der status = good_status;
  Der next_update = tlv(0xa0, day_of_january(20));
  Der single_extensions = {}, response_extensions = {};
  Der algorithm = ecdsa_sha256;
  Der signature = signature_by(issuer);
  Der certificates = {};
  std::int64_t time = on_day(15);
  std::uint32_t mode = PLUGTLS_OCSP_REQUEST;

  Maker() { by_key(issuer); }
  void by_key(DerView certificate) {
    responder = tlv(0xa2, tlv(der_tag::octet_string,
                              fake_hash(SignatureHash::sha1, ocsp::key_of(certificate))));
  }
  [[nodiscard]] Der single() const {
    const Der id = sequence({sequence({tlv(der_tag::object_identifier, hash_oid)}),
                             tlv(der_tag::octet_string, name_hash),
                             tlv(der_tag::octet_string, key_hash), tlv(der_tag::integer, serial)});
    return sequence({id, status, day_of_january(10), next_update, single_extensions});
  }
  [[nodiscard]] Der response() const {
    const Der data = sequence(
        {version, responder, day_of_january(10), sequence({single()}), response_extensions});
    const Der basic = sequence({data, sequence({tlv(der_tag::object_identifier, algorithm)}),
                                tlv(der_tag::bit_string, join({{0}, signature})), certificates});
    const Der bytes =
        sequence({tlv(der_tag::object_identifier, type), tlv(der_tag::octet_string, basic)});
    return sequence({status_of_response, tlv(0xa0, bytes)});
  }
  [[nodiscard]] std::int32_t judged(const Der &bytes) const {
    return judge_staple({mode, bytes}, leaf_facts, {issuer, issuer_facts}, time, fake_holds,
                        fake_hash);
  }
  [[nodiscard]] std::int32_t judged() const { return judged(response()); }
};

// The certificate that came with a response of tests/pki.
Der responder_of(const std::string &file) {
  const Der der = read_der(file);
  const auto response = parse_ocsp(der);
  REQUIRE(response);
  DerReader reader(response->certificates);
  return copy(reader.next().whole);
}

constexpr std::int32_t good = PLUGTLS_E_NONE, invalid = PLUGTLS_E_CERT_OCSP_INVALID;

}  // namespace

TEST_CASE("what a response says of the certificate", "[ocsp]") {
  Maker maker;
  CHECK(maker.judged() == good);
  maker.status = unknown_status;
  CHECK(maker.judged() == invalid);
  maker.status = tlv(0xa1, day_of_january(3));
  CHECK(maker.judged() == PLUGTLS_E_CERT_REVOKED);
  maker.status = tlv(0xa1, join({day_of_january(3), tlv(0xa0, {der_tag::enumerated, 1, 1})}));
  CHECK(maker.judged() == PLUGTLS_E_CERT_REVOKED);
  for (const Der &none : {Der{0x80, 1, 0}, Der{0x83, 0}, Der{0xa1, 0}, tlv(0xa1, {5, 0})}) {
    maker.status = none;
    CHECK(maker.judged() == invalid);
  }
}

TEST_CASE("a response counts from thisUpdate on, until nextUpdate or for a day", "[ocsp]") {
  Maker maker;
  maker.time = on_day(10) - 1;
  CHECK(maker.judged() == invalid);
  maker.time = on_day(10);
  CHECK(maker.judged() == good);
  maker.time = on_day(20) - 1;
  CHECK(maker.judged() == good);
  maker.time = on_day(20);
  CHECK(maker.judged() == invalid);
  maker.next_update = {};
  maker.time = on_day(11);
  CHECK(maker.judged() == good);
  maker.time = on_day(11) + 1;
  CHECK(maker.judged() == invalid);
}

TEST_CASE("a response is about this certificate of this issuer", "[ocsp]") {
  Maker maker;
  const auto servable = [&](DerView issuer) {
    return is_staple_for(maker.response(), maker.leaf_facts, issuer, fake_hash);
  };
  CHECK(servable(maker.issuer));
  SECTION("another issuer's name") {
    maker.name_hash.back() ^= 1U;
  }
  SECTION("another issuer's key") {
    maker.key_hash.back() ^= 1U;
  }
  SECTION("another number") {
    maker.serial.back() ^= 1U;
    CHECK_FALSE(servable({}));
  }
  SECTION("a hash that nobody knows") {
    maker.hash_oid.back() = 99;
    maker.name_hash = maker.key_hash = {};
  }
  CHECK(maker.judged() == invalid);
  CHECK_FALSE(servable(maker.issuer));
}

TEST_CASE("a response is signed by the issuer, or by whom it has certified for that", "[ocsp]") {
  Maker maker;
  SECTION("which is named") {
    maker.responder = tlv(0xa1, copy(maker.issuer_facts.subject));
    CHECK(maker.judged() == good);
    maker.responder = tlv(0xa1, copy(maker.leaf_facts.subject));
  }
  SECTION("a signature that does not hold") {
    maker.signature.back() ^= 1U;
  }
  SECTION("a weak one") {
    maker.algorithm = ecdsa_sha1;
  }
  SECTION("the leaf, which is not certified for it") {
    maker.by_key(maker.leaf);
    maker.signature = signature_by(maker.leaf);
    maker.certificates = tlv(0xa0, sequence({maker.leaf}));
  }
  CHECK(maker.judged() == invalid);
}

TEST_CASE("a responder's certificate is the issuer's, for OCSP signing, and current", "[ocsp]") {
  Maker maker;
  const Der responder = responder_of("staple-delegated.ocsp.der");
  maker.by_key(responder);
  maker.signature = signature_by(responder);
  maker.certificates = tlv(0xa0, sequence({maker.leaf, responder}));
  const auto judged = [&](bool certificate_holds) {
    const auto holds = [&](const SignedObject &object, DerView issuer) {
      if (same_bytes(issuer, maker.issuer)) return certificate_holds;
      return same_bytes(issuer, responder) && fake_holds(object, issuer);
    };
    return judge_staple({maker.mode, maker.response()}, maker.leaf_facts,
                        {maker.issuer, maker.issuer_facts}, maker.time, holds, fake_hash);
  };
  CHECK(judged(true) == invalid);  // it is not yet valid on that day
  const PathCertificate issuer{maker.issuer, maker.issuer_facts};
  const auto yes = [](const SignedObject &, DerView) { return true; };
  const auto facts = facts_of(responder);
  CHECK(ocsp::may_answer(responder, facts, issuer, now(), yes));
  CHECK_FALSE(ocsp::may_answer(responder, facts, issuer, now(), fake_holds));
  CHECK_FALSE(ocsp::may_answer(responder, facts, issuer, facts.not_after, yes));
  const Der root = read_der("root.der");
  CHECK_FALSE(ocsp::may_answer(responder, facts, {root, facts_of(root)}, now(), yes));
  CHECK_FALSE(ocsp::may_answer(maker.leaf, maker.leaf_facts, issuer, now(), yes));
  auto weak = facts;
  weak.signature_hash = SignatureHash::sha1;
  CHECK_FALSE(ocsp::may_answer(responder, weak, issuer, now(), yes));
  auto critical = facts;
  critical.unknown_critical_extension = true;
  CHECK_FALSE(ocsp::may_answer(responder, critical, issuer, now(), yes));
}

TEST_CASE("an extension that nobody knows is refused if it is critical", "[ocsp]") {
  Maker maker;
  const bool in_single = GENERATE(false, true);
  Der &where = in_single ? maker.single_extensions : maker.response_extensions;
  where = extensions(false);
  CHECK(maker.judged() == good);
  where = extensions(true);
  CHECK(maker.judged() == invalid);
  maker.status = tlv(0xa1, day_of_january(3));
  CHECK(maker.judged() == invalid);
  where = tlv(0xa1, {5, 0});
  CHECK_FALSE(parse_ocsp(maker.response()));
}

TEST_CASE("what is no successful basic response is none", "[ocsp]") {
  Maker maker;
  REQUIRE(parse_ocsp(maker.response()));
  SECTION("a refusal to answer") {
    maker.status_of_response = {der_tag::enumerated, 1, 3};
  }
  SECTION("another type") {
    maker.type.back() = 2;
  }
  SECTION("another version") {
    maker.version = tlv(0xa0, {der_tag::integer, 1, 1});
  }
  SECTION("nobody's") {
    maker.responder = {};
  }
  SECTION("a nextUpdate without its tag") {
    maker.next_update = day_of_january(20);
  }
  CHECK_FALSE(parse_ocsp(maker.response()));
  CHECK(maker.judged() == invalid);
}

TEST_CASE("without a response: who requires one", "[ocsp]") {
  Maker maker;
  CHECK(maker.judged({}) == good);
  maker.mode = PLUGTLS_OCSP_REQUIRE;
  CHECK(maker.judged({}) == PLUGTLS_E_CERT_OCSP_MISSING);
  maker.leaf_facts.must_staple = true;
  maker.mode = PLUGTLS_OCSP_REQUEST;
  CHECK(maker.judged({}) == PLUGTLS_E_CERT_OCSP_MISSING);
  maker.mode = PLUGTLS_OCSP_NONE;
  CHECK(maker.judged({}) == good);
}

TEST_CASE("the TLS feature status_request", "[ocsp]") {
  CHECK(facts_of(read_der("must-staple.der")).must_staple);
  CHECK_FALSE(facts_of(read_der("good-ec.der")).must_staple);
  CHECK(parse_tls_feature(Der{0x30, 6, 2, 1, 17, 2, 1, 5}) == true);
  CHECK(parse_tls_feature(Der{0x30, 3, 2, 1, 17}) == false);
  CHECK_FALSE(parse_tls_feature(Der{0x30, 3, 4, 1, 5}));
  CHECK_FALSE(parse_tls_feature(Der{0x30, 4, 2, 2, 0, 5}));
  CHECK_FALSE(parse_tls_feature(Der{2, 1, 5}));
}

// Each variant is in memory of its own size, for AddressSanitizer to see.
TEST_CASE("a response cut short or changed is read within its bounds", "[ocsp]") {
  const Der whole = read_der("staple-delegated.ocsp.der");
  const Maker maker;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto cut = std::make_unique<std::uint8_t[]>(size);
    std::copy_n(whole.begin(), size, cut.get());
    CHECK_FALSE(parse_ocsp({cut.get(), size}));
  }
  Der changed = whole;
  changed.push_back(0);
  CHECK_FALSE(parse_ocsp(changed));
  changed.pop_back();
  changed.shrink_to_fit();
  int good_ones = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const unsigned bit : {0x01U, 0x80U}) {
      changed[at] = static_cast<std::uint8_t>(whole[at] ^ bit);
      good_ones += maker.judged(changed) == good ? 1 : 0;
    }
    changed[at] = whole[at];
  }
  CHECK(good_ones == 0);
}
