// SPDX-License-Identifier: Apache-2.0
#include <plugtls/kit/verified_links.hpp>

#include <catch2/catch_test_macros.hpp>

using plugtls::kit::VerifiedLinks;

namespace {

VerifiedLinks::Link numbered(std::size_t number) {
  return {static_cast<uint8_t>(number >> 8U), static_cast<uint8_t>(number)};
}

}  // namespace

TEST_CASE("VerifiedLinks knows what was added, and nothing else", "[kit]") {
  VerifiedLinks links;
  CHECK_FALSE(links.has(numbered(1)));
  links.add(numbered(1));
  links.add(numbered(1));
  CHECK(links.has(numbered(1)));
  CHECK_FALSE(links.has(numbered(2)));
}

TEST_CASE("VerifiedLinks forgets the oldest when it is full", "[kit]") {
  VerifiedLinks links;
  for (std::size_t i = 0; i <= VerifiedLinks::most; ++i)
    links.add(numbered(i));
  CHECK_FALSE(links.has(numbered(0)));
  for (std::size_t i = 1; i <= VerifiedLinks::most; ++i)
    CHECK(links.has(numbered(i)));
}
