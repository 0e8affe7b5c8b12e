// SPDX-License-Identifier: Apache-2.0
// What a connection, or a verification without one, asks for is checked against what the backend has before the backend
// sees it; and what a backend hands out is looked at before the program gets it.
#include "toy.h"
#include "toy_pair.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <string>
#include <vector>

using namespace fixture;
using Catch::Matchers::ContainsSubstring;

namespace {

uint16_t counter(const plugtls_backend *backend, size_t which) {
  std::array<uint16_t, TOY_COUNT_OF> all = {};
  REQUIRE(plugtls_backend_list(backend, TOY_COUNTERS_LIST, all.data(), all.size()) == all.size());
  return all.at(which);
}

struct World {
  explicit World(const std::string &variant) {
    directory.add_backend(variant);
    directory.add_backend("layer");
    backend = Registry(directory).open(variant.c_str());
    REQUIRE(backend != nullptr);
  }
  Directory directory;
  plugtls_backend *backend = nullptr;
};

// Makes a client's connection over a transport nobody uses.
struct Connecting {
  plugtls_connection_options options = {};
  uint64_t flags = 0;
  std::vector<const char *> subjects = {};
  Error error = {};

  Connecting() { options.size = sizeof options; }
  bool good_on(plugtls_backend *backend) {
    Config config(PLUGTLS_ROLE_CLIENT);
    config.raw.flags = flags;
    const ContextPtr context = make_context(backend, config.raw);
    plugtls_buffer *raw = nullptr;
    REQUIRE(plugtls_buffer_create(0, &raw, nullptr) == PLUGTLS_OK);
    const BufferPtr buffer(raw);
    plugtls_transport transport = {};
    transport.size = sizeof transport;
    plugtls_transport_from_buffers(raw, raw, &transport);
    options.subjects = subjects.data();
    options.subject_count = subjects.size();
    plugtls_connection *connection = nullptr;
    error = Error();
    const plugtls_status status =
        plugtls_connection_create(context.get(), &options, &transport, &connection, &error);
    REQUIRE((status == PLUGTLS_OK) == (connection != nullptr));
    plugtls_connection_free(connection);
    return status == PLUGTLS_OK;
  }
};

void check_unsupported(const Error &error, uint32_t feature, const std::string &backend) {
  CAPTURE(error.message);
  CHECK(error_name(error) == "unsupported");
  CHECK(std::string(plugtls_feature_name(error.feature)) == plugtls_feature_name(feature));
  CHECK(std::string(error.backend) == backend);
  CHECK_THAT(error.message, ContainsSubstring("'" + backend + "'") &&
                                ContainsSubstring(plugtls_feature_name(feature)));
}

}  // namespace

TEST_CASE("P-GEN-5 what a connection asks for and the backend does not have is refused",
          "[capabilities]") {
  const World good("good"), lean("lean");
  Connecting one;
  uint32_t feature = 0;
  SECTION("a name to send") {
    one.options.server_hostname = "example.org";
    feature = PLUGTLS_FEATURE_SNI;
  }
  SECTION("an address to verify") {
    one.options.server_hostname = "192.0.2.1";
    feature = PLUGTLS_FEATURE_VERIFY_IP;
  }
  SECTION("subjects apart from the name") {
    one.subjects = {"example.org"};
    feature = PLUGTLS_FEATURE_VERIFY_SUBJECTS;
  }
  SECTION("a chain without a name") {
    one.options.flags = PLUGTLS_CONNECTION_INSECURE_NO_HOSTNAME_CHECK;
    feature = PLUGTLS_FEATURE_VERIFY_CHAIN_ONLY;
  }
  SECTION("a name to send where nothing is verified") {
    one.flags = PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION;
    one.options.server_hostname = "example.org";
    feature = PLUGTLS_FEATURE_SNI;
  }
  CHECK(one.good_on(good.backend));
  CAPTURE(one.error.message);
  const uint16_t before = counter(lean.backend, TOY_COUNT_CONNECTION_CREATE);
  CHECK_FALSE(one.good_on(lean.backend));
  check_unsupported(one.error, feature, "lean");
  CHECK(counter(lean.backend, TOY_COUNT_CONNECTION_CREATE) == before);
}

TEST_CASE("P-GEN-5 what a connection does not ask for is not needed", "[capabilities]") {
  const World lean("lean");
  Connecting one;
  SECTION("nothing is verified, and an address is not sent") {
    one.flags = PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION;
    one.options.server_hostname = "192.0.2.1";
  }
  SECTION("nothing is verified, neither name nor chain") {
    one.flags = PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION;
    one.options.flags = PLUGTLS_CONNECTION_INSECURE_NO_HOSTNAME_CHECK;
  }
  CHECK(one.good_on(lean.backend));
  CAPTURE(one.error.message);
}

TEST_CASE("B6 a session is refused where there is no resumption", "[capabilities]") {
  const World lean("lean");
  const Config config(PLUGTLS_ROLE_CLIENT);
  const ContextPtr context = make_context(lean.backend, config.raw);
  plugtls_session *raw = nullptr;
  // The slot is there, and would even make one.
  REQUIRE(plugtls_session_import(context.get(), bytes_of("toy-session:x"), &raw, nullptr) ==
          PLUGTLS_OK);
  const SessionPtr session(raw);
  Connecting one;
  one.flags = PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION;
  one.options.session = session.get();
  CHECK_FALSE(one.good_on(lean.backend));
  check_unsupported(one.error, PLUGTLS_FEATURE_RESUMPTION, "lean");
}

TEST_CASE("S28 a password asks for nothing by itself", "[capabilities]") {
  const World good("good");  // which does not have key_encrypted
  Config config(PLUGTLS_ROLE_SERVER);
  plugtls_source key = *config.raw.identities[0]->key;
  key.password = bytes_of("for an encrypted key, which this is not");
  plugtls_identity identity = *config.raw.identities[0];
  identity.key = &key;
  const plugtls_identity *identities[] = {&identity};
  config.raw.identities = identities;
  Error error;
  CHECK(make_context(good.backend, config.raw, nullptr, &error));
  CAPTURE(error.message);
}

namespace {

// A verification of the toy certificate of example.org, of which a case changes one thing.
struct Offline {
  plugtls_source leaf = {};
  const plugtls_source *chain[1] = {&leaf};
  std::string name = "example.org";
  plugtls_subject subject = {};
  Config config{PLUGTLS_ROLE_CLIENT};
  plugtls_verify_request request = {};
  int32_t code = -1, depth = -2;
  Error error = {};

  Offline() {
    leaf.size = sizeof leaf;
    leaf.kind = PLUGTLS_SOURCE_BYTES;
    leaf.bytes = bytes_of("cert:example.org");
    subject = {PLUGTLS_SUBJECT_DNS, 0, bytes_of(name)};
    request.size = sizeof request;
    request.purpose = PLUGTLS_PURPOSE_SERVER;
    request.chain = chain;
    request.chain_count = 1;
    request.subjects = &subject;
    request.subject_count = 1;
  }
  Offline(const Offline &) = delete;
  Offline &operator=(const Offline &) = delete;
  plugtls_status on(plugtls_backend *backend) {
    error = Error();
    return plugtls_verify_chain(backend, &config.raw, &request, &code, &depth, &error);
  }
};

}  // namespace

TEST_CASE("B7 a verdict arrives, and is told in words when it is bad", "[capabilities]") {
  const World good("good");
  Offline offline;
  CHECK(offline.on(good.backend) == PLUGTLS_OK);
  CHECK(offline.code == PLUGTLS_E_NONE);
  CHECK(offline.depth == 0);
  offline.subject.value = bytes_of("other.example.org");
  CHECK(offline.on(good.backend) == PLUGTLS_OK);
  CHECK(std::string(plugtls_error_name(offline.code)) == "cert_name_mismatch");
  CHECK(std::string(offline.error.backend) == "good");
  CHECK_THAT(offline.error.message, ContainsSubstring("another name"));
}

TEST_CASE("B7 a backend that forgets its verdict has found nothing good", "[capabilities]") {
  const World good("good");
  Offline offline;
  offline.request.subject_count = 0;  // the toy then answers OK and says nothing
  offline.code = PLUGTLS_E_NONE;
  CHECK(offline.on(good.backend) == PLUGTLS_OK);
  CHECK(std::string(plugtls_error_name(offline.code)) == "cert_other");
  CHECK(offline.error.message[0] != '\0');
}

TEST_CASE("B7 a verification is refused where the backend has none", "[capabilities]") {
  const World lean("lean");
  Offline offline;
  CHECK(offline.on(lean.backend) == PLUGTLS_FAILED);
  check_unsupported(offline.error, PLUGTLS_FEATURE_VERIFY_OFFLINE, "lean");
  CHECK(counter(lean.backend, TOY_COUNT_VERIFY_CHAIN) == 0);
}

TEST_CASE("B7 what a verification asks for and the backend does not have is refused",
          "[capabilities]") {
  const World good("good");
  Offline offline;
  uint32_t feature = 0;
  plugtls_source source = {};
  source.size = sizeof source;
  source.bytes = bytes_of("/somewhere");
  const plugtls_source *sources[] = {&source};
  SECTION("a time") {
    offline.config.raw.flags = PLUGTLS_CONFIG_VERIFY_TIME;
    feature = PLUGTLS_FEATURE_VERIFY_TIME;
  }
  SECTION("revocation lists") {
    source.kind = PLUGTLS_SOURCE_FILE;
    offline.config.raw.crls = sources;
    offline.config.raw.crl_count = 1;
    feature = PLUGTLS_FEATURE_CRL;
  }
  SECTION("a check of them") {
    offline.config.raw.crl_check = PLUGTLS_CRL_CHECK_CHAIN;
    feature = PLUGTLS_FEATURE_CRL;
  }
  SECTION("a staple") {
    offline.request.ocsp_response = bytes_of("response");
    feature = PLUGTLS_FEATURE_OCSP_CLIENT;
  }
  SECTION("a directory of anchors") {
    source.kind = PLUGTLS_SOURCE_DIRECTORY;
    offline.config.raw.trust = sources;
    offline.config.raw.trust_count = 1;
    feature = PLUGTLS_FEATURE_TRUST_DIRECTORY;
  }
  const uint16_t before = counter(good.backend, TOY_COUNT_VERIFY_CHAIN);
  CHECK(offline.on(good.backend) == PLUGTLS_FAILED);
  check_unsupported(offline.error, feature, "good");
  CHECK(counter(good.backend, TOY_COUNT_VERIFY_CHAIN) == before);
}

TEST_CASE("B7 a request that makes no sense reaches no backend", "[capabilities]") {
  const World good("good");
  Offline offline;
  SECTION("no purpose") {
    offline.request.purpose = 0;
  }
  SECTION("no chain") {
    offline.request.chain_count = 0;
  }
  SECTION("a certificate that is NULL") {
    offline.chain[0] = nullptr;
  }
  SECTION("subjects that are NULL") {
    offline.request.subjects = nullptr;
  }
  SECTION("a subject of an unknown kind") {
    offline.subject.kind = 3;
  }
  SECTION("an address of five bytes") {
    offline.subject = {PLUGTLS_SUBJECT_IP, 0, bytes_of("12345")};
  }
  SECTION("a name with a NUL") {
    offline.subject.value = bytes_of(std::string_view("example.org\0.evil", 17));
  }
  SECTION("a flag that is not known") {
    offline.config.raw.flags = uint64_t{1} << 40;
  }
  SECTION("anchors that are NULL") {
    offline.config.raw.trust_count = 1;
  }
  const uint16_t before = counter(good.backend, TOY_COUNT_VERIFY_CHAIN);
  CHECK(offline.on(good.backend) == PLUGTLS_FAILED);
  CHECK(error_name(offline.error) == "invalid_argument");
  CHECK(counter(good.backend, TOY_COUNT_VERIFY_CHAIN) == before);
}

TEST_CASE("P-ABI-2 a short configuration means zero for the rest, without a connection too",
          "[capabilities]") {
  const World good("good");
  Offline offline;
  offline.config.raw.size = offsetof(plugtls_config, trust);
  offline.config.raw.trust_count = 0xdeadbeef;  // not the library's business
  CHECK(offline.on(good.backend) == PLUGTLS_OK);
  CAPTURE(offline.error.message);
  CHECK(offline.code == PLUGTLS_E_NONE);
}

TEST_CASE("P-ABI-4 success with empty hands is a broken backend", "[capabilities]") {
  const World good("good");
  Pair pair(good.backend);
  Error error;
  SECTION("no connection") {
    pair.client_config.set_alpn({TOY_SCRIPT_NO_CONNECTION});
    const ContextPtr context = make_context(good.backend, pair.client_config.raw);
    plugtls_buffer *raw = nullptr;
    REQUIRE(plugtls_buffer_create(0, &raw, nullptr) == PLUGTLS_OK);
    const BufferPtr buffer(raw);
    plugtls_transport transport = {};
    transport.size = sizeof transport;
    plugtls_transport_from_buffers(raw, raw, &transport);
    CHECK_FALSE(make_connection(context.get(), transport, "example.org", &error));
  }
  SECTION("no session") {
    pair.client_config.set_alpn({TOY_SCRIPT_NO_SESSION});
    pair.connect();
    REQUIRE(pair.handshake());
    plugtls_session *session = nullptr;
    CHECK(plugtls_session_get(pair.client.get(), &session, &error) == PLUGTLS_FAILED);
    CHECK(session == nullptr);
  }
  SECTION("no session from bytes") {
    pair.client_config.set_alpn({TOY_SCRIPT_NO_SESSION});
    const ContextPtr context = make_context(good.backend, pair.client_config.raw);
    plugtls_session *session = nullptr;
    CHECK(plugtls_session_import(context.get(), bytes_of("toy-session:x"), &session, &error) ==
          PLUGTLS_FAILED);
    CHECK(session == nullptr);
  }
  SECTION("no context") {
    pair.client_config.set_alpn({TOY_SCRIPT_NO_OBJECT});
    CHECK_FALSE(make_context(good.backend, pair.client_config.raw, nullptr, &error));
  }
  CAPTURE(error.message);
  CHECK(error_name(error) == "backend_broken");
  CHECK(std::string(error.backend) == "good");
}

TEST_CASE("B19 a wrapper may call every slot of what it wraps", "[capabilities]") {
  for (const std::string variant : {"no_optional", "required_only", "newer"}) {
    CAPTURE(variant);
    const Directory directory;
    directory.add_backend("layer");
    directory.add_backend(variant);
    Registry registry(directory);
    const std::string name = "layer(" + backend_name(variant) + ")";
    plugtls_backend *layered = registry.open(name.c_str());
    CAPTURE(registry.open_error().message);
    REQUIRE(layered != nullptr);
    Offline offline;
    const bool whole = variant == "newer";
    CHECK(offline.on(layered) == (whole ? PLUGTLS_OK : PLUGTLS_FAILED));
    if (whole) continue;
    CHECK(error_name(offline.error) == "unsupported");
    CHECK(offline.error.feature == PLUGTLS_FEATURE_VERIFY_OFFLINE);
    CHECK(std::string(offline.error.backend) == name);
  }
}
