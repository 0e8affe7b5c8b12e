// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

#include <cerrno>
#include <cstring>

namespace {

// A program's answer to the question for a password.
struct Asked {
  std::string password;
  bool gives_up = false;
  int calls = 0;

  void attach(Source *key) {
    key->ask_password_user = this;
    key->ask_password = [](void *self, uint8_t *buffer, size_t capacity, size_t *out_size) {
      return static_cast<Asked *>(self)->answer(buffer, capacity, out_size);
    };
  }

 private:
  plugtls_status answer(uint8_t *buffer, size_t capacity, size_t *out_size) {
    ++calls;
    if (gives_up || password.size() > capacity) return PLUGTLS_FAILED;
    std::memcpy(buffer, password.data(), password.size());
    *out_size = password.size();
    return PLUGTLS_OK;
  }
};

// A server's configuration, or a client's that has a certificate to show.
Config showing(const Identity &identity, bool client = false) {
  Config out = client ? client_config() : server_config();
  out.identities = {identity};
  return out;
}

Config with_key(const PkiKey &entry, bool client = false) {
  return showing({{file(pki_path(entry.chain))}, file(pki_path(entry.key))}, client);
}

// False if the backend's clients have no certificates; that it says so is checked then.
bool has_role(const std::string &name, bool client) {
  return !client || made_or_refused(name, showing(identity("client-ec"), true),
                                    PLUGTLS_FEATURE_CLIENT_CERTIFICATE);
}

// False if the backend has no encrypted keys; that it says so is checked then.
bool can_read(const std::string &name, const PkiKey &entry) {
  if (!entry.encrypted || supports(name, PLUGTLS_FEATURE_KEY_ENCRYPTED)) return true;
  Config config = with_key(entry);
  config.identities[0].key.password = pki_password();
  check_unsupported(context_error(name, config), PLUGTLS_FEATURE_KEY_ENCRYPTED, name);
  return false;
}

}  // namespace

TEST_CASE("S28 a key in every shape is read from a file and from bytes", "[keys]") {
  FOR_EVERY_BACKEND(name);
  const bool from_bytes = GENERATE(true, false);
  for (const PkiKey &entry : pki_keys()) {
    INFO(entry.key);
    if (!can_read(name, entry)) continue;
    Config config = with_key(entry);
    Source &key = config.identities[0].key;
    if (from_bytes) key = contents(read_file(pki_path(entry.key)));
    if (entry.encrypted) key.password = pki_password();
    CHECK_NOTHROW(make_context(name, config));
  }
}

TEST_CASE("S28 a password given by a function is asked for only if the key is encrypted",
          "[keys]") {
  FOR_EVERY_BACKEND(name);
  for (const PkiKey &entry : pki_keys()) {
    INFO(entry.key);
    if (!can_read(name, entry)) continue;
    Asked asked{pki_password()};
    Config config = with_key(entry);
    asked.attach(&config.identities[0].key);
    CHECK_NOTHROW(make_context(name, config));
    CHECK((asked.calls > 0) == entry.encrypted);
  }
}

TEST_CASE("S28 a password for a key that is not encrypted is ignored", "[keys]") {
  FOR_EVERY_BACKEND(name);
  Config config = server_config();
  config.identities[0].key.password = "needless";
  CHECK_NOTHROW(make_context(name, config));
}

TEST_CASE("S28 a wrong password, no password, and a function that gives up", "[keys]") {
  FOR_EVERY_BACKEND(name);
  const bool client = GENERATE(true, false);
  if (!has_role(name, client)) return;
  for (const PkiKey &entry : pki_keys()) {
    if (!entry.encrypted || !can_read(name, entry)) continue;
    INFO(entry.key);
    Config config = with_key(entry, client);
    Source &key = config.identities[0].key;
    CHECK(context_error(name, config).name() == "password_required");
    key.password = "wrong";
    CHECK(context_error(name, config).name() == "password_wrong");
    key.password.reset();
    Asked asked{"wrong"};
    asked.attach(&key);
    CHECK(context_error(name, config).name() == "password_wrong");
    asked.gives_up = true;
    CHECK(context_error(name, config).name() == "password_required");
    CHECK(asked.calls >= 2);
  }
}

TEST_CASE("S28 a file that is not there is an error that tells why", "[keys]") {
  FOR_EVERY_BACKEND(name);
  const bool key = GENERATE(true, false);
  Config config = server_config();
  (key ? config.identities[0].key : config.identities[0].certificates[0]) =
      file(pki_path("no-such-file.pem"));
  const Error error = context_error(name, config);
  CHECK(error.name() == "file");
  CHECK(error.os_error == ENOENT);
}

TEST_CASE("S27 S28 malformed certificates and keys are refused", "[keys]") {
  FOR_EVERY_BACKEND(name);
  const bool from_bytes = GENERATE(true, false);
  const bool client = GENERATE(true, false);
  if (!has_role(name, client)) return;
  for (const PkiMalformed &entry : pki_malformed()) {
    INFO(entry.file << ": " << entry.note);
    Config config = showing(identity("good-ec"), client);
    Source &source = entry.expect == PLUGTLS_E_KEY_MALFORMED ? config.identities[0].key
                                                             : config.identities[0].certificates[0];
    source = from_bytes ? contents(read_file(pki_path(entry.file))) : file(pki_path(entry.file));
    CHECK(context_error(name, config).name() == plugtls_error_name(entry.expect));
  }
}

TEST_CASE("S29 malformed certificates are no trust anchors", "[keys]") {
  FOR_EVERY_BACKEND(name);
  for (const PkiMalformed &entry : pki_malformed()) {
    if (entry.expect == PLUGTLS_E_KEY_MALFORMED) continue;
    INFO(entry.file << ": " << entry.note);
    Config config = client_config();
    config.trust = {file(pki_path(entry.file))};
    const Error error = context_error(name, config);
    INFO(error.text());
    // A file without any certificate in it is an empty store.
    CHECK(
        (error.name() == plugtls_error_name(entry.expect) || error.name() == "trust_store_empty"));
  }
}
