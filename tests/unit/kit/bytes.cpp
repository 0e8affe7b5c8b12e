// SPDX-License-Identifier: Apache-2.0
// secure_bytes.hpp and outbox.hpp.
#include <plugtls/kit/outbox.hpp>
#include <plugtls/kit/secure_bytes.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

using namespace plugtls::kit;

namespace {

// A transport that takes so many bytes at a time and answers as it is told.
struct Sink {
  std::string got;
  std::size_t step = 1000;
  std::size_t claims_more = 0;  // says it took so many more than it did
  plugtls_status blocked = PLUGTLS_OK;

  plugtls_transport transport() {
    plugtls_transport out{};
    out.size = sizeof out;
    out.user = this;
    out.write = [](void *self, const void *data, std::size_t size, std::size_t *sent) {
      return static_cast<Sink *>(self)->write(data, size, sent);
    };
    return out;
  }

 private:
  plugtls_status write(const void *data, std::size_t size, std::size_t *sent) {
    if (blocked != PLUGTLS_OK) return blocked;
    const std::size_t taken = std::min(size, step);
    got.append(static_cast<const char *>(data), taken);
    *sent = taken + claims_more;
    return PLUGTLS_OK;
  }
};

template <std::size_t N>
bool take(Outbox<N> &box, const std::string &text) {
  return box.take(text.data(), text.size());
}

}  // namespace

TEST_CASE("P-GEN-6 wipe overwrites", "[secure_bytes]") {
  std::array<std::uint8_t, 32> secret = {};
  secret.fill(0x5a);
  wipe(secret.data(), 16);
  CHECK(std::count(secret.begin(), secret.end(), 0) == 16);
  CHECK(secret[16] == 0x5a);
  wipe(secret.data(), 0);
  wipe(nullptr, 0);
  CHECK(secret[16] == 0x5a);
}

TEST_CASE("secure bytes are a vector like others", "[secure_bytes]") {
  SecureBytes bytes;
  for (int i = 0; i < 1000; ++i)
    bytes.push_back(static_cast<std::uint8_t>(i));
  CHECK(bytes[999] == 999 % 256);
  const SecureBytes copy = bytes;
  CHECK(copy == bytes);
  const SecureBytes moved = std::move(bytes);
  CHECK(moved == copy);
  CHECK(as_text(SecureBytes{'a', 'b'}) == "ab");
}

TEST_CASE("views", "[secure_bytes]") {
  const std::uint8_t data[] = {1, 2, 3};
  CHECK(as_span(plugtls_bytes{data, 3}).size() == 3);
  CHECK(as_span(plugtls_bytes{nullptr, 3}).empty());
  CHECK(as_bytes(data).data == data);
  CHECK(as_bytes(data).size == 3);
}

TEST_CASE("P-IO-4 an outbox is flushed as far as the transport takes it", "[outbox]") {
  Outbox<8> box;
  Sink sink;
  CHECK(box.flush(sink.transport()) == PLUGTLS_OK);
  CHECK(take(box, "abcde"));
  sink.blocked = PLUGTLS_WANT_WRITE;
  CHECK(box.flush(sink.transport()) == PLUGTLS_WANT_WRITE);
  CHECK(box.size() == 5);
  sink.blocked = PLUGTLS_OK;
  sink.step = 2;
  CHECK(box.flush(sink.transport()) == PLUGTLS_OK);
  CHECK(sink.got == "abcde");
  CHECK(box.empty());
}

TEST_CASE("an outbox takes all or nothing, and uses its room again", "[outbox]") {
  Outbox<4> box;
  CHECK_FALSE(take(box, "12345"));
  CHECK(box.empty());
  CHECK(take(box, "1234"));
  CHECK_FALSE(take(box, "5"));
  CHECK(take(box, ""));
  // Half is gone, the rest moves to the front.
  struct Once {
    Sink sink;
    static plugtls_status write(void *self, const void *data, std::size_t, std::size_t *sent) {
      auto &once = *static_cast<Once *>(self);
      if (!once.sink.got.empty()) return PLUGTLS_WANT_WRITE;
      once.sink.got.assign(static_cast<const char *>(data), 2);
      *sent = 2;
      return PLUGTLS_OK;
    }
  } once;
  plugtls_transport transport{};
  transport.size = sizeof transport;
  transport.user = &once;
  transport.write = &Once::write;
  CHECK(box.flush(transport) == PLUGTLS_WANT_WRITE);
  CHECK(box.size() == 2);
  CHECK(take(box, "56"));
  CHECK_FALSE(take(box, "7"));
  Sink rest;
  CHECK(box.flush(rest.transport()) == PLUGTLS_OK);
  CHECK(rest.got == "3456");
}

TEST_CASE("an outbox that is cleared sends nothing", "[outbox]") {
  Outbox<4> box;
  Sink sink;
  CHECK(take(box, "12"));
  box.clear();
  CHECK(box.flush(sink.transport()) == PLUGTLS_OK);
  CHECK(sink.got.empty());
}

TEST_CASE("a transport that breaks the contract is not believed", "[outbox]") {
  Outbox<4> box;
  Sink sink;
  CHECK(take(box, "12"));
  sink.claims_more = 1;
  CHECK(box.flush(sink.transport()) == PLUGTLS_FAILED);
  sink.claims_more = 0;
  sink.step = 0;
  CHECK(box.flush(sink.transport()) == PLUGTLS_FAILED);
  sink.blocked = PLUGTLS_FAILED;
  CHECK(box.flush(sink.transport()) == PLUGTLS_FAILED);
}
