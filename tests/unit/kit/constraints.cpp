// SPDX-License-Identifier: Apache-2.0
#include <plugtls/kit/constraints.hpp>
#include <plugtls/kit/names.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

using namespace plugtls::kit;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes element(std::uint8_t tag, std::string_view contents) {
  Bytes out;
  out.reserve(contents.size() + 2);
  out.push_back(tag);
  out.push_back(static_cast<std::uint8_t>(contents.size()));
  out.insert(out.end(), contents.begin(), contents.end());
  return out;
}

std::string_view view(const Bytes &bytes) {
  return as_text(bytes);
}

Bytes subtree(std::uint8_t tag, std::string_view base) {
  return element(der_tag::sequence, view(element(tag, base)));
}

// Is a name of that kind allowed where `base` alone is permitted, and where it alone is excluded?
struct Allowed {
  bool permitted, excluded;
  bool operator==(const Allowed &) const = default;
};
constexpr Allowed inside = {true, false}, outside = {false, true}, never = {false, false};

Allowed allowed(std::uint8_t tag, std::string_view name, std::string_view base) {
  const Bytes subtrees = subtree(tag, base), contents(name.begin(), name.end());
  CertificateFacts permitting, excluding;
  permitting.permitted_subtrees = subtrees;
  excluding.excluded_subtrees = subtrees;
  const DerElement one = as_general_name(tag, contents);
  return {name_allowed(one, permitting), name_allowed(one, excluding)};
}

Allowed dns(std::string_view name, std::string_view base) {
  return allowed(general_name::dns_name, name, base);
}
Allowed email(std::string_view name, std::string_view base) {
  return allowed(general_name::rfc822_name, name, base);
}
Allowed uri(std::string_view name, std::string_view base) {
  return allowed(general_name::uniform_resource_identifier, name, base);
}
Allowed ip(std::string_view name, std::string_view base) {
  return allowed(general_name::ip_address, name, base);
}

// A Name of one attribute.
Bytes subject(std::string_view type, std::uint8_t tag, std::string_view value) {
  Bytes pair = element(der_tag::object_identifier, type);
  const Bytes text = element(tag, value);
  pair.insert(pair.end(), text.begin(), text.end());
  return element(der_tag::sequence,
                 view(element(der_tag::set, view(element(der_tag::sequence, view(pair))))));
}

constexpr std::string_view common_name_oid = "\x55\x04\x03";
constexpr std::string_view email_address = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01";

bool subject_ok(const Bytes &name, const Bytes &permitted, bool leaf = true,
                const Bytes &alternatives = {}) {
  CertificateFacts certificate, issuer;
  certificate.subject = name;
  certificate.subject_alt_names = alternatives;
  issuer.permitted_subtrees = permitted;
  return subject_allowed(certificate, leaf, issuer);
}

}  // namespace

TEST_CASE("DNS names", "[constraints]") {
  CHECK(dns("a.test", "a.test") == inside);
  CHECK(dns("b.A.test", "a.TEST") == inside);
  CHECK(dns("a.test.", "a.test") == inside);
  CHECK(dns("a.test", "") == inside);
  CHECK(dns("b.a.test", ".a.test") == inside);
  CHECK(dns("a.test", ".a.test") == outside);
  CHECK(dns("ba.test", "a.test") == outside);
  CHECK(dns("test", "a.test") == outside);
  CHECK(dns("a.test.evil", "a.test") == outside);
  // What a wildcard reaches is neither wholly inside nor wholly outside.
  CHECK(dns("*.test", "a.test") == never);
  CHECK(dns("*.a.test", "a.test") == inside);
  CHECK(dns("*.test", "b.a.test") == outside);
}

TEST_CASE("addresses", "[constraints]") {
  using namespace std::string_view_literals;
  constexpr auto ten = "\x0a\x00\x00\x00\xff\x00\x00\x00"sv;
  CHECK(ip("\x0a\x01\x02\x03"sv, ten) == inside);
  CHECK(ip("\x0b\x01\x02\x03"sv, ten) == outside);
  CHECK(ip("\x0a\x01\x02\x03"sv, "\0\0\0\0\0\0\0\0"sv) == inside);
  CHECK(ip("0123456789abcdef"sv, ten) == outside);
  CHECK(ip("0123456789abcdef"sv,
           "0123456789abcdef\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
           "\xff\xff\xff\xff"sv) == inside);
  CHECK(ip("123"sv, ten) == never);
  CHECK(ip("\x0a\x01\x02\x03"sv, "123"sv) == never);
}

TEST_CASE("mail addresses", "[constraints]") {
  CHECK(email("me@mail.test", "mail.test") == inside);
  CHECK(email("me@MAIL.test", "mail.TEST") == inside);
  CHECK(email("me@sub.mail.test", "mail.test") == outside);
  CHECK(email("me@sub.mail.test", ".mail.test") == inside);
  CHECK(email("me@mail.test", ".mail.test") == outside);
  CHECK(email("me@mail.test", "me@mail.test") == inside);
  CHECK(email("ME@mail.test", "me@mail.test") == outside);
  CHECK(email("you@mail.test", "@mail.test") == inside);
  CHECK(email("a@b@mail.test", "mail.test") == inside);
  CHECK(email("nobody", "mail.test") == never);
  CHECK(email(std::string_view("me\0@mail.test", 13), "mail.test") == never);
}

TEST_CASE("URIs", "[constraints]") {
  CHECK(uri("https://a.test/x", "a.test") == inside);
  CHECK(uri("https://A.test:8443", "a.test") == inside);
  CHECK(uri("https://user:word@a.test?q#f", "a.test") == inside);
  CHECK(uri("https://b.a.test", "a.test") == outside);
  CHECK(uri("https://b.a.test", ".a.test") == inside);
  CHECK(uri("https://a.test", ".a.test") == outside);
  for (const char *unreadable : {"urn:a:b", "https:///x", "a.test", "https://[::1]/",
                                 "https://127.0.0.1/", "https://@/", ""}) {
    INFO(unreadable);
    CHECK(uri(unreadable, "a.test") == never);
  }
}

TEST_CASE("directory names, and names that cannot be compared", "[constraints]") {
  const Bytes a = subject(common_name_oid, der_tag::utf8_string, "Unit A");
  const Bytes folded = subject(common_name_oid, der_tag::printable_string, "unit  a");
  const Bytes b = subject(common_name_oid, der_tag::utf8_string, "Unit B");
  constexpr std::uint8_t bmp_string = 0x1e;
  const Bytes opaque = subject(common_name_oid, bmp_string, "Unit A");
  CHECK(allowed(general_name::directory_name, view(a), view(folded)) == inside);
  CHECK(allowed(general_name::directory_name, view(a), view(b)) == outside);
  CHECK(allowed(general_name::directory_name, view(a), std::string_view("\x30\0", 2)) == inside);
  CHECK(allowed(general_name::directory_name, view(a), view(opaque)) == never);
  CHECK(allowed(general_name::registered_id, "x", "x") == never);
  CHECK(allowed(general_name::other_name, "", "") == never);
}

TEST_CASE("a constraint on one kind of name says nothing about others", "[constraints]") {
  CertificateFacts issuer;
  const Bytes subtrees = subtree(general_name::dns_name, "a.test");
  issuer.permitted_subtrees = subtrees;
  const Bytes address = {127, 0, 0, 1};
  CHECK(name_allowed(as_general_name(general_name::ip_address, address), issuer));
  CHECK(constrains(issuer, general_name::dns_name));
  CHECK_FALSE(constrains(issuer, general_name::ip_address));
}

TEST_CASE("several permitted subtrees: one is enough; distances never are", "[constraints]") {
  Bytes subtrees = subtree(general_name::dns_name, "a.test");
  const Bytes second = subtree(general_name::dns_name, "b.test");
  subtrees.insert(subtrees.end(), second.begin(), second.end());
  CertificateFacts issuer;
  issuer.permitted_subtrees = subtrees;
  const Bytes b = {'b', '.', 't', 'e', 's', 't'}, c = {'c', '.', 't', 'e', 's', 't'};
  CHECK(name_allowed(as_general_name(general_name::dns_name, b), issuer));
  CHECK_FALSE(name_allowed(as_general_name(general_name::dns_name, c), issuer));
  Bytes far = element(general_name::dns_name, "b.test");
  far.insert(far.end(), {0x80, 1, 1});
  const Bytes distant = element(der_tag::sequence, view(far));
  issuer.permitted_subtrees = distant;
  CHECK_FALSE(name_allowed(as_general_name(general_name::dns_name, b), issuer));
  issuer.permitted_subtrees = {};
  issuer.excluded_subtrees = distant;
  CHECK_FALSE(name_allowed(as_general_name(general_name::dns_name, c), issuer));
}

TEST_CASE("the subject's names", "[constraints]") {
  const Bytes only_a = subtree(general_name::dns_name, "a.test");
  const auto named = [](std::string_view value) {
    return subject(common_name_oid, der_tag::utf8_string, value);
  };
  CHECK(subject_ok(named("a.test"), only_a));
  CHECK(subject_ok(named("Company, Inc."), only_a));
  CHECK(subject_ok(named("single"), only_a));
  CHECK_FALSE(subject_ok(named("b.test"), only_a));
  CHECK_FALSE(subject_ok(named(std::string_view("a.test\0.b", 9)), only_a));
  // Only a leaf's, and only where there is no DNS name.
  CHECK(subject_ok(named("b.test"), only_a, false));
  CHECK(subject_ok(named("b.test"), only_a, true, element(general_name::dns_name, "a.test")));
  constexpr std::uint8_t bmp_string = 0x1e;
  CHECK_FALSE(subject_ok(subject(common_name_oid, bmp_string, "ab"), only_a));
  const Bytes only_mail = subtree(general_name::rfc822_name, "mail.test");
  CHECK(subject_ok(subject(common_name_oid, bmp_string, "ab"), only_mail));
  CHECK(subject_ok(subject(email_address, der_tag::ia5_string, "me@mail.test"), only_mail));
  CHECK_FALSE(subject_ok(subject(email_address, der_tag::ia5_string, "me@a.test"), only_mail));
  CHECK_FALSE(subject_ok(subject(email_address, der_tag::utf8_string, "me@mail.test"), only_mail));
}

TEST_CASE("what looks like a DNS name", "[constraints]") {
  for (const char *yes : {"a.b", "a_b.test", "x-y.test", "127.0.0.1", "A.B"})
    CHECK(looks_like_dns_name(yes));
  for (const char *no : {"", "a", "a b.c", ".a.b", "a..b", "a.b.", "-a.b", "a-.b", "a.b-", "*.a.b"})
    CHECK_FALSE(looks_like_dns_name(no));
}

TEST_CASE("too many comparisons are refused", "[constraints]") {
  const Bytes name = element(general_name::dns_name, "");
  const Bytes one = subtree(general_name::dns_name, "");
  Bytes names, subtrees;
  for (int i = 0; i < 1024; ++i)
    names.insert(names.end(), name.begin(), name.end());
  for (int i = 0; i < 1024; ++i)
    subtrees.insert(subtrees.end(), one.begin(), one.end());
  CertificateFacts certificate, issuer;
  certificate.subject_alt_names = names;
  issuer.permitted_subtrees = subtrees;
  CHECK_FALSE(too_many_constraints(certificate, issuer));
  issuer.excluded_subtrees = one;
  CHECK(too_many_constraints(certificate, issuer));
}
