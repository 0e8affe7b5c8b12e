// SPDX-License-Identifier: Apache-2.0
// A privileged process listens to nobody: environment and user's files are ignored in it (docs/security.md).
#include "fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <sys/statvfs.h>
#include <sys/wait.h>

#include <unistd.h>

using namespace fixture;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr uid_t nobody = 65534;
constexpr uid_t somebody = 65533;  // owner of the set-user-ID copy

// Runs the probe as user nobody; its standard output.
std::string run_as_nobody(const fs::path &probe) {
  int ends[2] = {-1, -1};
  REQUIRE(pipe(ends) == 0);
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    if (geteuid() == 0 && (setgid(nobody) != 0 || setuid(nobody) != 0)) _exit(100);
    execl(probe.c_str(), probe.c_str(), nullptr);
    _exit(101);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t size; (size = read(ends[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(size));
  close(ends[0]);
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  INFO(text);
  CHECK(status == 0);
  return text;
}

// Everything an unprivileged user could set up to be listened to.
struct World {
  Directory directory;
  Environment environment;
  fs::path probe = directory / "probe";

  World() {
    const fs::path path = directory.make_directory("path");
    const fs::path user = directory.make_directory("data/plugtls/backends.d");
    const fs::path config = directory.make_directory("config/plugtls");
    fs::copy_file(mock_library("good"), path / "plugtls-good.so");
    directory.write("path/good.toml",
                    Manifest{.name = "good", .library = "plugtls-good.so"}.text());
    fs::copy_file(mock_library("second"), user / "plugtls-second.so");
    directory.write("data/plugtls/backends.d/second.toml",
                    Manifest{.name = "second", .library = "plugtls-second.so"}.text());
    directory.write("config/plugtls/config.toml", "backend = \"second\"\n");
    environment.set("PLUGTLS_PLUGIN_PATH", path.string());
    environment.set("PLUGTLS_BACKEND", "good");
    environment.set("PLUGTLS_CONFIG", std::nullopt);
    environment.set("PLUGTLS_LOG", std::nullopt);
    environment.set("HOME", directory.path());
    environment.set("XDG_DATA_HOME", (directory / "data").string());
    environment.set("XDG_CONFIG_HOME", (directory / "config").string());
    fs::copy_file(PLUGTLS_TEST_SET_ID_PROBE, probe);
  }
};

bool set_id_is_honoured(const fs::path &path) {
  struct statvfs information = {};
  return geteuid() == 0 && statvfs(path.c_str(), &information) == 0 &&
         (information.f_flag & ST_NOSUID) == 0;
}

void check_listens(const std::string &said) {
  CHECK_THAT(said, ContainsSubstring("privileged 0"));
  CHECK_THAT(said, ContainsSubstring("candidate good origin 2"));
  CHECK_THAT(said, ContainsSubstring("candidate second origin 3"));
  CHECK_THAT(said, ContainsSubstring("rule 2 good"));
}

void check_deaf(const std::string &said) {
  CHECK_THAT(said, ContainsSubstring("privileged 1"));
  CHECK_THAT(said, !ContainsSubstring("candidate good") && !ContainsSubstring("candidate second"));
  CHECK_THAT(said, !ContainsSubstring("directory origin 2") &&
                       !ContainsSubstring("directory origin 3 searched 1"));
  CHECK_THAT(said, ContainsSubstring("rule 4"));
}

}  // namespace

TEST_CASE("B5 an ordinary process listens to environment and user", "[set-id]") {
  const World world;
  REQUIRE(chmod(world.probe.c_str(), 0755) == 0);
  check_listens(run_as_nobody(world.probe));
}

TEST_CASE("B5 a process that is told it is privileged does not", "[set-id]") {
  const World world;
  // Where user nobody can reach it: the build tree may be in a home that is closed to others.
  const fs::path probe = world.directory / "simulated";
  fs::copy_file(PLUGTLS_TEST_SIMULATED_PROBE, probe);
  REQUIRE(chmod(probe.c_str(), 0755) == 0);
  check_deaf(run_as_nobody(probe));
}

TEST_CASE("B5 a set-user-ID process does not", "[set-id]") {
  const World world;
  if (!set_id_is_honoured(world.directory.path())) {
    // Where user nobody can reach it: the build tree may be in a home that is closed to others.
    const fs::path probe = world.directory / "simulated";
    fs::copy_file(PLUGTLS_TEST_SIMULATED_PROBE, probe);
    REQUIRE(chmod(probe.c_str(), 0755) == 0);
    check_deaf(run_as_nobody(probe));
    return;
  }
  REQUIRE(chown(world.probe.c_str(), somebody, somebody) == 0);
  REQUIRE(chmod(world.probe.c_str(), 04755) == 0);
  check_deaf(run_as_nobody(world.probe));
}

TEST_CASE("B5 a set-group-ID process does not", "[set-id]") {
  const World world;
  if (!set_id_is_honoured(world.directory.path())) {
    // Where user nobody can reach it: the build tree may be in a home that is closed to others.
    const fs::path probe = world.directory / "simulated";
    fs::copy_file(PLUGTLS_TEST_SIMULATED_PROBE, probe);
    REQUIRE(chmod(probe.c_str(), 0755) == 0);
    check_deaf(run_as_nobody(probe));
    return;
  }
  REQUIRE(chown(world.probe.c_str(), somebody, somebody) == 0);
  REQUIRE(chmod(world.probe.c_str(), 02755) == 0);
  check_deaf(run_as_nobody(world.probe));
}
