// SPDX-License-Identifier: Apache-2.0
// What the facade adds to the C API's connections: exceptions, waiting, ownership. On the backend chosen by default.
#include <plugtls/plugtls.hpp>

#include <catch2/catch_test_macros.hpp>
#include <sys/socket.h>

#include <future>
#include <stdexcept>
#include <string>

using namespace plugtls;

namespace {

std::string pki(const std::string &file) {
  return std::string(PLUGTLS_TEST_PKI_DIR) + "/" + file;
}

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

ClientConfig client_config() {
  return ClientConfig().use_trust_store(TrustStore::from_pem_file(pki("root.pem")));
}
ServerConfig server_config(const std::string &leaf = "good-ec") {
  return ServerConfig().register_certificates(Certificate::from_file(pki(leaf + ".chain.pem")),
                                              PrivateKey::from_file(pki(leaf + ".key.pem")));
}

struct Pair {
  explicit Pair(const ClientConfig &client_side = client_config(),
                const ServerConfig &server_side = server_config())
      : server(ServerContext(server_side).wrap_buffers(to_server, to_client)),
        client(ClientContext(client_side).wrap_buffers(to_client, to_server, "server.test")) {}

  // As far as both sides get; the contexts are gone by now, what they hold must not be.
  void shake_hands() {
    for (IoResult c{IoStatus::want_read}, s{IoStatus::want_read}; c.wants() || s.wants();) {
      if (c.wants()) c = client.try_handshake();
      if (s.wants()) s = server.try_handshake();
      client_result = c;
      server_result = s;
      if (c.status == IoStatus::failed && to_server.empty() && s.wants()) break;
    }
  }

  MemoryBuffer to_server;
  MemoryBuffer to_client;
  TlsBuffer server;
  TlsBuffer client;
  IoResult client_result;
  IoResult server_result;
};

// Two ends of a connected pair of sockets.
std::pair<Socket, Socket> socket_pair() {
  int ends[2] = {-1, -1};
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  return {Socket(ends[0]), Socket(ends[1])};
}

}  // namespace

TEST_CASE(
    "S18 S19 reads of a buffer take all there is, or what was asked for, or say what they want") {
  Pair pair;
  pair.shake_hands();
  CHECK_THROWS_AS(pair.server.read(), WantReadError);
  pair.client.write_all("hello, ");
  pair.client.write_all("world");
  CHECK(pair.server.read(3) == "hel");
  CHECK(pair.server.read() == "lo, world");
  pair.client.write_all("rest");
  pair.client.shutdown();
  std::array<std::byte, 64> into{};
  CHECK(pair.server.read_into(into, 2) == 2);
  CHECK(pair.server.read_into(into) == 2);
  CHECK(pair.server.read().empty());
  CHECK(pair.server.try_read(into).status == IoStatus::closed);
}

TEST_CASE("B5 truncation is an exception, and never the end of the data") {
  Pair pair;
  pair.shake_hands();
  pair.client.write_all("all");
  pair.to_server.end();
  CHECK(pair.server.read() == "all");
  CHECK_THROWS_AS(pair.server.read(), TruncatedError);
}

TEST_CASE("S10 what a server name callback throws, the handshake throws") {
  Pair pair(client_config(), server_config().set_sni_callback(
                                 [](ConnectionView, std::optional<std::string_view>,
                                    const ServerContext &) -> SniAnswer { throw Broken("sni"); }));
  pair.shake_hands();
  CHECK(pair.server_result.code == errc::callback);
  CHECK_THROWS_AS(pair.server.do_handshake(), Broken);
  CHECK_THROWS_AS(pair.server.do_handshake(), TlsError);  // once; the failure stays
  CHECK(pair.client_result.code == errc::alert_received);
}

TEST_CASE("S10 a server name callback switches contexts, and the other's callbacks outlive it") {
  std::string seen;
  const auto sni = [&](ConnectionView, std::optional<std::string_view> asked,
                       const ServerContext &) {
    seen = asked.value_or("nothing");
    return SniAnswer::switch_to(ServerContext(server_config("good-rsa")));
  };
  Pair pair(client_config(), server_config().set_sni_callback(sni));
  pair.shake_hands();
  REQUIRE(pair.client_result);
  CHECK(seen == "server.test");
  const Der leaf = pair.client.peer_certificates().at(0);
  Pair rsa(client_config(), server_config("good-rsa"));
  rsa.shake_hands();
  CHECK(leaf == rsa.client.peer_certificates().at(0));
}

TEST_CASE("S10 a server name callback refuses with the alert it names") {
  Pair pair(client_config(), server_config().set_sni_callback([](auto &&...) {
    return SniAnswer::refuse(Alert::access_denied);
  }));
  pair.shake_hands();
  CHECK(pair.server_result.code == errc::unrecognized_name);
  CHECK(TlsError(pair.client.last_error()).alert() == Alert::access_denied);
}

TEST_CASE("B7 a verify callback tightens, replaces or breaks the verdict") {
  const auto with = [](const VerifyCallback &callback, const char *root) {
    Pair pair(ClientConfig()
                  .use_trust_store(TrustStore::from_pem_file(pki(root)))
                  .set_verify_callback(callback));
    pair.shake_hands();
    return pair;
  };
  errc verdict = errc::none;
  const auto accept = [&](ConnectionView, const Verdict &seen) {
    verdict = seen.code();
    return VerifyAnswer::insecure_accept();
  };
  CHECK(with(accept, "other-root.pem").client_result);
  CHECK(verdict == errc::cert_unknown_issuer);
  const auto reject = [](auto &&...) { return VerifyAnswer::reject(errc::cert_revoked, "pinned"); };
  Pair rejected = with(reject, "root.pem");
  CHECK(rejected.client_result.code == errc::cert_revoked);
  Pair broken = with([](auto &&...) -> VerifyAnswer { throw Broken("verify"); }, "root.pem");
  CHECK_FALSE(broken.client_result);
  CHECK_THROWS_AS(broken.client.do_handshake(), Broken);
}

TEST_CASE("B9 what a key log callback throws loses no data: the next operation throws it") {
  int lines = 0;
  Pair pair(client_config().insecure_set_keylog([&](ConnectionView, std::string_view line) {
    CHECK(line.find('\n') == std::string_view::npos);
    ++lines;
    throw Broken("keylog");
  }));
  pair.shake_hands();
  CHECK(pair.client_result);
  CHECK(lines > 0);
  CHECK_THROWS_AS(pair.client.write("x"), Broken);
  CHECK(pair.client.write("x") == 1);
}

TEST_CASE(
    "S28 a password function is called for an encrypted key only, and its exception is thrown") {
  int calls = 0;
  const auto ask = [&]() -> Secret {
    ++calls;
    throw Broken("password");
  };
  const auto build = [&](const char *key) {
    return ServerContext(ServerConfig().register_certificates(
        Certificate::from_file(pki("good-rsa.chain.pem")), PrivateKey::from_file(pki(key), ask)));
  };
  CHECK_NOTHROW(build("good-rsa.key.pem"));
  CHECK(calls == 0);
}

TEST_CASE("S7 a blocking socket waits, within its time limit, and goes on after it") {
  auto [one, other] = socket_pair();
  auto serving = std::async(std::launch::async, [&, plain = std::move(other)]() mutable {
    TlsSocket server = ServerContext(server_config()).wrap_socket(std::move(plain));
    const std::string asked = server.read(100);
    server.write_all(asked);
    return server.unwrap();
  });
  TlsSocket client = ClientContext(client_config()).wrap_socket(std::move(one), "server.test");
  client.set_timeout(std::chrono::milliseconds(20));
  try {
    client.read(1);
    FAIL("it read what nobody sent");
  } catch (const TransportError &error) {
    CHECK(error.value() == errc::timed_out);
  }
  client.set_timeout(std::nullopt);
  client.write_all("still here");
  CHECK(client.read(100) == "still here");
  CHECK(client.read(1).empty());
  Socket plain = client.unwrap();
  Socket server_plain = serving.get();
  CHECK(plain.send("in the clear") == 12);
  std::array<std::byte, 12> received{};
  CHECK(server_plain.recv(received) == 12);
}

TEST_CASE(
    "S21 a non-blocking socket does the handshake it owes, through any reference, and says what it "
    "wants") {
  auto [one, other] = socket_pair();
  one.set_blocking(false);
  other.set_blocking(false);
  TlsSocket client = ClientContext(client_config()).wrap_socket(std::move(one), "server.test");
  TlsSocket server = ServerContext(server_config()).wrap_socket(std::move(other));
  CHECK_THROWS_AS(client.write("x"), WantReadError);
  Connection &as_connection = client;
  std::array<std::byte, 8> out{};
  IoResult written{IoStatus::want_read};
  IoResult got{IoStatus::want_read};
  for (int i = 0; i < 100 && !got; ++i) {
    if (!written) written = as_connection.try_write("x");
    got = server.try_read(out);
  }
  CHECK(got.bytes == 1);
}

TEST_CASE("S17 an iostream over TLS reads lines, ends cleanly, and is bad after truncation") {
  auto [one, other] = socket_pair();
  auto serving = std::async(std::launch::async, [plain = std::move(other)]() mutable {
    TlsSocket server = ServerContext(server_config()).wrap_socket(std::move(plain));
    server.write_all("first\nsecond\n");
    server.shutdown();
    // To its end: who closes a socket with bytes unread resets the connection under the client's close_notify.
    std::string all;
    for (std::string part = server.read(100); !part.empty(); part = server.read(100))
      all += part;
    return all;
  });
  TlsStream stream(ClientContext(client_config()).wrap_socket(std::move(one), "server.test"));
  stream << "number " << 42;
  stream.shutdown();
  std::string line;
  CHECK((std::getline(stream, line) && line == "first"));
  CHECK((std::getline(stream, line) && line == "second"));
  CHECK_FALSE(std::getline(stream, line));
  CHECK((stream.eof() && !stream.bad()));
  CHECK(serving.get() == "number 42");
}

TEST_CASE("B21 what came into force can be read back and compared") {
  const auto with = [](TlsVersion version) {
    return ClientContext(client_config().set_version_range(version, version)).effective();
  };
  const EffectiveConfig effective = with(TlsVersion::TLSv1_3);
  CHECK(effective.versions == std::vector{TlsVersion::TLSv1_3});
  CHECK(effective.validates_certificates);
  CHECK(effective == with(TlsVersion::TLSv1_3));
  CHECK_FALSE(effective == with(TlsVersion::TLSv1_2));
}

TEST_CASE("B3 a backend is opened by need, and an unmet need names it") {
  CHECK_NOTHROW(Backend::open("", {Feature::tls1_3, Feature::alpn}));
  try {
    Backend::open("", {Feature::tls1_0});
    FAIL("no backend has TLS 1.0");
  } catch (const BackendError &error) {
    CHECK(error.value() == errc::need_unmet);
    CHECK(error.feature() == Feature::tls1_0);
  }
}
