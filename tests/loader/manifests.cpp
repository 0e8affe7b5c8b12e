// SPDX-License-Identifier: Apache-2.0
// Manifests: what is read, what is refused, and that reading them opens no library.
#include "fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <sys/resource.h>

#include <fstream>
#include <set>

using namespace fixture;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string well_formed =
    "manifest_version = 1\nname = \"second\"\nlibrary = \"plugtls-second.so\"\nabi = 1\n";

struct BadManifest {
  std::string what, text, reason;
};

std::vector<BadManifest> bad_manifests() {
  const auto with = [](std::string_view from, std::string_view to) {
    std::string text = well_formed;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  return {
      {"no TOML", "name = = \"second\"\n", "second.toml"},
      {"empty", "", ""},
      {"not UTF-8", well_formed + "description = \"\xff\xfe\"\n", "second.toml"},
      {"NUL bytes", well_formed + std::string(3, '\0'), "second.toml"},
      {"huge", well_formed + "# " + std::string(70000, 'x') + "\n", ""},
      {"deeply nested",
       well_formed + "deep = " + std::string(20000, '[') + std::string(20000, ']') + "\n", ""},
      {"no name", with("name = \"second\"\n", ""), "name"},
      {"name is a number", with("\"second\"", "2"), "name"},
      {"name with a way up", with("\"second\"", "\"../second\""), "name"},
      {"name with a slash", with("\"second\"", "\"a/second\""), "name"},
      {"name with capitals", with("\"second\"", "\"Second\""), "name"},
      {"name with a line feed", with("\"second\"", "\"second\\n\""), "name"},
      {"name too long", with("\"second\"", "\"" + std::string(32, 's') + "\""), "name"},
      {"empty name", with("\"second\"", "\"\""), "name"},
      {"name is not the file's", with("\"second\"", "\"third\""), "third"},
      {"no library", with("library = \"plugtls-second.so\"\n", ""), "library"},
      {"empty library", with("\"plugtls-second.so\"", "\"\""), "library"},
      {"library is a list", with("\"plugtls-second.so\"", "[\"plugtls-second.so\"]"), "library"},
      {"library with a NUL", with("second.so\"", "second.so\\u0000\""), "library"},
      {"no ABI", with("abi = 1\n", ""), "abi"},
      {"ABI is text", with("abi = 1", "abi = \"1\""), "abi"},
      {"ABI is negative", with("abi = 1", "abi = -1"), "abi"},
      {"no manifest version", with("manifest_version = 1\n", ""), "manifest_version"},
      {"a later manifest version", with("manifest_version = 1", "manifest_version = 2"),
       "manifest_version"},
      {"priority is text", well_formed + "priority = \"high\"\n", "priority"},
      {"priority beyond all bounds", well_formed + "priority = 99999999999999\n", "priority"},
      {"isolation unknown", well_formed + "isolation = \"magic\"\n", "isolation"},
      {"sha256 is no digest", well_formed + "sha256 = \"abc\"\n", "sha256"},
      {"sha256 is a number", well_formed + "sha256 = 12\n", "sha256"},
      {"description is a number", well_formed + "description = 12\n", "description"},
  };
}

}  // namespace

TEST_CASE("B5 a malformed manifest is refused and still occupies its name", "[manifest]") {
  const std::vector<BadManifest> all = bad_manifests();
  const BadManifest bad = GENERATE_REF(from_range(all));
  CAPTURE(bad.what);
  const Directory first, later;
  Environment environment("PLUGTLS_MOCK_MARKER", (first / "marker").string());
  first.add_library("second");
  first.write("second.toml", bad.text);
  later.add_backend("second");

  Registry registry(Options{.directories = {first.path(), later.path()}});
  REQUIRE(registry.status() == PLUGTLS_OK);
  CHECK(registry.open("second") == nullptr);
  CAPTURE(registry.open_error().message);
  CHECK(error_name(registry.open_error()) == "manifest");
  CHECK_THAT(registry.open_error().message, ContainsSubstring((first / "second.toml").string()));
  CHECK_THAT(registry.open_error().message, ContainsSubstring(bad.reason));
  CHECK(std::string_view(registry.open_error().message).find('\n') == std::string_view::npos);
  CHECK_FALSE(fs::exists(first / "marker"));
}

TEST_CASE("B5 the well-formed manifest those are made from is good", "[manifest]") {
  const Directory directory;
  directory.add_library("second");
  directory.write("second.toml", well_formed);
  Registry registry(directory);
  CHECK(registry.open("second") != nullptr);
  CAPTURE(registry.open_error().message);
}

TEST_CASE("B5 a manifest of another ABI major is refused before its library is looked at",
          "[manifest]") {
  const Directory directory;
  directory.add_manifest({.name = "second", .library = "plugtls-second.so", .abi = 9});
  Registry registry(directory);
  CHECK(registry.open("second") == nullptr);
  CAPTURE(registry.open_error().message);
  CHECK(error_name(registry.open_error()) == "abi");
}

TEST_CASE("B5 a manifest that is no regular file is refused", "[manifest]") {
  const Directory directory;
  const fs::path manifest = directory / "second.toml";
  SECTION("a link to itself") {
    fs::create_symlink("second.toml", manifest);
  }
  SECTION("two links in a circle") {
    fs::create_symlink("other", manifest);
    fs::create_symlink("second.toml", directory / "other");
  }
  SECTION("a link to nothing") {
    fs::create_symlink("nothing", manifest);
  }
  SECTION("a directory") {
    fs::create_directory(manifest);
  }
  SECTION("a pipe, which would block a reader") {
    REQUIRE(mkfifo(manifest.c_str(), 0600) == 0);
  }
  SECTION("a device") {
    fs::create_symlink("/dev/zero", manifest);
  }
  Registry registry(directory);
  REQUIRE(registry.status() == PLUGTLS_OK);
  CHECK(registry.open("second") == nullptr);
  CAPTURE(registry.open_error().message);
  CHECK(registry.open_status() == PLUGTLS_FAILED);
  CHECK_THAT(registry.open_error().message, ContainsSubstring("second"));
}

TEST_CASE("B5 a directory that is a link to itself is passed over", "[manifest]") {
  const Directory directory;
  fs::create_symlink("loop", directory / "loop");
  directory.add_backend("second");
  Registry registry(Options{.directories = {directory / "loop", directory.path()}});
  REQUIRE(registry.status() == PLUGTLS_OK);
  CHECK(registry.open("second") != nullptr);
  plugtls_search_directory raw = {};
  raw.size = sizeof raw;
  REQUIRE(plugtls_registry_directory_count(registry.get()) >= 2);
  REQUIRE(plugtls_registry_directory(registry.get(), 0, &raw) == PLUGTLS_OK);
  CHECK(raw.searched == 0);
  CHECK(raw.detail[0] != '\0');
}

TEST_CASE("B5 the library's path may lead up and is resolved", "[manifest]") {
  const Directory top;
  const fs::path manifests = top.make_directory("backends.d");
  top.add_library("second");
  top.write("backends.d/second.toml",
            Manifest{.name = "second", .library = "../plugtls-second.so"}.text());
  Registry registry(Options{.directories = {manifests}});
  plugtls_backend *backend = registry.open("second");
  CAPTURE(registry.open_error().message);
  REQUIRE(backend != nullptr);
  plugtls_backend_description description = {};
  description.size = sizeof description;
  plugtls_backend_describe(backend, &description);
  CHECK(std::string(description.path) == (top / "plugtls-second.so").string());
  CHECK(std::string(description.manifest) == (manifests / "second.toml").string());
  CHECK(registry.candidate("second").library == (top / "plugtls-second.so").string());
}

TEST_CASE("B5 a library that does not exist is an error that names it", "[manifest]") {
  const Directory directory;
  directory.add_manifest({.name = "second", .library = "plugtls-second.so"});
  SECTION("nothing there") {}
  SECTION("a link to nothing") {
    fs::create_symlink("nothing", directory / "plugtls-second.so");
  }
  SECTION("a link to itself") {
    fs::create_symlink("plugtls-second.so", directory / "plugtls-second.so");
  }
  Registry registry(directory);
  CHECK(registry.open("second") == nullptr);
  CAPTURE(registry.open_error().message);
  CHECK_THAT(registry.open_error().message, ContainsSubstring("plugtls-second.so"));
  const std::string code = error_name(registry.open_error());
  CHECK((code == "load" || code == "file"));
}

TEST_CASE("B5 of two manifests of a name the first wins and the second stays visible",
          "[manifest]") {
  const Directory first, second;
  first.add_backend("good");
  second.add_backend("good");
  Registry registry(Options{.directories = {first.path(), second.path()}});
  const std::vector<Candidate> all = registry.candidates();
  REQUIRE(all.size() == 2);
  CHECK(all[0].stage == PLUGTLS_STAGE_FOUND);
  CHECK(all[0].manifest == (first / "good.toml").string());
  CHECK(all[1].stage == PLUGTLS_STAGE_SHADOWED);
  CHECK(all[1].manifest == (second / "good.toml").string());
  CHECK_THAT(all[1].detail, ContainsSubstring((first / "good.toml").string()));

  plugtls_backend *backend = registry.open("good");
  REQUIRE(backend != nullptr);
  CHECK(registry.candidates()[0].stage == PLUGTLS_STAGE_OPENED);
  CHECK(registry.candidates()[1].stage == PLUGTLS_STAGE_SHADOWED);
}

TEST_CASE("B5 listing and resolving open no library", "[manifest]") {
  const Directory directory;
  Environment environment("PLUGTLS_MOCK_MARKER", (directory / "marker").string());
  directory.add_backend("good", 1);
  directory.add_backend("second", 2);
  directory.add_backend("layer", 3);
  directory.add_backend("anchor_foreign", 4);
  Registry registry(directory);
  CHECK(registry.candidates().size() == 4);
  CHECK(registry.resolve(nullptr).size() >= 3);
  CHECK(registry.resolve("layer(good)").size() == 1);
  CHECK_FALSE(fs::exists(directory / "marker"));
  // The marker is able to tell.
  REQUIRE(registry.open("good") != nullptr);
  CHECK(read_file(directory / "marker") == "good\n");
}

TEST_CASE("B5 files that are no manifests are not looked at", "[manifest]") {
  const Directory directory;
  directory.add_backend("good");
  directory.write("README", "hello");
  directory.write("good.toml~", "garbage = = =");
  directory.write("good.toml.dpkg-dist", "garbage = = =");
  directory.write(".hidden.toml", "garbage = = =");
  Registry registry(directory);
  for (const Candidate &candidate : registry.candidates())
    CHECK(candidate.name == "good");
  CHECK(registry.open("good") != nullptr);
}

TEST_CASE("B5 a directory of thousands of manifests is read", "[manifest]") {
  const Directory directory;
  directory.add_backend("good");
  for (int i = 0; i < 2000; ++i) {
    const std::string name = "b" + std::to_string(i);
    directory.write(name + ".toml", Manifest{.name = name, .library = "gone.so"}.text());
  }
  Registry registry(directory);
  CHECK(registry.candidates().size() == 2001);
  CHECK(registry.open("good") != nullptr);
}

TEST_CASE("B5 a right sha256 is accepted and a wrong one refused", "[manifest]") {
  const Directory directory;
  Environment environment("PLUGTLS_MOCK_MARKER", (directory / "marker").string());
  const fs::path library = directory.add_library("second");
  const std::string command =
      "sha256sum < '" + library.string() + "' > '" + (directory / "sum").string() + "'";
  REQUIRE(std::system(command.c_str()) == 0);
  std::string sum = read_file(directory / "sum").substr(0, 64);
  REQUIRE(sum.size() == 64);
  const auto write = [&] {
    directory.add_manifest(
        {.name = "second", .library = "plugtls-second.so", .rest = "sha256 = \"" + sum + "\""});
  };

  SECTION("right") {
    write();
    Registry registry(directory);
    CHECK(registry.open("second") != nullptr);
    CAPTURE(registry.open_error().message);
  }
  SECTION("wrong in the last digit") {
    sum.back() = sum.back() == '0' ? '1' : '0';
    write();
    Registry registry(directory);
    CHECK(registry.open("second") == nullptr);
    CHECK(error_name(registry.open_error()) == "digest");
    CHECK_THAT(registry.open_error().message, ContainsSubstring("plugtls-second.so"));
    CHECK_FALSE(fs::exists(directory / "marker"));
  }
  SECTION("the library was changed afterwards") {
    write();
    std::ofstream(library, std::ios::app) << 'x';
    Registry registry(directory);
    CHECK(registry.open("second") == nullptr);
    CHECK(error_name(registry.open_error()) == "digest");
    CHECK_FALSE(fs::exists(directory / "marker"));
  }
}

#ifndef PLUGTLS_SANITIZED
TEST_CASE("B18 a backend may ask for deepbind", "[manifest]") {
  const Directory directory;
  directory.add_backend("second", {}, "isolation = \"deepbind\"");
  Registry registry(directory);
  CHECK(registry.candidate("second").isolation == "deepbind");
  CHECK(registry.open("second") != nullptr);
}
#endif
