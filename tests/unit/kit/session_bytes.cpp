// SPDX-License-Identifier: Apache-2.0
#include <plugtls/kit/session_bytes.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string_view>

using namespace plugtls::kit;

namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

SecureBytes example() {
  SessionBytes session;
  session.settings.fill(1);
  session.peer.fill(2);
  session.library = bytes_of("what the library wrote");
  return seal_session("mine", session);
}

}  // namespace

TEST_CASE("B6 what was sealed is opened", "[kit]") {
  const SecureBytes sealed = example();
  const auto opened = open_session("mine", sealed);
  REQUIRE(opened);
  CHECK(opened->settings.front() == 1);
  CHECK(opened->peer.back() == 2);
  CHECK(as_text(opened->library) == "what the library wrote");
}

TEST_CASE("B6 another backend's session is not opened", "[kit]") {
  const SecureBytes sealed = example();
  CHECK_FALSE(open_session("min", sealed));
  CHECK_FALSE(open_session("mine2", sealed));
  CHECK_FALSE(open_session("", sealed));
}

TEST_CASE("B6 no part of a session's bytes may be missing or changed", "[kit]") {
  const SecureBytes sealed = example();
  const std::span<const std::uint8_t> all = sealed;
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    CHECK_FALSE(open_session("mine", all.first(i)));
    SecureBytes changed = sealed;
    changed[i] ^= 0x80U;
    CHECK_FALSE(open_session("mine", changed));
  }
}

TEST_CASE("B6 a session without the library's bytes is none", "[kit]") {
  CHECK_FALSE(open_session("mine", seal_session("mine", {})));
}
