// SPDX-License-Identifier: Apache-2.0
// What the facade builds from its own parts: pins, the session cache, ticket keys from files, contexts that reload.
#include <plugtls/plugtls.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <array>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

using namespace plugtls;

namespace {

std::string pki(const std::string &file) {
  return std::string(PLUGTLS_TEST_PKI_DIR) + "/" + file;
}

std::vector<std::byte> read_bytes(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<std::byte> out;
  for (const char c : std::string(std::istreambuf_iterator<char>(in), {}))
    out.push_back(static_cast<std::byte>(c));
  return out;
}

ClientConfig client_config() {
  return ClientConfig().use_trust_store(TrustStore::from_pem_file(pki("root.pem")));
}
ServerConfig server_config(const std::string &leaf = "good-ec") {
  return ServerConfig().register_certificates(Certificate::from_file(pki(leaf + ".chain.pem")),
                                              PrivateKey::from_file(pki(leaf + ".key.pem")));
}

struct Pair {
  Pair(const ClientContext &client_context, const ServerContext &server_context,
       const WrapOptions &options = {}, std::string_view host = "server.test")
      : server(server_context.wrap_buffers(to_server, to_client)),
        client(client_context.wrap_buffers(to_client, to_server, host, options)) {}

  IoResult shake_hands() {
    IoResult c{IoStatus::want_read}, s{IoStatus::want_read};
    while (c.wants() || (s.wants() && c.status != IoStatus::failed)) {
      if (c.wants()) c = client.try_handshake();
      if (s.wants()) s = server.try_handshake();
    }
    return c;
  }
  // So that what TLS 1.3 sends after the handshake arrives.
  void talk() {
    server.write_all("tickets");
    CHECK(client.read(7) == "tickets");
  }

  MemoryBuffer to_server, to_client;
  TlsBuffer server, client;
};

std::vector<std::byte> leaf_shown_by(const ServerContext &context) {
  Pair pair(ClientContext(client_config()), context);
  REQUIRE(pair.shake_hands().status == IoStatus::done);
  return pair.client.peer_certificates().at(0);
}

// A directory of one case's own.
class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "plugtls-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Directory(const Directory &) = delete;
  Directory &operator=(const Directory &) = delete;
  ~Directory() { std::filesystem::remove_all(path_); }

  std::string path(const std::string &name) const { return path_ / name; }
  // Puts a file in place as one has to: never half of it.
  void put(const std::string &name, const std::string &from) const {
    std::filesystem::copy_file(from, path_ / "new",
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::rename(path_ / "new", path_ / name);
  }
  void write(const std::string &name, const std::string &contents) const {
    std::ofstream(path_ / "new", std::ios::binary) << contents;
    std::filesystem::rename(path_ / "new", path_ / name);
  }

 private:
  std::filesystem::path path_;
};

ServerConfig config_in(const Directory &directory) {
  return ServerConfig().register_certificates(Certificate::from_file(directory.path("cert.pem")),
                                              PrivateKey::from_file(directory.path("key.pem")));
}

void put_identity(const Directory &directory, const std::string &leaf) {
  directory.put("cert.pem", pki(leaf + ".chain.pem"));
  directory.put("key.pem", pki(leaf + ".key.pem"));
}

std::string ticket_key(char fill) {
  return std::string(80, fill);
}

}  // namespace

TEST_CASE("B7 a pin is written and read as curl and browsers do") {
  const PublicKeyPin pin = PublicKeyPin::of(read_bytes(pki("good-ec.der")));
  CHECK(pin.to_string().size() == 7 + 44);
  CHECK(PublicKeyPin(pin.to_string()) == pin);
  CHECK(PublicKeyPin(pin.to_string().substr(7)) == pin);
  CHECK_FALSE(PublicKeyPin::of(read_bytes(pki("good-rsa.der"))) == pin);
  const std::string zeros = "sha256/" + std::string(43, 'A') + "=";
  CHECK(PublicKeyPin(zeros).to_string() == zeros);
  for (const std::string &wrong :
       {std::string("sha256/"), std::string(44, 'A'), std::string(42, 'A') + "!=",
        std::string(42, 'A') + "B=", "sha1/" + std::string(43, 'A') + "="})
    CHECK_THROWS_AS(PublicKeyPin(wrong), TlsError);
  CHECK_THROWS_AS(PublicKeyPin::of(std::as_bytes(std::span("not DER"))), TlsError);
  CHECK_THROWS_AS(pin_public_keys({}), TlsError);
}

TEST_CASE("B7 a pinned key may be the leaf's or an authority's, and no other will do") {
  const ServerContext server(server_config());
  const auto outcome = [&](const std::string &pinned, ClientConfig config) {
    config.set_verify_callback(pin_public_keys({PublicKeyPin::of(read_bytes(pki(pinned)))}));
    return Pair(ClientContext(config), server).shake_hands();
  };
  CHECK(outcome("good-ec.der", client_config()).status == IoStatus::done);
  CHECK(outcome("intermediate.der", client_config()).status == IoStatus::done);
  CHECK(outcome("root.der", client_config()).status == IoStatus::done);
  const IoResult other = outcome("good-rsa.der", client_config());
  CHECK(other.status == IoStatus::failed);
  CHECK(other.error() == errc::cert_rejected);
  // A pin is no reason to accept a chain that is bad.
  const IoResult bad =
      outcome("good-ec.der",
              ClientConfig().use_trust_store(TrustStore::from_pem_file(pki("other-root.pem"))));
  CHECK(bad.error() == errc::cert_unknown_issuer);
}

TEST_CASE("B6 the cache hands out a TLS 1.3 session once and a TLS 1.2 session again") {
  const bool newer = GENERATE(true, false);
  const TlsVersion version = newer ? TlsVersion::TLSv1_3 : TlsVersion::TLSv1_2;
  const SessionCache cache;
  ClientConfig config = client_config();
  config.set_version_range(version, version).set_session_callback(cache.callback());
  const ClientContext client(config);
  const ServerContext server(server_config());
  CHECK_FALSE(cache.take("server.test"));
  Pair first(client, server);
  REQUIRE(first.shake_hands().status == IoStatus::done);
  first.talk();
  CHECK(cache.size() == 1);
  CHECK_FALSE(cache.take("other.test"));
  WrapOptions options;
  options.session = cache.take("SERVER.test");
  REQUIRE(options.session);
  Pair second(client, server, options);
  REQUIRE(second.shake_hands().status == IoStatus::done);
  CHECK(second.client.resumed());
  int left = 0;
  while (left < 10 && cache.take("server.test"))
    ++left;
  CHECK(left == (newer ? 1 : 10));  // two tickets came, one was used
}

TEST_CASE("B6 beyond its capacity the cache forgets whom it has not heard of for longest") {
  const SessionCache source;
  ClientConfig config = client_config();
  config.set_session_callback(source.callback());
  Pair pair(ClientContext(config), ServerContext{server_config()});
  REQUIRE(pair.shake_hands().status == IoStatus::done);
  pair.talk();
  const std::optional<Session> session = source.take("server.test");
  REQUIRE(session);
  const SessionCache cache(2);
  cache.keep("a.test", *session);
  cache.keep("b.test", *session);
  cache.keep("a.test", *session);
  cache.keep("c.test", *session);
  CHECK(cache.size() == 2);
  CHECK(cache.take("a.test"));
  CHECK_FALSE(cache.take("b.test"));
  CHECK(cache.take("c.test"));
  cache.clear();
  CHECK(cache.size() == 0);
  CHECK_THROWS_AS(SessionCache(0), TlsError);
}

TEST_CASE("B6 any number of threads use one cache", "[threads]") {
  const SessionCache cache(4);
  ClientConfig config = client_config();
  config.set_session_callback(cache.callback());
  const ClientContext client(config);
  const ServerContext server(server_config());
  std::atomic<int> done = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 8; ++i) {
        WrapOptions options;
        options.session = cache.take("server.test");
        Pair pair(client, server, options);
        if (pair.shake_hands().status != IoStatus::done) continue;
        pair.server.write_all("x");
        if (pair.client.read(1) == "x") ++done;
      }
    });
  threads.clear();
  CHECK(done == 32);
}

TEST_CASE("B6 ticket keys are read from a file, and nothing else is taken for one") {
  const Directory directory;
  directory.write("tickets", ticket_key('a') + ticket_key('b'));
  const std::vector<TicketKey> keys = read_ticket_keys(directory.path("tickets"));
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].name()[0] == std::byte{'a'});
  CHECK(keys[1].key()[63] == std::byte{'b'});
  directory.write("tickets", ticket_key('a') + "more");
  CHECK_THROWS_AS(read_ticket_keys(directory.path("tickets")), TlsError);
  directory.write("tickets", "");
  CHECK_THROWS_AS(read_ticket_keys(directory.path("tickets")), TlsError);
  CHECK_THROWS_AS(read_ticket_keys(directory.path("none")), TlsError);
}

TEST_CASE("B11 a context is replaced when its files are, and old connections live on") {
  const Directory directory;
  put_identity(directory, "good-ec");
  ReloadingServerContext contexts(Backend::open(), config_in(directory));
  CHECK(leaf_shown_by(contexts.current()) == read_bytes(pki("good-ec.der")));
  Pair old(ClientContext(client_config()), contexts.current());
  REQUIRE(old.shake_hands().status == IoStatus::done);
  CHECK_FALSE(contexts.reload_if_changed().replaced);

  directory.put("cert.pem", pki("good-p384.chain.pem"));
  const auto half = contexts.reload_if_changed();  // the key is still the old one
  CHECK_FALSE(half.replaced);
  CHECK_FALSE(half.failure.empty());
  CHECK_THROWS_AS(contexts.reload(), TlsError);
  CHECK(leaf_shown_by(contexts.current()) == read_bytes(pki("good-ec.der")));

  directory.put("key.pem", pki("good-p384.key.pem"));
  CHECK(contexts.reload_if_changed().replaced);
  CHECK(leaf_shown_by(contexts.current()) == read_bytes(pki("good-p384.der")));
  old.server.write_all("still here");
  CHECK(old.client.read(10) == "still here");
}

TEST_CASE("B11 B6 with ticket keys from a file sessions outlive the context they were made with") {
  const Directory directory;
  put_identity(directory, "good-ec");
  directory.write("tickets", ticket_key('a'));
  ReloadingServerContext contexts(Backend::open(), config_in(directory), directory.path("tickets"));
  const SessionCache cache;
  ClientConfig config = client_config();
  config.set_session_callback(cache.callback());
  const ClientContext client(config);
  const auto visit = [&] {
    WrapOptions options;
    options.session = cache.take("server.test");
    cache.clear();
    Pair pair(client, contexts.current(), options);
    REQUIRE(pair.shake_hands().status == IoStatus::done);
    pair.talk();
    return pair.client.resumed();
  };
  CHECK_FALSE(visit());
  directory.write("tickets", ticket_key('b') + ticket_key('a'));
  CHECK(contexts.reload_if_changed().replaced);
  CHECK(visit());
  directory.write("tickets", ticket_key('c'));
  CHECK(contexts.reload_if_changed().replaced);
  CHECK_FALSE(visit());
}

TEST_CASE("B11 watching replaces the context by itself, and says so", "[threads]") {
  const Directory directory;
  put_identity(directory, "good-ec");
  ReloadingServerContext contexts(Backend::open(), config_in(directory));
  std::mutex mutex;
  std::condition_variable changed;
  int replaced = 0;
  contexts.watch(std::chrono::milliseconds(5), [&](const ReloadingServerContext::Result &result) {
    const std::lock_guard lock(mutex);
    replaced += result.replaced ? 1 : 0;
    changed.notify_one();
  });
  put_identity(directory, "good-rsa");
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return replaced > 0; });
  CHECK(leaf_shown_by(contexts.current()) == read_bytes(pki("good-rsa.der")));
}
