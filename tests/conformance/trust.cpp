// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

#include <cerrno>

TEST_CASE("S29 trust from a PEM file, PEM bytes and DER bytes", "[trust]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.client.trust = {
      GENERATE(file(pki_path("root.pem")), contents(read_file(pki_path("root.pem"))),
               contents(read_file(pki_path("root.der"))), file(pki_path("roots.pem")))};
  Pair(ends, options).connect();
}

TEST_CASE("S29 trust from a directory", "[trust]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.client.trust = {{.kind = PLUGTLS_SOURCE_DIRECTORY, .bytes = pki_path("roots.d")}};
  if (!made_or_refused(ends.client, options.client, PLUGTLS_FEATURE_TRUST_DIRECTORY)) return;
  const std::string entity = GENERATE(std::string("good-ec"), std::string("good-rsa-root"));
  options.server = server_config(entity);
  Pair(ends, options).connect();
}

TEST_CASE("S29 trust stores add up", "[trust]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.client.trust = {file(pki_path("other-root.pem")), file(pki_path("root.pem"))};
  const std::string entity = GENERATE(std::string("good-ec"), std::string("unknown-issuer"));
  options.server = server_config(entity);
  Pair(ends, options).connect();
}

TEST_CASE("S6 what is in no store given is not trusted", "[trust]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.client.trust = {file(pki_path("other-root.pem"))};
  const Outcome result = outcome(ends, options);
  CHECK(result.client_error.name() == "cert_unknown_issuer");
  CHECK(result.client_error.category() == PLUGTLS_CATEGORY_CERTIFICATE);
}

TEST_CASE("S6 without a store it is the system's, which does not know the test root", "[trust]") {
  FOR_EVERY_PAIR(ends);
  PairOptions options;
  options.client.trust.clear();
  Error error;
  try {
    Pair pair(ends, options);
    pair.handshake();
    CHECK(pair.client.status == PLUGTLS_FAILED);
    error = pair.client.error;
    CHECK(error.name() == "cert_unknown_issuer");
  } catch (const Failure &failure) {  // a machine without a bundle
    CHECK(failure.error().name() == "trust_store_empty");
  }
}

TEST_CASE("S29 a store in which nothing can anchor a chain is refused", "[trust]") {
  FOR_EVERY_BACKEND(name);
  Config config = client_config();
  config.trust = {GENERATE(contents(""), file(pki_path("malformed-empty.pem")))};
  const Error error = context_error(name, config);
  INFO(error.text());
  const bool refused =
      error.name() == "trust_store_empty" || error.name() == "certificate_malformed";
  CHECK(refused);
}

TEST_CASE("S29 a store's file that is not there is an error", "[trust]") {
  FOR_EVERY_BACKEND(name);
  Config config = client_config();
  config.trust = {file(pki_path("no-such-file.pem"))};
  const Error error = context_error(name, config);
  CHECK(error.name() == "file");
  CHECK(error.os_error == ENOENT);
}
