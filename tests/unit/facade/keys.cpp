// SPDX-License-Identifier: Apache-2.0
// S28 through the facade: encrypted keys, and where their passwords come from. On every backend.
#include <plugtls/plugtls.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace plugtls;
using Catch::Generators::from_range;

namespace {

constexpr const char *right = "correct horse";  // tests/pki/make_pki.py

std::string pki(const std::string &file) {
  return std::string(PLUGTLS_TEST_PKI_DIR) + "/" + file;
}

std::string contents(const std::string &file) {
  std::ostringstream out;
  out << std::ifstream(pki(file), std::ios::binary).rdbuf();
  return out.str();
}

std::vector<std::string> backend_names() {
  std::vector<std::string> out;
  for (const Candidate &candidate : Registry().candidates())
    if (candidate.stage != Stage::shadowed) out.push_back(candidate.name);
  if (out.empty()) throw std::runtime_error("no backend was found");
  return out;
}

ServerContext context_with(const Backend &backend, const PrivateKey &key) {
  return {backend, ServerConfig().register_certificates(
                       Certificate::from_file(pki("good-ec.chain.pem")), key)};
}

// What making a context of the key comes to.
errc outcome(const Backend &backend, const PrivateKey &key) {
  try {
    context_with(backend, key);
    return errc::none;
  } catch (const ConfigurationError &error) {
    CHECK(error.backend() == backend.name());
    return error.value();
  }
}

// False if the backend has no encrypted keys; that it says so is checked then.
bool can_read(const Backend &backend, const std::string &file) {
  if (backend.capability(Feature::key_encrypted).level != Level::no) return true;
  CHECK_THROWS_AS(context_with(backend, PrivateKey::from_file(pki(file), right)), UnsupportedError);
  return false;
}

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

const std::vector<std::string> encrypted = {"good-ec.pkcs8-encrypted.key.pem",
                                            "good-ec.pkcs8-encrypted.key.der",
                                            "good-ec.sec1-encrypted.key.pem"};

}  // namespace

TEST_CASE("S28 an encrypted key opens with its password, given as bytes or by a function") {
  const Backend backend = Backend::open(GENERATE(from_range(backend_names())));
  const std::string file = GENERATE(from_range(encrypted));
  INFO(backend.name() << ", " << file);
  if (!can_read(backend, file)) return;
  int asked = 0;
  const auto ask = [&asked] {
    ++asked;
    return Secret(right);
  };
  CHECK(outcome(backend, PrivateKey::from_file(pki(file), right)) == errc::none);
  CHECK(outcome(backend, PrivateKey::from_buffer(contents(file), right)) == errc::none);
  CHECK(outcome(backend, PrivateKey::from_file(pki(file), ask)) == errc::none);
  CHECK(asked > 0);
}

TEST_CASE("S28 a wrong password and none have codes of their own") {
  const Backend backend = Backend::open(GENERATE(from_range(backend_names())));
  const std::string file = GENERATE(from_range(encrypted));
  INFO(backend.name() << ", " << file);
  if (!can_read(backend, file)) return;
  CHECK(outcome(backend, PrivateKey::from_file(pki(file), "wrong")) == errc::password_wrong);
  CHECK(outcome(backend, PrivateKey::from_file(pki(file))) == errc::password_required);
  const auto wrong = [] { return Secret("wrong"); };
  CHECK(outcome(backend, PrivateKey::from_file(pki(file), wrong)) == errc::password_wrong);
}

TEST_CASE("S28 what the password function throws, the context's constructor throws") {
  const Backend backend = Backend::open(GENERATE(from_range(backend_names())));
  const std::string file = encrypted.front();
  INFO(backend.name());
  if (!can_read(backend, file)) return;
  const auto broken = []() -> Secret { throw Broken("no password today"); };
  CHECK_THROWS_AS(context_with(backend, PrivateKey::from_file(pki(file), broken)), Broken);
  // It does not come back at the next occasion.
  CHECK(outcome(backend, PrivateKey::from_file(pki(file), right)) == errc::none);
}

TEST_CASE("S28 a password function is not asked for a key that is not encrypted") {
  const Backend backend = Backend::open(GENERATE(from_range(backend_names())));
  INFO(backend.name());
  const auto broken = []() -> Secret { throw Broken("asked"); };
  CHECK_NOTHROW(context_with(backend, PrivateKey::from_file(pki("good-ec.key.pem"), broken)));
}
