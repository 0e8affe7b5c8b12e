// SPDX-License-Identifier: Apache-2.0
#include "raised.hpp"

#include <plugtls/kit/selection.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

using namespace plugtls::kit;

namespace {

using Numbers = std::vector<std::uint16_t>;
constexpr std::uint16_t tls10 = PLUGTLS_VERSION_TLS1_0, tls11 = PLUGTLS_VERSION_TLS1_1,
                        tls12 = PLUGTLS_VERSION_TLS1_2, tls13 = PLUGTLS_VERSION_TLS1_3,
                        unset = PLUGTLS_VERSION_UNSET, lowest = PLUGTLS_VERSION_MINIMUM_SUPPORTED,
                        highest = PLUGTLS_VERSION_MAXIMUM_SUPPORTED;

void check_range(std::uint16_t min, std::uint16_t max, const Numbers &available,
                 std::uint16_t expected_min, std::uint16_t expected_max) {
  const VersionRange range = resolve_versions(min, max, available);
  CHECK(range.min == expected_min);
  CHECK(range.max == expected_max);
}

}  // namespace

TEST_CASE("P-CTX-4 what is known is kept, in the order wanted, once", "[selection]") {
  const Numbers known = {1, 2, 3};
  CHECK(select_known(Numbers{3, 9, 1, 3}, known) == Numbers{3, 1});
  CHECK(select_known(Numbers{}, known).empty());
  CHECK(select_known(Numbers{9}, known).empty());
  CHECK(select_or_refuse(Numbers{9, 2}, known, PLUGTLS_FEATURE_GROUPS, "groups") == Numbers{2});
}

TEST_CASE("P-CTX-4 a list of nothing known is refused under its feature", "[selection]") {
  const plugtls_error error = error_of([] {
    (void)select_or_refuse(Numbers{8, 9}, Numbers{1}, PLUGTLS_FEATURE_GROUPS, "groups");
  });
  CHECK(error.code == PLUGTLS_E_UNSUPPORTED);
  CHECK(error.feature == PLUGTLS_FEATURE_GROUPS);
  CHECK(std::string(error.message).find("none of the 2 groups") != std::string::npos);
}

TEST_CASE("P-CTX-3 ranges of versions", "[selection]") {
  const Numbers all = {tls10, tls11, tls12, tls13}, modern = {tls12, tls13}, newest = {tls13};
  check_range(unset, unset, all, tls12, tls13);
  check_range(lowest, unset, all, tls10, tls13);
  check_range(unset, highest, modern, tls12, tls13);
  check_range(lowest, highest, newest, tls13, tls13);
  check_range(unset, unset, newest, tls13, tls13);
  check_range(tls11, tls12, all, tls11, tls12);
  const VersionRange range = resolve_versions(tls11, tls12, all);
  CHECK(range.contains(tls11));
  CHECK(range.contains(tls12));
  CHECK_FALSE(range.contains(tls10));
  CHECK_FALSE(range.contains(tls13));
}

TEST_CASE("P-CTX-3 versions that are not to be had", "[selection]") {
  const Numbers modern = {tls12, tls13};
  const plugtls_error old = error_of([&] { (void)resolve_versions(tls10, unset, modern); });
  CHECK(old.code == PLUGTLS_E_UNSUPPORTED);
  CHECK(old.feature == PLUGTLS_FEATURE_TLS1_0);
  const plugtls_error odd = error_of([&] { (void)resolve_versions(unset, 0x0777, modern); });
  CHECK(odd.code == PLUGTLS_E_UNSUPPORTED);
  CHECK(odd.feature == PLUGTLS_FEATURE_NONE);
  const plugtls_error empty = error_of([&] { (void)resolve_versions(tls13, tls12, modern); });
  CHECK(empty.code == PLUGTLS_E_VERSION_RANGE);
  CHECK(feature_of_version(tls11) == PLUGTLS_FEATURE_TLS1_1);
  CHECK(feature_of_version(tls12) == PLUGTLS_FEATURE_TLS1_2);
  CHECK(feature_of_version(tls13) == PLUGTLS_FEATURE_TLS1_3);
}

TEST_CASE("capabilities are looked up, and what is not known is said to be so", "[selection]") {
  constexpr CapabilityRow table[] = {
      {PLUGTLS_FEATURE_ALPN, PLUGTLS_YES, 0, ""},
      {PLUGTLS_FEATURE_GROUPS, PLUGTLS_PARTIAL, 7, "only seven"},
  };
  plugtls_capability answer{};
  answer.size = sizeof answer;
  answer_capability(table, PLUGTLS_FEATURE_GROUPS, &answer);
  CHECK(answer.size == sizeof answer);
  CHECK(answer.level == PLUGTLS_PARTIAL);
  CHECK(answer.value == 7);
  CHECK(std::string(answer.note) == "only seven");
  answer_capability(table, 99999, &answer);
  CHECK(answer.level == PLUGTLS_NO);
  CHECK(answer.value == 0);
  CHECK(std::strlen(answer.note) > 0);
}

TEST_CASE("a smaller struct of the caller's is not written beyond its end", "[selection]") {
  constexpr CapabilityRow table[] = {{PLUGTLS_FEATURE_ALPN, PLUGTLS_YES, 5, "note"}};
  plugtls_capability answer;
  std::memset(&answer, 0x77, sizeof answer);
  answer.size = offsetof(plugtls_capability, value);
  answer_capability(table, PLUGTLS_FEATURE_ALPN, &answer);
  CHECK(answer.size == offsetof(plugtls_capability, value));
  CHECK(answer.level == PLUGTLS_YES);
  CHECK(answer.value == 0x7777777777777777);
  CHECK(answer.note[0] == 0x77);
}
