// SPDX-License-Identifier: Apache-2.0
// S23 to S25: names and numbers of the facade's registries.
#include <plugtls/plugtls.hpp>

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <string>

using namespace plugtls;

namespace {

// find_name searches by halves, and two rows of one name or number would hide each other.
template <typename Table, typename Parse>
void check_table(const Table &table, Parse parse) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < table.size(); ++i) {
    CAPTURE(table[i].name);
    if (i > 0) CHECK(table[i - 1].number < table[i].number);
    CHECK(names.insert(table[i].name).second);
    CHECK(name(table[i].number) == table[i].name);
    CHECK(parse(table[i].name) == table[i].number);
  }
}

}  // namespace

TEST_CASE("every registry is sorted, without doubles, and parses its own names") {
  check_table(detail::cipher_suite_names, parse_cipher_suite);
  check_table(detail::group_names, parse_group);
  check_table(detail::signature_scheme_names, parse_signature_scheme);
  check_table(detail::alert_names, parse_alert);
  check_table(detail::tls_version_names, parse_tls_version);
}

TEST_CASE("S23 a number without a name survives, prints and parses") {
  const auto grease = static_cast<CipherSuite>(0x1a1a);
  CHECK(name(grease) == "0x1a1a");
  CHECK(parse_cipher_suite("0x1A1A") == grease);
  CHECK(name(static_cast<Alert>(7)) == "0x07");
  for (const char *wrong : {"", "0x", "0x12345", "0xzz", "TLS_AES_128_GCM_SHA25", "0x1301 "})
    CHECK_FALSE(parse_cipher_suite(wrong));
}

TEST_CASE("S23 a cipher suite's properties follow from its name") {
  using enum CipherSuite;
  CHECK(key_exchange(TLS_AES_128_GCM_SHA256) == KeyExchange::any);
  CHECK(key_exchange(TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256) == KeyExchange::ecdhe);
  CHECK(key_exchange(TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256) == KeyExchange::ecdhe_psk);
  CHECK(key_exchange(TLS_PSK_DHE_WITH_AES_128_CCM_8) == KeyExchange::dhe_psk);
  CHECK(key_exchange(TLS_RSA_PSK_WITH_AES_128_CBC_SHA) == KeyExchange::rsa_psk);
  CHECK(key_exchange(TLS_FALLBACK_SCSV) == KeyExchange::unknown);
  for (const CipherSuite suite : {TLS_CHACHA20_POLY1305_SHA256, TLS_RSA_WITH_AES_128_CCM,
                                  TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8, TLS_AEGIS_256_SHA512})
    CHECK(is_aead(suite));
  for (const CipherSuite suite : {TLS_RSA_WITH_AES_128_CBC_SHA256, TLS_SHA256_SHA256})
    CHECK_FALSE(is_aead(suite));
  CHECK(has_forward_secrecy(TLS_DHE_RSA_WITH_AES_128_CBC_SHA));
  CHECK_FALSE(has_forward_secrecy(TLS_RSA_WITH_AES_128_GCM_SHA256));
  CHECK_FALSE(has_forward_secrecy(TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256));
  for (const CipherSuite suite :
       {TLS_RSA_WITH_NULL_SHA, TLS_SHA384_SHA384, TLS_DH_anon_WITH_AES_128_CBC_SHA,
        TLS_RSA_EXPORT_WITH_RC4_40_MD5, TLS_RSA_WITH_3DES_EDE_CBC_SHA, TLS_FALLBACK_SCSV})
    CHECK_FALSE(is_secure(suite));
  CHECK(is_secure(TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256));
  CHECK(minimum_version(TLS_AES_128_GCM_SHA256) == TlsVersion::TLSv1_3);
  CHECK(minimum_version(TLS_RSA_WITH_AES_128_CBC_SHA256) == TlsVersion::TLSv1_2);
  CHECK(minimum_version(TLS_RSA_WITH_AES_128_CBC_SHA) == TlsVersion::SSLv3);
  CHECK(maximum_version(TLS_RSA_WITH_AES_128_CBC_SHA) == TlsVersion::TLSv1_2);
}

TEST_CASE("S24 protocols are well-known by their bytes, any other is bytes") {
  CHECK(NextProtocol::http1_1().bytes() == "http/1.1");
  CHECK(NextProtocol("h2").well_known() == WellKnownProtocol::h2);
  CHECK(NextProtocol("stun.nat-discovery").well_known() == WellKnownProtocol::stun_nat_discovery);
  CHECK_FALSE(NextProtocol("mine/1").is_well_known());
  CHECK(name(NextProtocol(std::string_view("a\0\\\xff", 4))) == "a\\x00\\x5c\\xff");
  CHECK_THROWS_AS(NextProtocol(std::string_view()), ConfigurationError);
  CHECK_THROWS_AS(NextProtocol(std::string(256, 'x')), ConfigurationError);
  CHECK(NextProtocol(std::string(255, 'x')).bytes().size() == 255);
}

TEST_CASE("S25 versions are what people type") {
  CHECK(parse_tls_version("1.3") == TlsVersion::TLSv1_3);
  CHECK(parse_tls_version("tlsv1.2") == TlsVersion::TLSv1_2);
  CHECK(parse_tls_version("minimum_supported") == TlsVersion::minimum_supported);
  CHECK_FALSE(parse_tls_version("1.4"));
  CHECK(name(TlsVersion::TLSv1_3) == "TLSv1.3");
}

TEST_CASE("S26 every code has a name, a sentence, a fault and a class under TlsError") {
  for (const errc code : {errc::invalid_argument, errc::unsupported, errc::backend_not_found,
                          errc::cert_expired, errc::protocol, errc::alert_received, errc::transport,
                          errc::truncated, errc::wrong_state}) {
    CAPTURE(name(code));
    CHECK(name(code) != "unknown");
    CHECK_THROWS_AS(throw_error(code, "said"), TlsError);
    CHECK_FALSE(make_error_code(code).message().empty());
  }
  CHECK_THROWS_AS(throw_error(errc::unsupported, ""), UnsupportedError);
  CHECK_THROWS_AS(throw_error(errc::cert_expired, ""), CertificateError);
  CHECK_THROWS_AS(throw_error(errc::truncated, ""), TruncatedError);
  CHECK_THROWS_AS(throw_status(IoStatus::want_read, make_error(errc::none, "")), WantReadError);
  CHECK(std::error_code(errc::timed_out) == std::errc::timed_out);
  CHECK_FALSE(make_error_code(errc::none));
}

TEST_CASE("settings that mean nothing are refused where they are made") {
  ClientConfig config;
  CHECK_THROWS_AS(config.set_ciphers({}), ConfigurationError);
  CHECK_THROWS_AS(config.set_groups({}), ConfigurationError);
  CHECK_THROWS_AS(config.set_verify_depth(0), ConfigurationError);
  CHECK_THROWS_AS(ServerConfig().set_ticket_lifetime(std::chrono::hours(24 * 8)),
                  ConfigurationError);
  CHECK_THROWS_AS(Certificate::from_file(""), ConfigurationError);
  CHECK_THROWS_AS(PrivateKey::from_buffer(std::string_view()), ConfigurationError);
  CHECK_THROWS_AS(PrivateKey::from_signer(nullptr), ConfigurationError);
}
