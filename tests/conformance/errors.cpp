// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

#include <cerrno>
#include <cstddef>

TEST_CASE("S26 an error tells which backend it came from, and what to do", "[errors]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.server = server_config("expired");
  const Outcome result = outcome(ends, options);
  CHECK(std::string(result.client_error.backend) == ends.client);
  CHECK(std::string(result.server_error.backend) == ends.server);
  CHECK(std::string(result.client_error.message) != "");
  CHECK(std::string(result.client_error.message).find('\n') == std::string::npos);
}

TEST_CASE("P-IO-5 after a failure every call answers the same error", "[errors]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.client.version(version);
  options.server = server_config("expired");
  Pair pair(ends, options);
  pair.handshake();
  for (End *end : {&pair.client, &pair.server}) {
    REQUIRE(end->status == PLUGTLS_FAILED);
    const std::string first = end->error.text();
    std::string data;
    size_t taken = 0;
    CHECK(end->handshake() == PLUGTLS_FAILED);
    CHECK(end->error.text() == first);
    CHECK(end->read(&data) == PLUGTLS_FAILED);
    CHECK(end->error.text() == first);
    CHECK(end->write("x", &taken) == PLUGTLS_FAILED);
    CHECK(end->error.text() == first);
    CHECK(end->shutdown() == PLUGTLS_FAILED);
    CHECK(end->error.text() == first);
  }
}

TEST_CASE("P-GEN-1 errno is as before when a call returns", "[errors]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.server = server_config("expired");
  Pair pair(ends, options);
  errno = EXDEV;
  pair.client.handshake();
  CHECK(errno == EXDEV);
  pair.handshake();
  errno = EXDEV;
  pair.client.handshake();
  CHECK(errno == EXDEV);
}

TEST_CASE("P-GEN-2 a call that fails takes NULL for the error", "[errors]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.server = server_config("expired");
  Pair pair(ends, options);
  pair.handshake();
  CHECK(plugtls_handshake(pair.client.get(), nullptr) == PLUGTLS_FAILED);
  CHECK(plugtls_handshake(pair.server.get(), nullptr) == PLUGTLS_FAILED);
}

TEST_CASE("P-GEN-2 no more of an error is written than its size allows", "[errors]") {
  FOR_EVERY_BACKEND(name);
  Config config = server_config();
  config.identities[0].key = file(pki_path("no-such-file.pem"));
  const BuiltConfig built(config);
  plugtls_context *out = nullptr;
  Error error;
  error.size = offsetof(plugtls_error, message);
  error.message[0] = 'u';
  error.native[0] = 'u';
  CHECK(plugtls_context_create(open_backend(name), built.get(), nullptr, &out, &error) ==
        PLUGTLS_FAILED);
  CHECK(error.code == PLUGTLS_E_FILE);
  CHECK(error.message[0] == 'u');
  CHECK(error.native[0] == 'u');
}

TEST_CASE("P-GEN-5 what the configuration cannot mean is refused", "[errors]") {
  FOR_EVERY_BACKEND(name);
  SECTION("a role nobody has") {
    Config config = client_config();
    config.role = 3;
    CHECK(context_error(name, config).category() == PLUGTLS_CATEGORY_CONFIGURATION);
  }
  SECTION("a flag nobody knows") {
    Config config = client_config();
    config.flags = uint64_t{1} << 62;
    CHECK(context_error(name, config).category() == PLUGTLS_CATEGORY_CONFIGURATION);
  }
  SECTION("a client authentication nobody knows") {
    Config config = server_config();
    config.trust = {file(pki_path("root.pem"))};
    config.client_auth = 9;
    CHECK(context_error(name, config).category() == PLUGTLS_CATEGORY_CONFIGURATION);
  }
  SECTION("a source of a kind nobody knows") {
    Config config = client_config();
    config.trust[0].kind = 77;
    CHECK(context_error(name, config).category() == PLUGTLS_CATEGORY_CONFIGURATION);
  }
}
