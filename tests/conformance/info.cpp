// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"
#include "suites.hpp"

namespace {

// Whether the backend tells what came into force; a context of one that does not has to say so.
bool tells_values(const std::string &name) {
  if (supports(name, PLUGTLS_FEATURE_EFFECTIVE_CONFIG)) return true;
  Error error;
  uint64_t value = 0;
  const ContextPtr context = make_context(name, client_config());
  CHECK(plugtls_context_value(context.get(), PLUGTLS_VALUE_FLAGS, &value, &error) ==
        PLUGTLS_FAILED);
  check_unsupported(error, PLUGTLS_FEATURE_EFFECTIVE_CONFIG, name);
  return false;
}

}  // namespace

TEST_CASE("B21 what came into force can be read back", "[info]") {
  FOR_EVERY_BACKEND(name);
  Config config = server_config();
  config.cipher_suites = {0x1302, 0x1301};
  config.groups = {29, 23};
  config.version(PLUGTLS_VERSION_TLS1_3);
  if (!supports(name, PLUGTLS_FEATURE_GROUPS)) config.groups.clear();
  if (!takes_suites(name, config)) {
    config.cipher_suites = {0xc02c, 0xc02b};
    config.version(PLUGTLS_VERSION_TLS1_2);
  }
  const ContextPtr context = make_context(name, config);
  CHECK(plugtls_context_backend(context.get()) == open_backend(name));
  if (!tells_values(name)) return;
  uint64_t value = 99;
  REQUIRE(plugtls_context_value(context.get(), PLUGTLS_VALUE_IDENTITIES, &value, nullptr) ==
          PLUGTLS_OK);
  CHECK(value == 1);
  CHECK(effective(context.get(), PLUGTLS_LIST_CIPHER_SUITES) == config.cipher_suites);
  CHECK(effective(context.get(), PLUGTLS_LIST_VERSIONS) ==
        std::vector<uint16_t>{config.version_max});
  if (!config.groups.empty()) CHECK(effective(context.get(), PLUGTLS_LIST_GROUPS) == config.groups);
}

TEST_CASE("B21 values: every one that was set, and none that nobody has", "[info]") {
  FOR_EVERY_BACKEND(name);
  if (!tells_values(name)) return;
  Config config = client_config();
  config.verify_depth = 3;
  config.flags = PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK;
  const ContextPtr context = make_context(name, config);
  const auto value_of = [&](uint32_t which) {
    uint64_t value = 0;
    Error error;
    INFO(error.text());
    CHECK(plugtls_context_value(context.get(), which, &value, &error) == PLUGTLS_OK);
    return value;
  };
  CHECK(value_of(PLUGTLS_VALUE_VERIFY_DEPTH) == 3);
  CHECK((value_of(PLUGTLS_VALUE_FLAGS) & PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK) != 0);
  CHECK(value_of(PLUGTLS_VALUE_TRUST_ANCHORS) == 1);
  CHECK(value_of(PLUGTLS_VALUE_IDENTITIES) == 0);
  for (uint32_t which = PLUGTLS_VALUE_FLAGS; which <= PLUGTLS_VALUE_IDENTITIES; ++which)
    (void)value_of(which);
  uint64_t unknown = 0;
  CHECK(plugtls_context_value(context.get(), 9999, &unknown, nullptr) == PLUGTLS_FAILED);
}

TEST_CASE("B21 a server's tickets are those asked for", "[info]") {
  FOR_EVERY_BACKEND(name);
  if (!tells_values(name)) return;
  Config config = server_config();
  config.ticket_lifetime_s = 600;
  config.ticket_count = 5;
  if (!made_or_refused(name, config, PLUGTLS_FEATURE_RESUMPTION)) return;
  const ContextPtr context = make_context(name, config);
  uint64_t value = 0;
  REQUIRE(plugtls_context_value(context.get(), PLUGTLS_VALUE_TICKET_LIFETIME, &value, nullptr) ==
          PLUGTLS_OK);
  CHECK(value == 600);
  REQUIRE(plugtls_context_value(context.get(), PLUGTLS_VALUE_TICKET_COUNT, &value, nullptr) ==
          PLUGTLS_OK);
  CHECK(value == 5);
}

TEST_CASE("B3 an unknown feature is not supported, and what is missing says why", "[info]") {
  FOR_EVERY_BACKEND(name);
  CHECK(level(name, PLUGTLS_FEATURE_COUNT + 1000) == PLUGTLS_NO);
  for (uint32_t feature = 1; feature < PLUGTLS_FEATURE_COUNT; ++feature) {
    plugtls_capability capability{};
    capability.size = sizeof capability;
    plugtls_backend_capability(open_backend(name), feature, &capability);
    INFO(plugtls_feature_name(feature));
    CHECK(capability.level <= PLUGTLS_YES);
    if (capability.level != PLUGTLS_YES) CHECK(capability.note[0] != '\0');
  }
}

TEST_CASE("B3 a backend tells who it is", "[info]") {
  FOR_EVERY_BACKEND(name);
  plugtls_backend_description about{};
  about.size = sizeof about;
  plugtls_backend_describe(open_backend(name), &about);
  CHECK(std::string(about.name) == name);
  CHECK(about.abi_major == 1);
  CHECK(std::string(about.library) != "");
  CHECK(std::string(about.library_version) != "");
}
