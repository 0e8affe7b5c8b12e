// SPDX-License-Identifier: Apache-2.0
// Configuration files: which is read, what it says, and what is wrong with it (docs/environment.md).
#include "choice.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

using namespace fixture;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("B2 the configuration's backend, for all programs and for one", "[configuration]") {
  Choice world;
  world.user_config(
      "backend = \"good\"\n[application.mailer]\nbackend = [\"nosuch\", \"second\"]\n");
  Options options = world.options();
  uint32_t rule = 0;
  std::string source;
  SECTION("any") {
    options.application = "somebody";
    Registry registry(options);
    CHECK(registry.resolve(nullptr, &rule, &source) == Names{"good"});
    CHECK(rule == PLUGTLS_RULE_CONFIG);
    CHECK_THAT(source, ContainsSubstring("config.toml"));
    CHECK(opened(registry) == "good");
  }
  SECTION("its own section first") {
    options.application = "mailer";
    Registry registry(options);
    CHECK(registry.resolve(nullptr, &rule, &source) == Names{"nosuch", "second"});
    CHECK_THAT(source, ContainsSubstring("config.toml") && ContainsSubstring("mailer"));
    CHECK(opened(registry) == "second");
  }
}

TEST_CASE("B2 the program's short name is its section", "[configuration]") {
  Choice world;
  world.user_config("[application." + std::string(program_invocation_short_name) +
                    "]\nbackend = \"good\"\n");
  Registry registry(world.options());
  CHECK(registry.resolve(nullptr) == Names{"good"});
}

TEST_CASE("B2 PLUGTLS_CONFIG stands for the user's file and the system's", "[configuration]") {
  Choice world;
  world.user_config("backend = \"second\"\n");
  world.environment.set("PLUGTLS_CONFIG",
                        world.home.write("my.toml", "backend = \"good\"\n").string());
  Registry registry(world.options());
  CHECK(registry.resolve(nullptr) == Names{"good"});
}

TEST_CASE("B2 a configuration file named in code stands for all others", "[configuration]") {
  Choice world;
  world.environment.set("PLUGTLS_CONFIG",
                        world.home.write("my.toml", "backend = \"second\"\n").string());
  Options options = world.options();
  options.config_file = world.home.write("code.toml", "backend = \"good\"\n");
  Registry registry(options);
  CHECK(registry.resolve(nullptr) == Names{"good"});
}

TEST_CASE("B2 configuration can be left out", "[configuration]") {
  Choice world;
  world.user_config("backend = \"good\"\n");
  Options options = world.options();
  options.flags |= PLUGTLS_REGISTRY_IGNORE_CONFIG;
  Registry registry(options);
  CHECK(registry.resolve(nullptr) == Names{"second", "good"});
}

TEST_CASE("B2 a malformed configuration is an error that names the file", "[configuration]") {
  Choice world;
  const std::string text =
      GENERATE("backend = ", "backend = 12\n", "backend = [\"good\", 3]\n", "backend = \"../x\"\n",
               "backend = \"\xff\"\n", "backend = []\n");
  CAPTURE(text);
  world.user_config(text);
  Registry registry(world.options());
  Error error = registry.error();
  if (registry.status() == PLUGTLS_OK) {  // the file is well-formed and the value is not
    CHECK(registry.resolve(nullptr).empty());
    error = registry.open_error();
  }
  CAPTURE(error.message);
  CHECK(error_name(error) == "configuration_file");
  CHECK_THAT(error.message, ContainsSubstring("config.toml"));
}

TEST_CASE("B2 a configuration file that was named and is not there is an error",
          "[configuration]") {
  Choice world;
  world.environment.set("PLUGTLS_CONFIG", (world.home / "gone.toml").string());
  Registry registry(world.options());
  CHECK(registry.status() == PLUGTLS_FAILED);
  const std::string code = error_name(registry.error());
  CHECK((code == "file" || code == "configuration_file"));
  CHECK_THAT(registry.error().message, ContainsSubstring("gone.toml"));
}
