// SPDX-License-Identifier: Apache-2.0
// Nobody but root and the process's user may have been able to write what is loaded (docs/security.md).
#include "fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <unistd.h>

using namespace fixture;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr uid_t somebody = 65534;

// A world: <top>/above/backends.d/second.toml and <top>/above/lib/plugtls-second.so.
struct World {
  Directory top;
  Environment environment{"PLUGTLS_MOCK_MARKER", (top / "marker").string()};
  fs::path above = top.make_directory("above");
  fs::path manifests = top.make_directory("above/backends.d");
  fs::path libraries = top.make_directory("above/lib");
  fs::path library = libraries / "plugtls-second.so";
  fs::path manifest = manifests / "second.toml";

  World() {
    fs::rename(top.add_library("second"), library);
    fs::rename(top.add_manifest({.name = "second", .library = "../lib/plugtls-second.so"}),
               manifest);
  }

  Registry registry() const { return Registry(Options{.directories = {manifests}}); }

  // That the backend is refused and `culprit` is named, and that none of its code ran.
  void check_refused(const fs::path &culprit) const {
    Registry one = registry();
    REQUIRE(one.status() == PLUGTLS_OK);
    CHECK(one.open("second") == nullptr);
    CHECK_THAT(one.open_error().message, ContainsSubstring(culprit.string()));
    CHECK(error_name(one.open_error()) == "insecure_permissions");
    CHECK_FALSE(fs::exists(top / "marker"));
  }
};

// Writable by a group this process is not of. Its own group may be the user's private one, which is nobody else.
void let_group_write(const fs::path &path) {
  if (geteuid() == 0) REQUIRE(chown(path.c_str(), 0, somebody) == 0);
  const mode_t others = geteuid() == 0 ? 0 : S_IWOTH;  // who cannot give away tries the next worse
  struct stat status = {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  REQUIRE(chmod(path.c_str(), (status.st_mode & 07777) | S_IWGRP | others) == 0);
}

void chmod_or_fail(const fs::path &path, mode_t mode) {
  REQUIRE(chmod(path.c_str(), mode) == 0);
}

}  // namespace

TEST_CASE("B5 what only root and the user could write is loaded", "[permissions]") {
  const World world;
  Registry registry = world.registry();
  CHECK(registry.open("second") != nullptr);
  CAPTURE(registry.open_error().message);
  CHECK(read_file(world.top / "marker") == "second\n");
}

TEST_CASE("B5 a manifest others could write is refused", "[permissions]") {
  const World world;
  SECTION("by everybody") {
    chmod_or_fail(world.manifest, 0646);
  }
  SECTION("by a group") {
    let_group_write(world.manifest);
  }
  world.check_refused(world.manifest);
}

TEST_CASE("B5 a library others could write is refused", "[permissions]") {
  const World world;
  SECTION("by everybody") {
    chmod_or_fail(world.library, 0757);
  }
  SECTION("by a group") {
    let_group_write(world.library);
  }
  world.check_refused(world.library);
}

TEST_CASE("B5 a manifest in a directory others could write is refused", "[permissions]") {
  const World world;
  SECTION("by everybody") {
    chmod_or_fail(world.manifests, 0777);
  }
  SECTION("by a group") {
    let_group_write(world.manifests);
  }
  SECTION("sticky or not") {
    chmod_or_fail(world.manifests, 01777);
  }
  // Which of the two is told, and how, is the registry's to choose; that nothing is opened is not.
  Registry registry = world.registry();
  CHECK(registry.open("second") == nullptr);
  CHECK(registry.open_status() == PLUGTLS_FAILED);
  const std::string code = error_name(registry.open_error());
  CHECK((code == "insecure_permissions" || code == "backend_not_found"));
  CHECK_THAT(registry.open_error().message, ContainsSubstring(world.manifests.string()));
  CHECK_FALSE(fs::exists(world.top / "marker"));
}

TEST_CASE("B5 a library in a directory others could write is refused", "[permissions]") {
  const World world;
  SECTION("by everybody") {
    chmod_or_fail(world.libraries, 0777);
  }
  SECTION("by a group") {
    let_group_write(world.libraries);
  }
  world.check_refused(world.libraries);
}

TEST_CASE("B5 an ancestor others could write is refused, unless it is sticky", "[permissions]") {
  const World world;
  SECTION("plain") {
    chmod_or_fail(world.above, 0777);
    Registry registry = world.registry();
    CHECK(registry.open("second") == nullptr);
    CHECK_THAT(registry.open_error().message, ContainsSubstring(world.above.string()));
    CHECK_FALSE(fs::exists(world.top / "marker"));
  }
  SECTION("sticky: others can add to it, but not replace what is ours") {
    chmod_or_fail(world.above, 01777);
    Registry registry = world.registry();
    CHECK(registry.open("second") != nullptr);
    CAPTURE(registry.open_error().message);
  }
}

TEST_CASE("B5 what belongs to another user is refused", "[permissions]") {
  const World world;
  if (geteuid() != 0) {
    // Without root nothing can be given away; the rule's other half is that root's files are good.
    Registry registry(Options{.directories = {"/"}});
    CHECK(registry.status() == PLUGTLS_OK);
    return;
  }
  SECTION("library") {
    REQUIRE(chown(world.library.c_str(), somebody, somebody) == 0);
    world.check_refused(world.library);
  }
  SECTION("directory of the library") {
    REQUIRE(chown(world.libraries.c_str(), somebody, somebody) == 0);
    world.check_refused(world.libraries);
  }
  SECTION("manifest") {
    REQUIRE(chown(world.manifest.c_str(), somebody, somebody) == 0);
    world.check_refused(world.manifest);
  }
  SECTION("ancestor") {
    REQUIRE(chown(world.above.c_str(), somebody, somebody) == 0);
    Registry registry = world.registry();
    CHECK(registry.open("second") == nullptr);
    CHECK_THAT(registry.open_error().message, ContainsSubstring(world.above.string()));
  }
}

TEST_CASE("B5 a symbolic link is judged by what it points to", "[permissions]") {
  const World world;
  const fs::path open_place = world.top.make_directory("open", 0777);
  SECTION("a library elsewhere, where others write") {
    fs::rename(world.library, open_place / "plugtls-second.so");
    fs::create_symlink(open_place / "plugtls-second.so", world.library);
    world.check_refused(open_place);
  }
  SECTION("a manifest elsewhere, where others write") {
    fs::rename(world.manifest, open_place / "second.toml");
    fs::create_symlink(open_place / "second.toml", world.manifest);
    Registry registry = world.registry();
    CHECK(registry.open("second") == nullptr);
    CHECK_THAT(registry.open_error().message, ContainsSubstring(open_place.string()));
    CHECK_FALSE(fs::exists(world.top / "marker"));
  }
  SECTION("a link that lies in a safe place and leads to one is good") {
    fs::rename(world.library, world.above / "real.so");
    fs::create_symlink("../real.so", world.library);
    Registry registry = world.registry();
    CHECK(registry.open("second") != nullptr);
    CAPTURE(registry.open_error().message);
  }
}
