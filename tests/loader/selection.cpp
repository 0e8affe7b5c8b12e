// SPDX-License-Identifier: Apache-2.0
// Which directories are searched and which backend is chosen: docs/environment.md, row by row.
#include "choice.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

using namespace fixture;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("B2 without a word the highest priority that loads is chosen", "[selection]") {
  Choice world;
  Registry registry(world.options());
  uint32_t rule = 0;
  std::string source;
  CHECK(registry.resolve(nullptr, &rule, &source) == Names{"second", "good"});
  CHECK(rule == PLUGTLS_RULE_PRIORITY);
  CHECK(source == "priority");
  CHECK(opened(registry) == "second");
}

TEST_CASE("B2 equal priorities go by name", "[selection]") {
  const Directory directory;
  directory.add_backend("second", 5);
  directory.add_backend("good", 5);
  directory.add_backend("newer");  // no priority is 0
  Registry registry(directory);
  CHECK(registry.resolve(nullptr) == Names{"good", "second", "newer"});
}

TEST_CASE("B2 the priority rule passes over what cannot be used, and shows it", "[selection]") {
  Choice world;
  world.directory.add_backend("entry_fails", 99);
  world.directory.add_backend("table_short", 98);
  Registry registry(world.options());
  CHECK(opened(registry) == "second");
  CHECK(registry.candidate("entry-fails").stage == PLUGTLS_STAGE_REFUSED);
  CHECK(std::string(plugtls_error_name(registry.candidate("entry-fails").code)) ==
        "backend_refused");
  CHECK(registry.candidate("table-short").stage == PLUGTLS_STAGE_REFUSED);
  CHECK(registry.candidate("good").stage == PLUGTLS_STAGE_FOUND);
}

TEST_CASE("B2 when nothing can be used the error tells why of each", "[selection]") {
  const Directory directory;
  directory.add_backend("entry_fails", 2);
  directory.add_backend("no_entry", 1);
  Registry registry(directory);
  CHECK(opened(registry) == "backend_unusable");
  CHECK_THAT(registry.open_error().message, ContainsSubstring("entry-fails") &&
                                                ContainsSubstring("no-entry") &&
                                                ContainsSubstring("found Toy 1.0.0"));
}

TEST_CASE("B2 when there is nothing at all the error says where it was looked for", "[selection]") {
  const Directory directory;
  Registry registry(directory);
  CHECK(opened(registry) == "backend_not_found");
  CHECK_THAT(registry.open_error().message, ContainsSubstring(directory.path().string()));
}

TEST_CASE("B2 PLUGTLS_BACKEND decides over configuration and priority", "[selection]") {
  Choice world;
  world.user_config("backend = \"second\"\n");
  world.environment.set("PLUGTLS_BACKEND", "good");
  Registry registry(world.options());
  uint32_t rule = 0;
  std::string source;
  CHECK(registry.resolve(nullptr, &rule, &source) == Names{"good"});
  CHECK(rule == PLUGTLS_RULE_ENVIRONMENT);
  CHECK(source == "PLUGTLS_BACKEND");
  CHECK(opened(registry) == "good");
}

TEST_CASE("B2 the name in code decides over everything", "[selection]") {
  Choice world;
  world.user_config("backend = \"second\"\n");
  world.environment.set("PLUGTLS_BACKEND", "second");
  Registry registry(world.options());
  uint32_t rule = 0;
  CHECK(registry.resolve("good", &rule) == Names{"good"});
  CHECK(rule == PLUGTLS_RULE_ARGUMENT);
  CHECK(opened(registry, "good") == "good");
}

TEST_CASE("B2 an empty PLUGTLS_BACKEND says nothing", "[selection]") {
  Choice world;
  world.environment.set("PLUGTLS_BACKEND", "");
  Registry registry(world.options());
  uint32_t rule = 0;
  registry.resolve(nullptr, &rule);
  CHECK(rule == PLUGTLS_RULE_PRIORITY);
}

TEST_CASE("B2 the environment can be left out", "[selection]") {
  Choice world;
  world.environment.set("PLUGTLS_BACKEND", "good");
  Options options = world.options();
  options.flags |= PLUGTLS_REGISTRY_IGNORE_ENVIRONMENT;
  Registry registry(options);
  CHECK(opened(registry) == "second");
}

TEST_CASE("B2 a backend that was asked for is never replaced", "[selection]") {
  Choice world;
  world.directory.add_backend("entry_fails", 1);
  world.directory.add_manifest({.name = "broken", .library = "gone.so"});
  SECTION("by the argument") {
    Registry registry(world.options());
    CHECK(opened(registry, "nosuch") == "backend_not_found");
    CHECK_THAT(registry.open_error().message, ContainsSubstring("nosuch") &&
                                                  ContainsSubstring("good") &&
                                                  ContainsSubstring("second"));
    CHECK(opened(registry, "entry-fails") == "backend_refused");
  }
  SECTION("by the environment") {
    world.environment.set("PLUGTLS_BACKEND", "nosuch");
    Registry registry(world.options());
    CHECK(opened(registry) == "backend_not_found");
    CHECK_THAT(registry.open_error().message,
               ContainsSubstring("nosuch") && ContainsSubstring("PLUGTLS_BACKEND"));
  }
  SECTION("by the configuration") {
    world.user_config("backend = \"entry-fails\"\n");
    Registry registry(world.options());
    CHECK(opened(registry) == "backend_refused");
    CHECK_THAT(registry.open_error().message, ContainsSubstring("entry-fails"));
  }
  CHECK_FALSE(read_file(world.home / "marker").find("second") != std::string::npos);
}

TEST_CASE("B2 a list is tried in its order and only it", "[selection]") {
  Choice world;
  world.directory.add_backend("entry_fails", 99);
  Registry registry(world.options());
  CHECK(registry.resolve("entry-fails,good,second") == Names{"entry-fails", "good", "second"});
  CHECK(opened(registry, "entry-fails,good,second") == "good");
  CHECK(opened(registry, "nosuch,good") == "good");
  CHECK(opened(registry, " good , second ") == "good");
  CHECK(opened(registry, "nosuch,entry-fails") == "backend_unusable");
  CHECK_THAT(registry.open_error().message,
             ContainsSubstring("nosuch") && ContainsSubstring("entry-fails"));
}

TEST_CASE("B2 a list in PLUGTLS_BACKEND", "[selection]") {
  Choice world;
  world.environment.set("PLUGTLS_BACKEND", "nosuch,good");
  Registry registry(world.options());
  CHECK(opened(registry) == "good");
}

TEST_CASE("B2 names that are no names are refused as such", "[selection]") {
  Choice world;
  Registry registry(world.options());
  const std::string names =
      GENERATE("", ",", "good,,second", "../good", "a/b", "Good", "good second", "good\n", "layer(",
               "layer)", "layer()", "(good)", "layer(good", "layer(good))", "layer(good)x",
               "layer(layer(good)", "good;second");
  CAPTURE(names);
  CHECK(registry.resolve(names.c_str()).empty());
  CHECK(registry.open_status() == PLUGTLS_FAILED);
  CHECK(error_name(registry.open_error()) == "invalid_argument");
  CHECK(opened(registry, names.c_str()) == "invalid_argument");
}

TEST_CASE("B2 nesting without end is refused", "[selection]") {
  Choice world;
  Registry registry(world.options());
  std::string names;
  for (int i = 0; i < 100000; ++i)
    names += "layer(";
  names += "good" + std::string(100000, ')');
  CHECK(registry.open(names.c_str()) == nullptr);
  CHECK(registry.open_status() == PLUGTLS_FAILED);
}

TEST_CASE("B2 directories: the program's, PLUGTLS_PLUGIN_PATH, the user's, the system's",
          "[selection]") {
  Choice world;
  const Directory program, path;
  const fs::path user = world.home.make_directory("data/plugtls/backends.d");
  const auto put = [](const fs::path &where, const std::string &name) {
    fs::copy_file(mock_library("good"), where / "plugtls-good.so");
    std::ofstream(where / (name + ".toml"))
        << Manifest{.name = name, .library = "plugtls-good.so"}.text();
  };
  put(program.path(), "good");
  put(path.path(), "good");
  put(user, "good");
  world.environment.set("PLUGTLS_PLUGIN_PATH", path.path().string());

  Registry registry(
      Options{.flags = PLUGTLS_REGISTRY_IGNORE_CONFIG, .directories = {program.path()}});
  std::vector<std::pair<uint32_t, uint32_t>> seen;
  for (const Candidate &one : registry.candidates()) {
    if (one.name == "good") seen.emplace_back(one.origin, one.stage);
  }
  CHECK(seen == std::vector<std::pair<uint32_t, uint32_t>>{
                    {PLUGTLS_ORIGIN_PROGRAM, PLUGTLS_STAGE_FOUND},
                    {PLUGTLS_ORIGIN_ENVIRONMENT, PLUGTLS_STAGE_SHADOWED},
                    {PLUGTLS_ORIGIN_USER, PLUGTLS_STAGE_SHADOWED}});

  std::vector<uint32_t> origins;
  for (size_t i = 0; i < plugtls_registry_directory_count(registry.get()); ++i) {
    plugtls_search_directory raw = {};
    raw.size = sizeof raw;
    REQUIRE(plugtls_registry_directory(registry.get(), i, &raw) == PLUGTLS_OK);
    origins.push_back(raw.origin);
    if (raw.origin == PLUGTLS_ORIGIN_SYSTEM)
      CHECK(std::string(raw.path) == "/etc/plugtls/backends.d");
    if (raw.origin == PLUGTLS_ORIGIN_INSTALLED)
      CHECK(fs::path(raw.path) == fs::path(PLUGTLS_TEST_LIB_DIR) / "plugtls/backends.d");
    if (raw.searched == 0) CHECK(raw.detail[0] != '\0');
  }
  CHECK(origins == std::vector<uint32_t>{PLUGTLS_ORIGIN_PROGRAM, PLUGTLS_ORIGIN_ENVIRONMENT,
                                         PLUGTLS_ORIGIN_USER, PLUGTLS_ORIGIN_SYSTEM,
                                         PLUGTLS_ORIGIN_INSTALLED});
}

TEST_CASE("B2 relative and empty entries of PLUGTLS_PLUGIN_PATH are passed over", "[selection]") {
  Choice world;
  const Directory path;
  path.add_backend("newer");
  const fs::path before = fs::current_path();
  fs::current_path(path.path());
  world.environment.set("PLUGTLS_PLUGIN_PATH", ":.:relative:");
  Registry registry(Options{.flags = PLUGTLS_REGISTRY_IGNORE_CONFIG});
  for (const Candidate &one : registry.candidates())
    CHECK(one.name != "newer");
  world.environment.set("PLUGTLS_PLUGIN_PATH", ":.:" + path.path().string());
  Registry other(Options{.flags = PLUGTLS_REGISTRY_IGNORE_CONFIG});
  CHECK(other.candidate("newer").origin == PLUGTLS_ORIGIN_ENVIRONMENT);
  fs::current_path(before);
}

TEST_CASE("B2 without HOME and XDG_DATA_HOME there is still a registry", "[selection]") {
  Choice world;
  for (const char *name : {"HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"})
    world.environment.set(name, std::nullopt);
  Registry registry(Options{.flags = 0, .directories = {world.directory.path()}});
  CHECK(registry.status() == PLUGTLS_OK);
  CHECK(opened(registry, "good") == "good");
}

TEST_CASE("B2 needs choose the first backend that has them all", "[selection]") {
  Choice world;
  Registry registry(world.options());
  SECTION("met") {
    plugtls_backend *backend =
        registry.open(nullptr, {{PLUGTLS_FEATURE_TLS1_3, 0}, {PLUGTLS_FEATURE_ALPN, 0}});
    REQUIRE(backend != nullptr);
    CHECK(describe_name(backend) == "second");
  }
  SECTION("unmet by any") {
    CHECK(registry.open(nullptr, {{PLUGTLS_FEATURE_EARLY_DATA, 0}}) == nullptr);
    const std::string code = error_name(registry.open_error());
    CHECK((code == "need_unmet" || code == "backend_unusable"));
    CHECK_THAT(registry.open_error().message, ContainsSubstring("early_data"));
  }
  SECTION("unmet by the one that was named") {
    CHECK(registry.open("good", {{PLUGTLS_FEATURE_CRL, 0}}) == nullptr);
    CHECK(error_name(registry.open_error()) == "need_unmet");
    CHECK(registry.open_error().feature == PLUGTLS_FEATURE_CRL);
    CHECK_THAT(registry.open_error().message,
               ContainsSubstring("good") && ContainsSubstring("crl"));
  }
  SECTION("a partial yes counts only where the program says so") {
    CHECK(registry.open("good", {{PLUGTLS_FEATURE_CIPHER_SUITES, 0}}) == nullptr);
    CHECK(error_name(registry.open_error()) == "need_unmet");
    CHECK(registry.open("good", {{PLUGTLS_FEATURE_CIPHER_SUITES, 1}}) != nullptr);
  }
  SECTION("an unmet need leaves the backend usable") {
    CHECK(registry.open("good", {{PLUGTLS_FEATURE_CRL, 0}}) == nullptr);
    CHECK(registry.open("good") != nullptr);
  }
  SECTION("an unknown feature is met by nobody") {
    CHECK(registry.open("good", {{40000, 0}}) == nullptr);
    CHECK(error_name(registry.open_error()) == "need_unmet");
  }
}

TEST_CASE("B2 wrappers stack by name", "[selection]") {
  Choice world;
  world.directory.add_backend("layer", -1);
  Registry registry(world.options());
  CHECK(opened(registry, "layer(good)") == "layer(good)");
  CHECK(opened(registry, "layer(layer(second))") == "layer(layer(second))");
  CHECK(opened(registry, "nosuch(good)") == "backend_not_found");
  CHECK_THAT(registry.open_error().message, ContainsSubstring("nosuch"));
  CHECK(opened(registry, "layer(nosuch)") == "backend_not_found");
  CHECK_THAT(registry.open_error().message, ContainsSubstring("nosuch"));
  CHECK(opened(registry, "nosuch,layer(good)") == "layer(good)");
}

TEST_CASE("B2 a wrapper is not chosen by priority", "[selection]") {
  Choice world;
  world.directory.add_backend("layer", 1000);
  Registry registry(world.options());
  CHECK(opened(registry) == "second");
}

TEST_CASE("B2 the same library gives the same handle, in every registry", "[selection]") {
  Choice world;
  world.directory.add_backend("layer");
  Registry one(world.options()), other(world.options());
  plugtls_backend *good = one.open("good");
  REQUIRE(good != nullptr);
  CHECK(one.open("good") == good);
  CHECK(other.open("good") == good);
  CHECK(other.open("second") != good);
  plugtls_backend *layered = one.open("layer(good)");
  REQUIRE(layered != nullptr);
  CHECK(layered != good);
  CHECK(other.open("layer(good)") == layered);
}
