// SPDX-License-Identifier: Apache-2.0
// A backend's manifest: NAME.toml.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plugtls::loader {

struct Manifest {
  std::string name;
  std::string library;  // as written
  int32_t priority = 0;
  uint32_t abi_major = 0;
  std::string description;
  std::string vendor;
  std::string license;
  std::string isolation = "local";
  std::string sha256;
  std::vector<std::string> unknown_keys;  // "line 7: colour"; of a later version, or misspelt
};

// [a-z0-9][a-z0-9_-]{0,30}
bool is_backend_name(std::string_view name) noexcept;

// Parses the text of a manifest whose file is called `stem`.toml. On failure answers false and says why, with line.
bool parse_manifest(std::string_view text, std::string_view stem, Manifest &out, std::string &why);

}  // namespace plugtls::loader
