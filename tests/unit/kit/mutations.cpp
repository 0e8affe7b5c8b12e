// SPDX-License-Identifier: Apache-2.0
// Certificates cut short and changed byte by byte: whatever they are, reading and judging them neither
// crashes nor reads out of bounds. Each variant is in memory of its own size, for AddressSanitizer to see.
#include "paths.hpp"

#include <plugtls/kit/policy.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <memory>

using namespace plugtls::kit;
using namespace kit_test;

namespace {

// Bytes with nothing readable before or behind them.
class Exact {
 public:
  explicit Exact(DerView bytes)
      : bytes_(std::make_unique<std::uint8_t[]>(bytes.size())), size_(bytes.size()) {
    std::copy(bytes.begin(), bytes.end(), bytes_.get());
  }
  [[nodiscard]] DerView view() const { return {bytes_.get(), size_}; }
  std::uint8_t &operator[](std::size_t at) { return bytes_[at]; }

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_;
};

bool is_within(DerView part, DerView whole) {
  if (part.empty()) return true;
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

bool views_are_within(const CertificateFacts &facts, DerView der) {
  bool within = true;
  for (const DerView view : {facts.serial, facts.issuer, facts.subject, facts.subject_alt_names,
                             facts.permitted_subtrees, facts.excluded_subtrees,
                             facts.authority_key_id, facts.subject_key_id})
    within = within && is_within(view, der);
  return within;
}

// A path of the changed certificate as leaf, as intermediate and as anchor, between good ones.
struct Judges {
  Der good = read_der("good-ec.der"), ca = read_der("intermediate.der");
  Der constrained = read_pem("good-constrained.chain.pem")[1];
  std::uint8_t name[11] = {'s', 'e', 'r', 'v', 'e', 'r', '.', 't', 'e', 's', 't'};
  plugtls_subject subject = {PLUGTLS_SUBJECT_DNS, 0, {name, sizeof name}};

  // How many of the places the certificate was refused in.
  int refusals(const CertificateFacts &facts) const {
    Policy policy;
    policy.time = now();
    policy.subjects = {&subject, 1};
    const CertificateFacts leaf = facts_of(good), issuer = facts_of(ca);
    const CertificateFacts root = facts_of(constrained);
    const CertificateFacts paths[3][3] = {
        {facts, issuer, root}, {leaf, facts, root}, {leaf, issuer, facts}};
    int out = 0;
    for (const auto &path : paths) {
      const Verdict verdict = judge(path, policy);
      out += verdict.good() ? 0 : 1;
      if (judge_unanchored(path, policy).good()) return -1;
    }
    return out;
  }
};

std::vector<Der> specimens() {
  return {read_der("good-ec.der"),
          read_der("good-pss-signature.der"),
          read_pem("good-constrained.chain.pem")[1],
          read_pem("constraints-ip6-excluded.chain.pem")[1],
          read_der("md5-signature.der"),
          read_der("good-ed25519.der")};
}

}  // namespace

TEST_CASE("no prefix of a certificate is one", "[certificate][mutations]") {
  for (const Der &der : specimens()) {
    std::size_t taken = 0;
    for (std::size_t size = 0; size < der.size(); ++size) {
      const Exact part(DerView(der).first(size));
      if (!facts_of(part.view()).malformed) ++taken;
    }
    CHECK(taken == 0);
    CHECK_FALSE(facts_of(Exact(der).view()).malformed);
    Der longer = der;
    longer.push_back(0);
    CHECK(facts_of(longer).malformed);
  }
}

TEST_CASE("a certificate with any one byte changed is read within its bounds",
          "[certificate][mutations]") {
  const Judges judges;
  const Der der = GENERATE(Catch::Generators::from_range(specimens()));
  REQUIRE(judges.refusals(CertificateFacts{}) == 3);
  Exact changed(der);
  std::size_t outside = 0, malformed = 0, accepted_unanchored = 0;
  for (std::size_t at = 0; at < der.size(); ++at) {
    // Every bit, and the values lengths and tags are made of.
    for (const unsigned change : {0x01U, 0x02U, 0x04U, 0x08U, 0x10U, 0x20U, 0x40U, 0x80U, 0xffU}) {
      changed[at] = static_cast<std::uint8_t>(der[at] ^ change);
      const CertificateFacts facts = facts_of(changed.view());
      if (!views_are_within(facts, changed.view())) ++outside;
      if (facts.malformed) ++malformed;
      if (judges.refusals(facts) < 0) ++accepted_unanchored;
    }
    changed[at] = der[at];
  }
  CHECK(outside == 0);
  CHECK(accepted_unanchored == 0);
  // Tags and lengths are part of every certificate: some changes must have been noticed.
  CHECK(malformed > der.size());
}

TEST_CASE("two lengths changed at once are read within their bounds", "[certificate][mutations]") {
  const Der der = read_pem("good-constrained.chain.pem")[1];
  const Judges judges;
  Exact changed(der);
  std::size_t outside = 0;
  // A fixed sequence (Lehmer's), so that a failure comes again.
  std::uint64_t state = 20261124;
  const auto next = [&](std::size_t below) {
    state = state * 48271 % 2147483647;
    return static_cast<std::size_t>(state) % below;
  };
  for (int round = 0; round < 20000; ++round) {
    const std::size_t at[2] = {next(der.size()), next(der.size())};
    for (const std::size_t one : at)
      changed[one] = static_cast<std::uint8_t>(next(256));
    const CertificateFacts facts = facts_of(changed.view());
    if (!views_are_within(facts, changed.view())) ++outside;
    if (judges.refusals(facts) < 0) ++outside;
    for (const std::size_t one : at)
      changed[one] = der[one];
  }
  CHECK(outside == 0);
  CHECK_FALSE(facts_of(changed.view()).malformed);
}
