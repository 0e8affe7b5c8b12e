// SPDX-License-Identifier: Apache-2.0
#include <plugtls/kit/pkcs11.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace plugtls::kit;
using Bytes = std::vector<uint8_t>;

TEST_CASE("Pkcs11Uri decodes its attributes, those of the query too", "[kit]") {
  const Pkcs11Uri uri("pkcs11:token=a%20b;id=%01%fF;object=?module-path=/m.so&pin-value=1%2");
  REQUIRE(uri.find("token") != nullptr);
  CHECK(*uri.find("token") == "a b");
  CHECK(*uri.find("id") == "\x01\xff");
  CHECK(uri.find("object")->empty());
  CHECK(*uri.find("module-path") == "/m.so");
  CHECK(*uri.find("pin-value") == "1%2");
  CHECK(uri.find("serial") == nullptr);
  CHECK(std::string(uri.text()).find("pin-value") == std::string::npos);
}

TEST_CASE("Pkcs11Uri refuses what is none", "[kit]") {
  for (const std::string_view text :
       {std::string_view(""), std::string_view("https://example.org/"), std::string_view("pkcs11"),
        std::string_view("pkcs11:token=a\0b", 16)})
    CHECK_THROWS_AS(Pkcs11Uri(text), Error);
}

TEST_CASE("an ECDSA signature of a token's becomes DER", "[kit]") {
  const Bytes both{0, 0, 0x7f, 0x80, 0, 1};
  CHECK(pkcs11::ecdsa_in_der(both) == Bytes{0x30, 9, 2, 1, 0x7f, 2, 4, 0, 0x80, 0, 1});
  const Bytes large(132, 0x11);  // P-521
  const Bytes der = pkcs11::ecdsa_in_der(large);
  CHECK(der.size() == 3 + 2 * (2 + 66));
  CHECK(der[1] == 0x81);
  CHECK(der[2] == der.size() - 3);
}

TEST_CASE("what a token signs is what the scheme says", "[kit]") {
  pkcs11::Signing signing;
  const Bytes digest(48, 7);
  REQUIRE(signing.choose(0x0501, digest));
  CHECK(signing.mechanism.mechanism == pkcs11::mechanism_rsa_pkcs);
  CHECK(signing.input.size() == 19 + 48);
  CHECK(signing.input[1] == 17 + 48);
  CHECK(signing.input[14] == 2);  // id-sha384
  REQUIRE(signing.choose(0x0805, digest));
  CHECK(signing.pss.hash == 0x260);
  CHECK(signing.pss.mask == 3);
  CHECK(signing.pss.salt == 48);
  CHECK(signing.input == digest);
  CHECK_FALSE(signing.choose(0x0201, digest));
}
