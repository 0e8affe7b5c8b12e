// SPDX-License-Identifier: Apache-2.0
#include <plugtls/kit/der.hpp>
#include <plugtls/kit/distinguished_name.hpp>
#include <plugtls/kit/extensions.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

using namespace plugtls::kit;

namespace {

using Bytes = std::vector<std::uint8_t>;

// An element, with a length of the shortest form.
Bytes element(std::uint8_t tag, const Bytes &contents) {
  Bytes out;
  out.reserve(contents.size() + 3);
  out.push_back(tag);
  if (contents.size() >= 0x80) out.push_back(0x81);
  out.push_back(static_cast<std::uint8_t>(contents.size()));
  out.insert(out.end(), contents.begin(), contents.end());
  return out;
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes &part : parts)
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

Bytes text(std::string_view characters) {
  return {characters.begin(), characters.end()};
}

std::optional<std::int64_t> time_of(std::string_view characters) {
  const Bytes whole = element(
      characters.size() == 13 ? der_tag::utc_time : der_tag::generalized_time, text(characters));
  DerReader reader(whole);
  return der_time(reader.next());
}

// commonName, with a string of that kind.
Bytes common_name(std::uint8_t tag, std::string_view value) {
  return element(der_tag::sequence, joined({element(der_tag::object_identifier, {0x55, 4, 3}),
                                            element(tag, text(value))}));
}

Bytes name(std::initializer_list<Bytes> rdns) {
  Bytes contents;
  for (const Bytes &attributes : rdns)
    contents = joined({contents, element(der_tag::set, attributes)});
  return element(der_tag::sequence, contents);
}

Bytes utf8_name(std::string_view value) {
  return name({common_name(der_tag::utf8_string, value)});
}

}  // namespace

TEST_CASE("elements are read one after the other", "[der]") {
  const Bytes bytes = {0x02, 1, 5, 0x30, 2, 0x05, 0, 0x04, 0};
  DerReader reader(bytes);
  CHECK(reader.next_is(der_tag::integer));
  CHECK(same_bytes(reader.contents(der_tag::integer), Bytes{5}));
  CHECK_FALSE(reader.optional_contents(der_tag::integer).has_value());
  const DerElement sequence = reader.next();
  CHECK(sequence.tag == der_tag::sequence);
  CHECK(same_bytes(sequence.whole, Bytes{0x30, 2, 0x05, 0}));
  CHECK_FALSE(reader.finished());
  CHECK(reader.optional_contents(der_tag::octet_string).has_value());
  CHECK(reader.finished());
  CHECK(reader.next().tag == 0);
  CHECK(reader.failed());
}

TEST_CASE("a failure sticks", "[der]") {
  const Bytes bytes = {0x02, 1, 5, 0x02, 1, 6};
  DerReader reader(bytes);
  CHECK(reader.contents(der_tag::sequence).empty());
  CHECK(reader.failed());
  CHECK(reader.at_end());
  CHECK_FALSE(reader.finished());
  CHECK(reader.next().tag == 0);
}

TEST_CASE("what is not DER is no element", "[der]") {
  for (const Bytes &bytes : {
           Bytes{},
           Bytes{0x30},
           Bytes{0x30, 1},
           Bytes{0x30, 0x80, 0, 0},  // indefinite
           Bytes{0x04, 0x81, 1, 0},  // longer than need be
           Bytes{0x04, 0x82, 0, 0x80},
           Bytes{0x04, 0x85, 1, 0, 0, 0, 0},
           Bytes{0x04, 0x84, 0xff, 0xff, 0xff, 0xff},
           Bytes{0x1f, 1, 0},  // tag number above 30
           Bytes{0, 0},
           Bytes{0x04, 0x81},
           Bytes{0x04, 0x82, 1},
       }) {
    DerReader reader(bytes);
    CHECK(reader.next().tag == 0);
    CHECK(reader.failed());
  }
  const Bytes long_form = element(der_tag::octet_string, Bytes(200, 7));
  DerReader reader(long_form);
  CHECK(reader.contents(der_tag::octet_string).size() == 200);
  CHECK(reader.finished());
}

TEST_CASE("integers", "[der]") {
  CHECK(der_uint(Bytes{0}) == 0U);
  CHECK(der_uint(Bytes{0x7f}) == 127U);
  CHECK(der_uint(Bytes{0, 0x80}) == 128U);
  CHECK(der_uint(Bytes{0, 0xff, 0xff, 0xff, 0xff}) == 0xffffffffU);
  for (const Bytes &bad : {Bytes{}, Bytes{0x80}, Bytes{0, 0}, Bytes{0, 0x7f}, Bytes{0xff, 0x80},
                           Bytes{1, 0, 0, 0, 0}, Bytes{0, 0x80, 0, 0, 0, 0}})
    CHECK_FALSE(der_uint(bad).has_value());
  CHECK(is_der_integer(Bytes{0xff, 0x7f}));
  CHECK_FALSE(is_der_integer(Bytes{0xff, 0xff}));
}

TEST_CASE("booleans and strings of bits", "[der]") {
  CHECK(der_boolean(Bytes{0xff}) == true);
  CHECK(der_boolean(Bytes{0}) == false);
  CHECK_FALSE(der_boolean(Bytes{1}).has_value());
  CHECK_FALSE(der_boolean(Bytes{}).has_value());
  CHECK(der_named_bits(Bytes{7, 0x80}) == key_usage::digital_signature);
  CHECK(der_named_bits(Bytes{1, 0x06}) == (key_usage::key_cert_sign | key_usage::crl_sign));
  CHECK(der_named_bits(Bytes{7, 0, 0x80}) == std::uint16_t{1U << 8U});
  CHECK(der_named_bits(Bytes{0, 0x80}) == key_usage::digital_signature);
  CHECK(der_named_bits(Bytes{0}) == std::uint16_t{0});
  for (const Bytes &bad : {Bytes{}, Bytes{8, 0}, Bytes{1}, Bytes{7, 0xff}, Bytes{0, 1, 2, 3}})
    CHECK_FALSE(der_named_bits(bad).has_value());
  CHECK(der_octets(Bytes{0, 1, 2})->size() == 2);
  CHECK_FALSE(der_octets(Bytes{1, 2}).has_value());
  CHECK_FALSE(der_octets(Bytes{}).has_value());
}

TEST_CASE("times", "[der]") {
  CHECK(time_of("700101000000Z") == 0);
  CHECK(time_of("19700101000000Z") == 0);
  CHECK(time_of("691231235959Z") == -1);
  CHECK(time_of("000229000000Z") == 951782400);
  CHECK(time_of("20380119031408Z") == 2147483648LL);
  CHECK(time_of("491231235959Z") == 2524607999LL);
  CHECK(time_of("500101000000Z") == -631152000LL);
  CHECK(time_of("99991231235959Z") == 253402300799LL);
  for (const char *bad : {"700101000000", "7001010000Z", "700101000000+0000", "19700101000000.5Z",
                          "701301000000Z", "700100000000Z", "700229000000Z", "19000229000000Z",
                          "700431000000Z", "700101240000Z", "700101006000Z", "700101000060Z",
                          "70010100000aZ", "7001010000/0Z", "00000101000000Z", ""}) {
    INFO(bad);
    CHECK_FALSE(time_of(bad).has_value());
  }
  CHECK_FALSE(der_time({der_tag::octet_string, {}, {}}).has_value());
}

TEST_CASE("names compare without case and with white space as one space", "[names]") {
  const auto same = [](const Bytes &a, const Bytes &b) { return compare_names(a, b, false); };
  const Bytes plain = utf8_name("Test Root");
  CHECK(same(plain, plain) == NameOrder::same);
  CHECK(same(plain, utf8_name(" tEST  \t root ")) == NameOrder::same);
  CHECK(same(plain, name({common_name(der_tag::printable_string, "test root")})) ==
        NameOrder::same);
  CHECK(same(plain, name({common_name(der_tag::teletex_string, "Test Root")})) == NameOrder::same);
  CHECK(same(plain, utf8_name("TestRoot")) == NameOrder::different);
  CHECK(same(plain, utf8_name("Test Root 2")) == NameOrder::different);
  CHECK(same(plain, utf8_name("Test")) == NameOrder::different);
  CHECK(same(utf8_name("a"), name({})) == NameOrder::different);
  CHECK(same(name({}), name({})) == NameOrder::same);
  constexpr std::uint8_t bmp_string = 0x1e;
  CHECK(same(plain, name({common_name(bmp_string, "Test Root")})) == NameOrder::unknown);
  CHECK(same(plain, name({common_name(der_tag::teletex_string, "T\xe9st")})) == NameOrder::unknown);
}

TEST_CASE("a name is below what it begins with", "[names]") {
  const Bytes a = common_name(der_tag::utf8_string, "a"),
              b = common_name(der_tag::utf8_string, "b");
  CHECK(compare_names(name({a, b}), name({a}), true) == NameOrder::same);
  CHECK(compare_names(name({a, b}), name({a}), false) == NameOrder::different);
  CHECK(compare_names(name({a}), name({a, b}), true) == NameOrder::different);
  CHECK(compare_names(name({b, a}), name({a}), true) == NameOrder::different);
  CHECK(compare_names(name({b}), name({}), true) == NameOrder::same);
  // Attributes in one SET are not in an order that folding keeps.
  CHECK(compare_names(name({joined({a, b})}), name({joined({b, a})}), false) == NameOrder::unknown);
  CHECK(compare_names(name({joined({a, b})}), name({joined({a, b})}), false) == NameOrder::same);
  CHECK(compare_names(name({joined({a, b})}), name({a}), false) == NameOrder::different);
}

TEST_CASE("what is no name", "[names]") {
  CHECK(is_distinguished_name(name({})));
  CHECK(is_distinguished_name(utf8_name("a")));
  CHECK_FALSE(is_distinguished_name({}));
  CHECK_FALSE(is_distinguished_name(element(der_tag::set, {})));
  CHECK_FALSE(is_distinguished_name(name({Bytes{}})));  // an empty RelativeDistinguishedName
  CHECK_FALSE(is_distinguished_name(name({element(der_tag::sequence, {})})));
  CHECK_FALSE(is_distinguished_name(joined({utf8_name("a"), Bytes{0}})));
  CHECK(compare_names(Bytes{0x30, 1, 0x30}, Bytes{0x30, 1, 0x30}, false) == NameOrder::unknown);
}

TEST_CASE("key usage and extended key usage", "[extensions]") {
  CHECK(parse_key_usage(Bytes{3, 2, 7, 0x80}) == key_usage::digital_signature);
  CHECK_FALSE(parse_key_usage(Bytes{3, 1, 0}).has_value());
  CHECK_FALSE(parse_key_usage(Bytes{3, 2, 7, 0}).has_value());
  CHECK_FALSE(parse_key_usage(Bytes{4, 2, 7, 0x80}).has_value());
  CHECK_FALSE(parse_key_usage(Bytes{3, 2, 7, 0x80, 0}).has_value());
  const Bytes server = element(der_tag::object_identifier, {0x2b, 6, 1, 5, 5, 7, 3, 1});
  const Bytes client = element(der_tag::object_identifier, {0x2b, 6, 1, 5, 5, 7, 3, 2});
  const Bytes any = element(der_tag::object_identifier, {0x55, 0x1d, 0x25, 0});
  const Bytes else_ = element(der_tag::object_identifier, {0x2a, 3});
  CHECK(parse_extended_key_usage(element(0x30, joined({server, else_, client}))) ==
        (extended_key_usage::server_auth | extended_key_usage::client_auth));
  CHECK(parse_extended_key_usage(element(0x30, any)) == extended_key_usage::any);
  CHECK(parse_extended_key_usage(element(0x30, else_)) == std::uint8_t{0});
  CHECK_FALSE(parse_extended_key_usage(element(0x30, {})).has_value());
  CHECK_FALSE(parse_extended_key_usage(element(0x30, Bytes{5, 0})).has_value());
  CHECK_FALSE(parse_extended_key_usage(joined({element(0x30, server), server})).has_value());
}

TEST_CASE("basic constraints", "[extensions]") {
  const auto ca = parse_basic_constraints(Bytes{0x30, 6, 1, 1, 0xff, 2, 1, 3});
  REQUIRE(ca.has_value());
  CHECK(ca->is_ca);
  CHECK(ca->path_length == 3U);
  CHECK_FALSE(parse_basic_constraints(Bytes{0x30, 0})->is_ca);
  CHECK_FALSE(parse_basic_constraints(Bytes{0x30, 3, 1, 1, 0})->is_ca);
  for (const Bytes &bad : {Bytes{}, Bytes{0x30, 3, 1, 1, 1}, Bytes{0x30, 6, 1, 1, 0xff, 2, 1, 0xff},
                           Bytes{0x30, 2, 5, 0}, Bytes{0x30, 0, 0}, Bytes{5, 0}})
    CHECK_FALSE(parse_basic_constraints(bad).has_value());
}

TEST_CASE("subject alternative names", "[extensions]") {
  const Bytes dns = element(general_name::dns_name, text("a.test"));
  const Bytes directory = element(general_name::directory_name, utf8_name("a"));
  const Bytes value = element(0x30, joined({dns, directory}));
  const auto names = parse_subject_alt_names(value);
  REQUIRE(names.has_value());
  CHECK(same_bytes(*names, joined({dns, directory})));
  CHECK(parse_subject_alt_names(Bytes{0x30, 0}).has_value());
  for (const Bytes &bad :
       {Bytes{}, element(0x30, element(0x02, {1})), element(0x30, element(0x89, {})),
        element(0x30, element(general_name::directory_name, {})), element(0x31, dns),
        joined({element(0x30, dns), dns}), element(0x30, Bytes{0x82, 5, 'a'})})
    CHECK_FALSE(parse_subject_alt_names(bad).has_value());
}

TEST_CASE("name constraints", "[extensions]") {
  const Bytes dns = element(general_name::dns_name, text("test"));
  const Bytes subtree = element(0x30, dns);
  const Bytes far = element(0x30, joined({dns, Bytes{0x80, 1, 1}}));
  const Bytes value =
      element(0x30, joined({element(0xa0, subtree), element(0xa1, joined({subtree, far}))}));
  const auto both = parse_name_constraints(value);
  REQUIRE(both.has_value());
  CHECK(same_bytes(both->permitted, subtree));
  DerReader excluded(both->excluded);
  CHECK_FALSE(next_subtree(excluded).has_distances);
  CHECK(next_subtree(excluded).has_distances);
  CHECK(excluded.finished());
  const Bytes maximum = element(0x30, joined({dns, Bytes{0x80, 1, 0}, Bytes{0x81, 1, 0}}));
  DerReader reader(maximum);
  CHECK(next_subtree(reader).has_distances);
  for (const Bytes &bad :
       {Bytes{}, element(0x30, element(0xa2, subtree)),
        element(0x30, joined({element(0xa1, subtree), element(0xa0, subtree)})),
        element(0x30, element(0xa0, dns)), element(0x30, element(0xa0, element(0x30, {}))),
        element(0x30, element(0xa0, element(0x30, joined({dns, dns}))))})
    CHECK_FALSE(parse_name_constraints(bad).has_value());
}

TEST_CASE("key identifiers and CRL distribution points", "[extensions]") {
  const Bytes subject_key = {4, 1, 9}, authority_key = {0x30, 3, 0x80, 1, 9};
  CHECK(same_bytes(*parse_subject_key_id(subject_key), Bytes{9}));
  CHECK_FALSE(parse_subject_key_id(Bytes{5, 0}).has_value());
  CHECK(same_bytes(*parse_authority_key_id(authority_key), Bytes{9}));
  CHECK(parse_authority_key_id(Bytes{0x30, 0})->empty());
  CHECK(parse_authority_key_id(Bytes{0x30, 5, 0xa1, 0, 0x82, 1, 1})->empty());
  CHECK_FALSE(parse_authority_key_id(Bytes{0x30, 3, 0x83, 1, 9}).has_value());
  CHECK(is_crl_distribution_points(Bytes{0x30, 2, 0x30, 0}));
  CHECK_FALSE(is_crl_distribution_points(Bytes{0x30, 0}));
  CHECK_FALSE(is_crl_distribution_points(Bytes{0x30, 2, 0x05, 0}));
}
