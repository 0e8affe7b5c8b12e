// SPDX-License-Identifier: Apache-2.0
// Keys in tokens (S30): SoftHSM's, in a directory of the case's own.
#include "cases.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {

constexpr const char *module = PLUGTLS_TEST_SOFTHSM;
constexpr const char *pin = "4321";

void run(const std::string &command) {
  INFO(command);
  REQUIRE(std::system((command + " > /dev/null 2>&1").c_str()) == 0);
}

// A token for each backend, because one that has been opened is open to the whole process; all of them before any is used,
// because a module reads its configuration once. In each are the keys and certificates of two entities.
class Tokens {
 public:
  static const Tokens &instance() {
    static const Tokens tokens;
    return tokens;
  }
  Tokens(const Tokens &) = delete;
  Tokens &operator=(const Tokens &) = delete;
  ~Tokens() { std::filesystem::remove_all(directory_); }

  Source at(const std::string &backend, const std::string &path) const {
    return {.kind = PLUGTLS_SOURCE_URI,
            .bytes = "pkcs11:token=" + backend + ";" + path + "?module-path=" + module};
  }
  Source key(const std::string &backend, const std::string &entity) const {
    Source out = at(backend, "object=" + entity + ";type=private");
    out.password = pin;
    return out;
  }

 private:
  Tokens() {
    std::string name = (std::filesystem::temp_directory_path() / "plugtls-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    directory_ = name;
    std::filesystem::create_directory(directory_ / "tokens");
    std::ofstream(directory_ / "conf")
        << "directories.tokendir = " << (directory_ / "tokens").string() << "\n"
        << "objectstore.backend = file\nlog.level = ERROR\n";
    setenv("SOFTHSM2_CONF", (directory_ / "conf").c_str(), 1);
    for (const std::string &backend : backend_names()) {
      run("softhsm2-util --init-token --free --so-pin 1234 --label " + backend + " --pin " + pin);
      put(backend, "good-ec", "01");
      put(backend, "good-rsa", "02");
    }
  }

  static void put(const std::string &backend, const std::string &entity, const std::string &id) {
    const std::string object = " --label " + entity + " --id " + id + " --pin " + pin;
    run("softhsm2-util --import " + pki_path(entity + ".key.pem") + " --token " + backend + object);
    run(std::string("pkcs11-tool --module ") + module + " --token-label " + backend +
        " --login --type cert --write-object " + pki_path(entity + ".der") + object);
  }

  std::filesystem::path directory_;
};

bool has_tokens(const std::string &name, const Config &config) {
  if (supports(name, PLUGTLS_FEATURE_KEY_PKCS11)) return true;
  check_unsupported(context_error(name, config), PLUGTLS_FEATURE_KEY_PKCS11, name);
  return false;
}

Config server_with(const std::string &entity, Source key) {
  Config out = server_config(entity);
  out.identities[0].key = std::move(key);
  return out;
}

}  // namespace

// The first, since a token that has been opened stays open.
TEST_CASE("S30 without a PIN, or with a wrong one, a token gives no key", "[pkcs11]") {
  const Tokens &tokens = Tokens::instance();
  FOR_EVERY_BACKEND(name);
  Config config = server_with("good-ec", tokens.key(name, "good-ec"));
  if (!has_tokens(name, config)) return;
  config.identities[0].key.password.reset();
  CHECK(context_error(name, config).name() == "password_required");
  config.identities[0].key.password = "9999";
  CHECK(context_error(name, config).name() == "password_wrong");
  config.identities[0].key.password = pin;
  CHECK(make_context(name, config) != nullptr);
}

TEST_CASE("S30 a key in a token signs for a server, or is refused by name", "[pkcs11]") {
  const Tokens &tokens = Tokens::instance();
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  const std::string entity = GENERATE("good-ec", "good-rsa");
  PairOptions options;
  options.server = server_with(entity, tokens.key(ends.server, entity));
  options.client.version(version);
  if (!has_tokens(ends.server, options.server)) return;
  Pair pair(ends, options);
  pair.connect();
  CHECK(pair.to_client("from a token") == "from a token");
}

TEST_CASE("S30 S31 the certificate may be in the token too, or is refused by name", "[pkcs11]") {
  const Tokens &tokens = Tokens::instance();
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.server = server_with("good-ec", tokens.key(ends.server, "good-ec"));
  options.server.identities[0].certificates = {tokens.at(ends.server, "object=good-ec;type=cert"),
                                               file(pki_path("intermediate.pem"))};
  if (!has_tokens(ends.server, options.server)) return;
  Pair pair(ends, options);
  pair.connect();
  CHECK((pair.client.chain(PLUGTLS_CHAIN_PEER).at(0) == read_file(pki_path("good-ec.der"))));
}

TEST_CASE("S30 what is not in a token, or not its PIN, is told as what it is", "[pkcs11]") {
  const Tokens &tokens = Tokens::instance();
  FOR_EVERY_BACKEND(name);
  Config config = server_with("good-ec", tokens.key(name, "good-ec"));
  if (!has_tokens(name, config)) return;
  Source &key = config.identities[0].key;
  key.bytes = "https://example.org/";
  CHECK(context_error(name, config).name() == "invalid_argument");
  key = tokens.at(name, "object=another;type=private");
  key.password = pin;
  CHECK(context_error(name, config).name() == "key_malformed");
  config = server_with("good-rsa", tokens.key(name, "good-ec"));
  CHECK(context_error(name, config).name() == "key_mismatch");
}

TEST_CASE("S30 the PIN may stand in the URI", "[pkcs11]") {
  const Tokens &tokens = Tokens::instance();
  FOR_EVERY_BACKEND(name);
  Config config = server_with("good-ec", tokens.key(name, "good-ec"));
  if (!has_tokens(name, config)) return;
  config.identities[0].key.password.reset();
  config.identities[0].key.bytes += "&pin-value=%3" + std::string(1, pin[0]) + (pin + 1);
  CHECK(make_context(name, config) != nullptr);
}
