// SPDX-License-Identifier: Apache-2.0
// Files and backends that break the contract: each is refused with its code, a message that names the file and the
// reason, and the process, and the registry, go on.
#include "fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

using namespace fixture;
using Catch::Matchers::ContainsSubstring;

namespace {

struct Refusal {
  const char *variant;
  int32_t code;
  const char *reason;  // part of the message
  bool code_may_run;   // whether its constructor may have run
};

std::ostream &operator<<(std::ostream &out, const Refusal &refusal) {
  return out << refusal.variant;
}

const Refusal variants[] = {
    {"no_note", PLUGTLS_E_NOT_A_BACKEND, "note", false},
    {"note_major", PLUGTLS_E_ABI, "9", false},
    {"note_name", PLUGTLS_E_NOT_A_BACKEND, "somebody", false},
    {"no_entry", PLUGTLS_E_NOT_A_BACKEND, "plugtls_backend_entry", true},
    {"missing_dependency", PLUGTLS_E_LOAD, "libmock_gone.so", false},
    {"entry_fails", PLUGTLS_E_BACKEND_REFUSED, "built against Toy 4.5.6, found Toy 1.0.0", true},
    {"entry_fails_silently", PLUGTLS_E_BACKEND_REFUSED, "", true},
    {"entry_writes_nothing", PLUGTLS_E_BACKEND_BROKEN, "table", true},
    {"entry_odd_status", PLUGTLS_E_BACKEND_REFUSED, "", true},
    {"null_table", PLUGTLS_E_BACKEND_BROKEN, "table", true},
    {"table_major", PLUGTLS_E_ABI, "9", true},
    {"table_short", PLUGTLS_E_BACKEND_BROKEN, "handshake", true},
    {"table_zero", PLUGTLS_E_BACKEND_BROKEN, "size", true},
    {"table_garbage", PLUGTLS_E_BACKEND_BROKEN, "size", true},
    {"export_garbage", PLUGTLS_E_BACKEND_BROKEN, "size", true},
    {"null_handshake", PLUGTLS_E_BACKEND_BROKEN, "handshake", true},
    {"null_info", PLUGTLS_E_BACKEND_BROKEN, "info", true},
    {"null_exporter", PLUGTLS_E_BACKEND_BROKEN, "'export_keying_material'", true},
    {"null_session_free", PLUGTLS_E_BACKEND_BROKEN, "'session_free'", true},
    {"short_of_verify_chain", PLUGTLS_E_BACKEND_BROKEN, "'verify_chain'", true},
    {"info_fails", PLUGTLS_E_BACKEND_BROKEN, "info", true},
    {"info_null", PLUGTLS_E_BACKEND_BROKEN, "name", true},
    {"info_name", PLUGTLS_E_BACKEND_BROKEN, "somebody", true},
    {"anchors_null", PLUGTLS_E_BACKEND_BROKEN, "anchor", true},
    {"anchor_address_null", PLUGTLS_E_BACKEND_BROKEN, "anchor", true},
    {"anchor_foreign", PLUGTLS_E_SYMBOL_INTERPOSED, "libplugtls.so", true},
};

// That `name` is refused so, whether named or chosen by priority, and that the process goes on.
void check_refused(const Directory &directory, const std::string &name, int32_t code,
                   const std::string &reason, const std::string &path) {
  Registry registry(directory);
  REQUIRE(registry.status() == PLUGTLS_OK);

  CHECK(registry.open(name.c_str()) == nullptr);
  CHECK(registry.open_status() == PLUGTLS_FAILED);
  CHECK(error_name(registry.open_error()) == plugtls_error_name(code));
  CHECK_THAT(std::string(registry.open_error().message),
             ContainsSubstring(name) && ContainsSubstring(reason));

  const Candidate candidate = registry.candidate(name);
  CHECK(candidate.stage == PLUGTLS_STAGE_REFUSED);
  CHECK(std::string(plugtls_error_name(candidate.code)) == plugtls_error_name(code));
  CHECK_THAT(candidate.detail, ContainsSubstring(reason));
  CHECK_THAT(candidate.library + candidate.detail, ContainsSubstring(path));

  // A second try gives the same answer.
  CHECK(registry.open(name.c_str()) == nullptr);
  CHECK(error_name(registry.open_error()) == plugtls_error_name(code));

  // What can be used is still used.
  if (!fs::exists(directory / "good.toml")) directory.add_backend("good");
  Registry other(directory);
  CHECK(other.open("good") != nullptr);
}

}  // namespace

TEST_CASE("B5 a backend that breaks the contract is refused with a reason", "[refusal]") {
  const Refusal refusal = GENERATE(from_range(variants));
  CAPTURE(refusal.variant);
  const Directory directory;
  Environment environment("PLUGTLS_MOCK_MARKER", (directory / "marker").string());
  directory.add_backend(refusal.variant);
  const std::string name = backend_name(refusal.variant);

  check_refused(directory, name, refusal.code, refusal.reason, "plugtls-" + name + ".so");

  const bool ran = read_file(directory / "marker").find(name + "\n") != std::string::npos;
  if (!refusal.code_may_run) CHECK_FALSE(ran);
}

TEST_CASE("B5 an entry function inherited from a dependency is not the backend's own",
          "[refusal]") {
  const Directory directory;
  Environment environment("PLUGTLS_MOCK_MARKER", (directory / "marker").string());
  directory.add_backend("inherits");
  fs::copy_file(fs::path(PLUGTLS_TEST_MOCK_DIR) / "dependencies" / "libmock_inherited.so",
                directory / "libmock_inherited.so");
  check_refused(directory, "inherits", PLUGTLS_E_NOT_A_BACKEND, "libmock_inherited.so",
                "plugtls-inherits.so");
}

TEST_CASE("B5 a wrapper without an inner backend refuses, and so does a backend that is given one",
          "[refusal]") {
  const Directory directory;
  directory.add_backend("layer");
  directory.add_backend("good");
  directory.add_backend("second");
  Registry registry(directory);

  CHECK(registry.open("layer") == nullptr);
  CHECK(error_name(registry.open_error()) == "backend_refused");
  CHECK_THAT(registry.open_error().message, ContainsSubstring("nothing to wrap"));

  CHECK(registry.open("second(good)") == nullptr);
  CHECK(error_name(registry.open_error()) == "backend_refused");
  CHECK_THAT(registry.open_error().message, ContainsSubstring("something to wrap"));
}

namespace {

using Corruption = void (*)(const fs::path &library);

void overwrite(const fs::path &library, std::streamoff at, const std::string &bytes) {
  std::fstream file(library, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file << bytes;
}

struct BadFile {
  const char *what;
  Corruption corrupt;
};

// What stands where the library should be. Each begins as a copy of the good one.
const BadFile bad_files[] = {
    {"an empty file", [](const fs::path &library) { fs::resize_file(library, 0); }},
    {"a file of one byte", [](const fs::path &library) { fs::resize_file(library, 1); }},
    {"a text", [](const fs::path &library) { std::ofstream(library) << "#!/bin/sh\nexit 0\n"; }},
    {"a truncated ELF header", [](const fs::path &library) { fs::resize_file(library, 40); }},
    {"an ELF header alone", [](const fs::path &library) { fs::resize_file(library, 64); }},
    {"an ELF file cut in its headers",
     [](const fs::path &library) { fs::resize_file(library, 100); }},
    {"an ELF file of another machine",
     [](const fs::path &library) { overwrite(library, 18, "\xf3\x7e"); }},
    {"a 32-bit ELF file", [](const fs::path &library) { overwrite(library, 4, "\x01"); }},
    {"an ELF file of the other byte order",
     [](const fs::path &library) {
       overwrite(library, 5, std::string(1, sizeof(void *) ? '\x02' : '\x01'));
     }},
    {"an ELF file whose program headers lie beyond its end",
     [](const fs::path &library) {
       overwrite(library, 32, std::string("\xff\xff\xff\xff\xff\xff\xff\x7f", 8));
     }},
    {"an ELF file with a garbage number of headers",
     [](const fs::path &library) { overwrite(library, 56, "\xff\xff"); }},
    {"an ELF file with program headers of no size",
     [](const fs::path &library) { overwrite(library, 54, std::string(2, '\0')); }},
    {"a directory",
     [](const fs::path &library) {
       fs::remove(library);
       fs::create_directory(library);
     }},
};

}  // namespace

TEST_CASE("B5 what is not a library for this machine is refused before it is opened", "[refusal]") {
  const BadFile bad = GENERATE(from_range(bad_files));
  CAPTURE(bad.what);
  const Directory directory;
  Environment environment("PLUGTLS_MOCK_MARKER", (directory / "marker").string());
  directory.add_backend("second");
  bad.corrupt(directory / "plugtls-second.so");

  Registry registry(directory);
  CHECK(registry.open("second") == nullptr);
  CAPTURE(registry.open_error().message);
  const std::string code = error_name(registry.open_error());
  CHECK((code == "not_a_backend" || code == "load" || code == "file"));
  CHECK_THAT(registry.candidate("second").library, ContainsSubstring("plugtls-second.so"));
  CHECK_FALSE(fs::exists(directory / "marker"));
}

TEST_CASE("B5 an ELF file cut at any place is refused and takes nothing down", "[refusal]") {
  // Behind the program headers lie note, symbols, code: the note reader, and then the linker, must notice.
  const uintmax_t whole = fs::file_size(mock_library("second"));
  const Directory directory;
  directory.add_manifest({.name = "second", .library = "plugtls-second.so"});
  for (uintmax_t part = 0; part < 24; ++part) {
    fs::remove(directory / "plugtls-second.so");
    directory.add_library("second");
    // The last eighth holds sections that loading does not need.
    fs::resize_file(directory / "plugtls-second.so", whole * part / 32);
    Registry registry(directory);
    INFO("cut to " << whole * part / 32 << " of " << whole << " bytes");
    plugtls_backend *backend = registry.open("second");
    if (backend == nullptr) {
      CHECK(registry.open_error().code != PLUGTLS_E_NONE);
      CHECK(registry.open_error().message[0] != '\0');
    } else {
      CHECK(describe_name(backend) == "second");  // what was cut off was not needed
    }
  }
  CHECK(Registry(directory).status() == PLUGTLS_OK);
}

TEST_CASE("B5 a note that says it is larger than its segment is refused", "[refusal]") {
  const Directory directory;
  Environment environment("PLUGTLS_MOCK_MARKER", (directory / "marker").string());
  directory.add_backend("second");
  const fs::path library = directory / "plugtls-second.so";
  const std::string image = read_file(library);
  const size_t owner = image.find(std::string("plugtls\0", 8) + std::string("\x01\0\0\0", 4));
  REQUIRE(owner != std::string::npos);
  const std::string huge("\xff\xff\xff\xff", 4);
  const auto header = static_cast<std::streamoff>(owner) - 12;

  SECTION("its owner") {
    overwrite(library, header, huge);
  }
  SECTION("its description") {
    overwrite(library, header + 4, huge);
  }
  SECTION("its type is another") {
    overwrite(library, header + 8, std::string("\x02\0\0\0", 4));
  }
  SECTION("its description has no name") {
    overwrite(library, header + 4, std::string("\x04\0\0\0", 4));
  }
  SECTION("its name does not end") {
    overwrite(library, static_cast<std::streamoff>(owner) + 12, std::string("second\x01\x01", 8));
  }

  Registry registry(directory);
  CHECK(registry.open("second") == nullptr);
  CHECK(error_name(registry.open_error()) == "not_a_backend");
  CHECK_FALSE(fs::exists(directory / "marker"));
}

TEST_CASE("B5 backends that lack what is optional are good", "[refusal]") {
  const std::string variant = GENERATE("no_optional", "required_only", "newer");
  CAPTURE(variant);
  const Directory directory;
  directory.add_backend(variant);
  Registry registry(directory);
  plugtls_backend *backend = registry.open(backend_name(variant).c_str());
  CAPTURE(registry.open_error().message);
  REQUIRE(backend != nullptr);
  CHECK(describe_name(backend) == backend_name(variant));
  CHECK(registry.candidate(backend_name(variant)).stage == PLUGTLS_STAGE_OPENED);
}
