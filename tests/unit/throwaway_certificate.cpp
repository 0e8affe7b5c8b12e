// SPDX-License-Identifier: Apache-2.0
#include "serve/throwaway_certificate.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

using plugtls::tools::ThrowawayCertificate;
namespace fs = std::filesystem;

TEST_CASE("throwaway certificate: good for this machine, private, and gone afterwards") {
  fs::path directory;
  {
    const ThrowawayCertificate made;
    directory = made.certificate().parent_path();
    CHECK(fs::status(directory).permissions() == fs::perms::owner_all);
    const auto verify = [&](const std::string &name) {
      const auto file = made.certificate().string();
      return std::system(("openssl verify -CAfile " + file + name + file + " >&2").c_str());
    };
    CHECK(verify(" -verify_hostname localhost ") == 0);
    CHECK(verify(" -verify_ip 127.0.0.1 ") == 0);
    CHECK(verify(" -verify_ip ::1 ") == 0);
    CHECK(verify(" -verify_hostname other.example ") != 0);
    CHECK(fs::file_size(made.key()) > 0);
  }
  CHECK_FALSE(fs::exists(directory));
}

TEST_CASE("throwaway certificate: a machine without the openssl program is told so") {
  setenv("PATH", "/nonexistent", 1);
  try {
    const ThrowawayCertificate made;
    FAIL("made without the program");
  } catch (const std::runtime_error &error) {
    CHECK(std::string(error.what()).find("needs the openssl program") != std::string::npos);
  }
}
