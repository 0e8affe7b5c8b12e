// SPDX-License-Identifier: Apache-2.0
#include <plugtls/kit/alert.hpp>
#include <plugtls/kit/names.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace plugtls::kit;
using namespace std::string_view_literals;

namespace {

std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

plugtls_subject dns(std::string_view name) {
  return {PLUGTLS_SUBJECT_DNS, 0, as_bytes(bytes(name))};
}
plugtls_subject ip(std::string_view address) {
  return {PLUGTLS_SUBJECT_IP, 0, as_bytes(bytes(address))};
}

}  // namespace

TEST_CASE("S11 DNS names match by RFC 9525", "[names]") {
  struct Row {
    std::string_view presented, reference;
    bool matches;
  };
  for (const Row &row : {
           Row{"server.test", "server.test", true},
           Row{"Server.TEST", "sERVER.test", true},
           Row{"server.test", "server.test.", true},
           Row{"server.test.", "server.test", true},
           Row{"localhost", "localhost", true},
           Row{"server.test", "server.test.evil", false},
           Row{"server.test", "evilserver.test", false},
           Row{"server.test", "a.server.test", false},
           Row{"server.test..", "server.test", false},
           Row{"", "", false},
           Row{".", ".", false},
           Row{"server.test\0.evil"sv, "server.test", false},
           Row{"server.test\0.evil"sv, "server.test\0.evil"sv, false},
           Row{"server test", "server test", false},
           Row{"b\xc3\xbc"
               "cher.test",
               "b\xc3\xbc"
               "cher.test",
               false},
           Row{"xn--bcher-kva.test", "XN--bcher-kva.test", true},
       }) {
    INFO(row.presented << " against " << row.reference);
    CHECK(dns_matches(row.presented, row.reference) == row.matches);
  }
  CHECK_FALSE(dns_matches(std::string(254, 'a'), std::string(254, 'a')));
  CHECK(dns_matches(std::string(253, 'a'), std::string(253, 'a')));
}

TEST_CASE("S11 wildcards match by RFC 9525", "[names]") {
  struct Row {
    std::string_view presented, reference;
    bool matches;
  };
  for (const Row &row : {
           Row{"*.a.test", "b.a.test", true},
           Row{"*.A.test", "b.a.TEST.", true},
           Row{"*.a.test", "xn--bcher-kva.a.test", true},
           Row{"*.a.test", "a.test", false},
           Row{"*.a.test", ".a.test", false},
           Row{"*.a.test", "c.b.a.test", false},
           Row{"*.a.test", "*.a.test", false},
           Row{"*", "localhost", false},
           Row{"*.", "localhost", false},
           Row{"*.test", "server.test", false},
           Row{"*.test.", "server.test", false},
           Row{"ser*.a.test", "server.a.test", false},
           Row{"*r.a.test", "server.a.test", false},
           Row{"xn--*.a.test", "xn--b.a.test", false},
           Row{"www.*.test", "www.a.test", false},
           Row{"*.*.test", "b.a.test", false},
           Row{"**.a.test", "b.a.test", false},
           Row{"*..test", "b..test", false},
           Row{"*.a..test", "b.a..test", false},
       }) {
    INFO(row.presented << " against " << row.reference);
    CHECK(dns_matches(row.presented, row.reference) == row.matches);
  }
}

TEST_CASE("S11 addresses match by their bytes", "[names]") {
  const auto v4 = "\x7f\0\0\1"sv, v6 = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"sv;
  CHECK(ip_matches(bytes(v4), bytes(v4)));
  CHECK(ip_matches(bytes(v6), bytes(v6)));
  CHECK_FALSE(ip_matches(bytes(v4), bytes(v6)));
  CHECK_FALSE(ip_matches(bytes("\x7f\0\0\2"sv), bytes(v4)));
  CHECK_FALSE(ip_matches(bytes("123"sv), bytes("123"sv)));
  CHECK_FALSE(ip_matches({}, {}));
}

TEST_CASE("S31 any subject matches any entry of its own kind", "[names]") {
  const std::vector<SanEntry> entries = {{PLUGTLS_SUBJECT_DNS, bytes("a.test")},
                                         {PLUGTLS_SUBJECT_DNS, bytes("127.0.0.1")},
                                         {PLUGTLS_SUBJECT_IP, bytes("\x7f\0\0\1"sv)}};
  const auto match = [&](std::vector<plugtls_subject> subjects) {
    return match_names(subjects, entries);
  };
  CHECK(match({dns("a.test")}) == PLUGTLS_E_NONE);
  CHECK(match({dns("b.test"), dns("a.test")}) == PLUGTLS_E_NONE);
  CHECK(match({dns("b.test"), ip("\x7f\0\0\1"sv)}) == PLUGTLS_E_NONE);
  CHECK(match({dns("b.test")}) == PLUGTLS_E_CERT_NAME_MISMATCH);
  CHECK(match({ip("\x7f\0\0\2"sv)}) == PLUGTLS_E_CERT_IP_MISMATCH);
  CHECK(match({ip("\x7f\0\0\2"sv), dns("b.test")}) == PLUGTLS_E_CERT_NAME_MISMATCH);
  // The bytes of a name are no address, nor the other way round.
  CHECK(match({ip("a.te"sv)}) == PLUGTLS_E_CERT_IP_MISMATCH);
  CHECK(match({{77, 0, as_bytes(bytes("a.test"))}}) == PLUGTLS_E_CERT_NAME_MISMATCH);
  CHECK(match_names({}, entries) != PLUGTLS_E_NONE);
}

TEST_CASE("B4 the alert for each code", "[alert]") {
  for (const bool tls13 : {false, true}) {
    CHECK(alert_of_certificate(PLUGTLS_E_CERT_EXPIRED, tls13) == 45);
    CHECK(alert_of_certificate(PLUGTLS_E_CERT_REVOKED, tls13) == 44);
    for (const int code :
         {PLUGTLS_E_CERT_UNKNOWN_ISSUER, PLUGTLS_E_CERT_SELF_SIGNED, PLUGTLS_E_CERT_UNTRUSTED_ROOT})
      CHECK(alert_of_certificate(code, tls13) == 48);
    for (const int code : {PLUGTLS_E_CERT_NOT_YET_VALID, PLUGTLS_E_CERT_NAME_MISMATCH,
                           PLUGTLS_E_CERT_WEAK_KEY, PLUGTLS_E_CERT_REJECTED, PLUGTLS_E_CERT_OTHER})
      CHECK(alert_of_certificate(code, tls13) == 42);
  }
  CHECK(alert_of_certificate(PLUGTLS_E_CERT_MISSING, true) == 116);
  CHECK(alert_of_certificate(PLUGTLS_E_CERT_MISSING, false) == 40);
  for (const int code : {PLUGTLS_E_CERT_OCSP_MISSING, PLUGTLS_E_CERT_OCSP_INVALID})
    CHECK(alert_of_certificate(code, true) == 113);
  // Every code of the category has a fatal alert about certificates.
  for (int code = PLUGTLS_E_CERT_EXPIRED; code <= PLUGTLS_E_CERT_OTHER; ++code) {
    const std::int32_t number = alert_of_certificate(code, true);
    CHECK(((number >= 42 && number <= 48) || number == 113 || number == 116));
  }
}

TEST_CASE("P-IO-4 an alert as it stands on the wire", "[alert]") {
  const auto record = plaintext_alert(alert::decode_error);
  REQUIRE(record.size() == 7);
  CHECK(std::vector<int>(record.begin(), record.end()) == std::vector<int>{21, 3, 1, 0, 2, 2, 50});
}
