// SPDX-License-Identifier: Apache-2.0
// What is said when something goes wrong: what was asked, by whom, what exists, why it failed, what to type next.
#include "fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <string>

using namespace fixture;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

constexpr const char *advice = "; run 'plugtls doctor'";

// Manifests b0, b1, ... whose libraries are missing; all their names, with commas between.
std::string add_broken(const Directory &directory, int count) {
  std::string names;
  for (int i = 0; i < count; ++i) {
    const std::string name = "b" + std::to_string(i);
    directory.add_manifest({.name = name, .library = "gone-from-here.so"});
    names += (i == 0 ? "" : ",") + name;
  }
  return names;
}

bool says(const Registry &registry, const std::string &text) {
  return std::ranges::any_of(registry.log(), [&](const std::string &line) {
    return line.find(text) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("B1 a backend that does not exist: who asked, for what, what exists, what next",
          "[messages]") {
  const Directory directory;
  directory.add_backend("good");
  directory.add_backend("second");
  SECTION("the program") {
    Registry registry(directory);
    CHECK(registry.open("nosuch") == nullptr);
    CHECK(std::string(registry.open_error().message) ==
          "backend 'nosuch', asked for by the program, cannot be used: there is no backend "
          "'nosuch'; installed: good, second; run 'plugtls doctor'");
  }
  SECTION("the environment") {
    const Environment environment("PLUGTLS_BACKEND", "nosuch");
    Registry registry(
        Options{.flags = PLUGTLS_REGISTRY_ONLY_DIRECTORIES | PLUGTLS_REGISTRY_IGNORE_CONFIG,
                .directories = {directory.path()}});
    CHECK(registry.open(nullptr) == nullptr);
    CHECK(std::string(registry.open_error().message) ==
          "backend 'nosuch', asked for by $PLUGTLS_BACKEND, cannot be used: there is no backend "
          "'nosuch'; installed: good, second; run 'plugtls doctor'");
  }
  SECTION("the configuration") {
    const fs::path file = directory.write("c.toml", "backend = \"nosuch\"\n");
    Registry registry(Options{.flags = PLUGTLS_REGISTRY_ONLY_DIRECTORIES,
                              .directories = {directory.path()},
                              .config_file = file.string()});
    CHECK(registry.open(nullptr) == nullptr);
    CHECK_THAT(registry.open_error().message,
               StartsWith("backend 'nosuch', asked for by the configuration (" + file.string() +
                          ", backend), cannot be used: there is no backend 'nosuch'") &&
                   EndsWith(advice));
  }
}

TEST_CASE("B1 a long list of reasons leaves room for what to do", "[messages]") {
  const Directory directory;
  SECTION("every reason, each cut alike") {
    const std::string names = add_broken(directory, 6);
    Registry registry(directory);
    CHECK(registry.open(names.c_str()) == nullptr);
    const std::string message = registry.open_error().message;
    CAPTURE(message);
    for (int i = 0; i < 6; ++i)
      CHECK_THAT(message, ContainsSubstring(" b" + std::to_string(i) + ": library "));
    CHECK_THAT(message, EndsWith(advice));
  }
  SECTION("as many reasons as there is room for") {
    const std::string names = add_broken(directory, 400);
    Registry registry(directory);
    CHECK(registry.open(names.c_str()) == nullptr);
    const std::string message = registry.open_error().message;
    CAPTURE(message);
    CHECK_THAT(message, ContainsSubstring(" b0: library ") && ContainsSubstring("; and ") &&
                            EndsWith(std::string(" more") + advice));
  }
  SECTION("a long list of what exists") {
    add_broken(directory, 300);
    Registry registry(directory);
    CHECK(registry.open("nosuch") == nullptr);
    CHECK_THAT(registry.open_error().message, ContainsSubstring("installed: b0, b1, b10, ") &&
                                                  EndsWith(std::string("...") + advice));
  }
  SECTION("a long path") {
    std::string deep;
    for (int i = 0; i < 20; ++i)
      deep += "/" + std::string(40, 'd');
    Registry registry(Options{.directories = {directory.path().string() + deep}});
    CHECK(registry.open(nullptr) == nullptr);
    CHECK_THAT(registry.open_error().message, EndsWith(std::string("...") + advice));
  }
  SECTION("a long stack of wrappers") {
    const std::string layer(31, 'l');
    std::string names = "nosuch";
    for (int i = 0; i < 7; ++i)
      names.insert(0, layer + "(").append(")");
    Registry registry(directory);
    CHECK(registry.open(names.c_str()) == nullptr);
    CHECK_THAT(registry.open_error().message,
               StartsWith("backend 'lll") && ContainsSubstring("asked for by the program") &&
                   ContainsSubstring("there is no backend '" + layer + "'") && EndsWith(advice));
  }
}

TEST_CASE("B1 a message is not cut within a character", "[messages]") {
  const Directory directory;
  // Each of these characters has two bytes; one of the two directories cuts at an odd place.
  for (const char *begin : {"", "x"}) {
    std::string deep = "/" + std::string(begin);
    for (int i = 0; i < 400; ++i)
      deep += "\xc3\xbc";
    Registry registry(Options{.directories = {directory.path().string() + deep}});
    CHECK(registry.open(nullptr) == nullptr);
    const std::string message = registry.open_error().message;
    const size_t cut = message.find("...");
    REQUIRE(cut != std::string::npos);
    CHECK(message.substr(cut - 2, 2) == "\xc3\xbc");
  }
}

TEST_CASE("B1 a library that is missing is named, and how to find it", "[messages]") {
  const Directory directory;
  directory.add_backend("missing_dependency");
  Registry registry(directory);
  CHECK(registry.open("missing-dependency") == nullptr);
  CHECK(error_name(registry.open_error()) == "load");
  CHECK(std::string(registry.open_error().message) ==
        "backend 'missing-dependency', asked for by the program, cannot be used: " +
            (directory / "plugtls-missing-dependency.so").string() +
            " needs libmock_gone.so, which is not installed; find the package that has it by: "
            "apt-file search libmock_gone.so; run 'plugtls doctor'");
}

TEST_CASE("B1 a manifest's unknown keys are told, and do no harm", "[messages]") {
  const Directory directory;
  directory.add_backend("good", {}, "colour = \"blue\"\nsha265 = \"misspelt\"\n[later]\nx = 1");
  Registry registry(directory);
  CHECK(registry.open("good") != nullptr);
  const std::string manifest = (directory / "good.toml").string();
  CHECK(says(registry, manifest + ": line 5: colour is a key that this libplugtls does not know"));
  CHECK(says(registry, manifest + ": line 6: sha265 is a key"));
  CHECK(says(registry, manifest + ": line 7: later is a key"));
  CHECK_FALSE(says(registry, "library is a key"));
}

TEST_CASE("B1 a configuration's unknown keys are told, and do no harm", "[messages]") {
  const Directory directory;
  directory.add_backend("good");
  const fs::path file =
      directory.write("c.toml",
                      "bakend = \"second\"\nbackend = \"good\"\n[application.mailer]\ncolour = 1\n"
                      "[application.other]\nnot-looked-at = 1\n");
  Registry registry(Options{.flags = PLUGTLS_REGISTRY_ONLY_DIRECTORIES,
                            .directories = {directory.path()},
                            .application = "mailer",
                            .config_file = file.string()});
  CHECK(registry.open(nullptr) != nullptr);
  CHECK(says(registry, file.string() + ": line 1: bakend is a key that this libplugtls does not"));
  CHECK(says(registry, file.string() + ": line 4: colour is a key"));
  CHECK_FALSE(says(registry, "not-looked-at"));
}

TEST_CASE("B1 a section of the configuration that is none is an error", "[messages]") {
  const Directory directory;
  const std::string text = GENERATE("application = \"mailer\"\n", "[application]\nmailer = \"x\"\n",
                                    "[[application]]\nname = \"mailer\"\n");
  const fs::path file = directory.write("c.toml", text);
  Registry registry(Options{.flags = PLUGTLS_REGISTRY_ONLY_DIRECTORIES,
                            .application = "mailer",
                            .config_file = file.string()});
  CHECK(registry.status() == PLUGTLS_FAILED);
  CHECK(error_name(registry.error()) == "configuration_file");
  CHECK_THAT(registry.error().message, ContainsSubstring("must be a section"));
}

TEST_CASE("S26 control characters reach neither the log nor the fate of a candidate",
          "[messages]") {
  const Directory directory;
  directory.add_backend("good", {}, "\"col\\u001bour\" = 1");
  directory.write("bad\x1b[2J.toml", "garbage = = =");
  Registry registry(directory);
  CHECK(registry.open("good") != nullptr);
  CHECK(says(registry, "line 5: col?our is a key"));
  CHECK(says(registry, "bad?[2J"));
  for (const std::string &line : registry.log())
    CHECK(line.find('\x1b') == std::string::npos);
  for (const Candidate &candidate : registry.candidates())
    CHECK(candidate.detail.find('\x1b') == std::string::npos);
}
