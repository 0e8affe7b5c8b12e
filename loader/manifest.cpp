// SPDX-License-Identifier: Apache-2.0
#include "manifest.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <limits>

namespace plugtls::loader {

namespace {

constexpr std::size_t longest_backend_name = 31;
constexpr std::size_t digest_digits = 64;
constexpr std::array<std::string_view, 10> known_keys{
    "manifest_version", "name",   "library", "abi",       "priority",
    "description",      "vendor", "license", "isolation", "sha256"};

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// Optional text: absent leaves `out`, another type is an error.
bool read_text(const toml::table &table, std::string_view key, std::string &out, std::string &why) {
  const toml::node *node = table.get(key);
  if (node == nullptr) return true;
  const auto text = node->value_exact<std::string>();
  if (!text || text->find('\0') != std::string::npos) {
    why = "line " + std::to_string(node->source().begin.line) + ": " + std::string(key) +
          " must be text";
    return false;
  }
  out = *text;
  return true;
}

bool read_number(const toml::table &table, std::string_view key, int64_t low, int64_t high,
                 int64_t &out, std::string &why) {
  const toml::node *node = table.get(key);
  if (node == nullptr) return true;
  const auto number = node->value_exact<int64_t>();
  if (!number || *number < low || *number > high) {
    why = "line " + std::to_string(node->source().begin.line) + ": " + std::string(key) +
          " must be a whole number from " + std::to_string(low) + " to " + std::to_string(high);
    return false;
  }
  out = *number;
  return true;
}

std::vector<std::string> unknown_keys(const toml::table &table) {
  std::vector<std::string> out;
  for (const auto &[key, value] : table) {
    const std::string_view name = key;
    if (std::ranges::find(known_keys, name) == known_keys.end())
      out.push_back("line " + std::to_string(value.source().begin.line) + ": " + std::string(name));
  }
  return out;
}

bool read_members(const toml::table &table, Manifest &out, std::string &why) {
  int64_t version = 0;
  int64_t abi = 0;
  int64_t priority = 0;
  if (!read_number(table, "manifest_version", 0, std::numeric_limits<int32_t>::max(), version,
                   why) ||
      !read_number(table, "abi", 1, std::numeric_limits<uint16_t>::max(), abi, why) ||
      !read_number(table, "priority", -1'000'000, 1'000'000, priority, why) ||
      !read_text(table, "name", out.name, why) || !read_text(table, "library", out.library, why) ||
      !read_text(table, "description", out.description, why) ||
      !read_text(table, "vendor", out.vendor, why) ||
      !read_text(table, "license", out.license, why) ||
      !read_text(table, "isolation", out.isolation, why) ||
      !read_text(table, "sha256", out.sha256, why))
    return false;
  if (version != 1) {
    why = "manifest_version must be 1";
    return false;
  }
  out.unknown_keys = unknown_keys(table);
  out.abi_major = static_cast<uint32_t>(abi);
  out.priority = static_cast<int32_t>(priority);
  return true;
}

std::string fault_of(const Manifest &manifest, std::string_view stem) {
  if (!is_backend_name(manifest.name)) return "name is missing or not of [a-z0-9][a-z0-9_-]{0,30}";
  if (manifest.name != stem)
    return "name is '" + manifest.name + "' but the file is called " + std::string(stem) + ".toml";
  if (manifest.library.empty()) return "library is missing";
  if (manifest.abi_major == 0) return "abi is missing";
  if (manifest.isolation != "local" && manifest.isolation != "deepbind")
    return "isolation must be \"local\" or \"deepbind\"";
  if (!manifest.sha256.empty() &&
      (manifest.sha256.size() != digest_digits || !is_hex(manifest.sha256)))
    return "sha256 must be 64 lower-case hexadecimal digits";
  return {};
}

}  // namespace

bool is_backend_name(std::string_view name) noexcept {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= longest_backend_name && plain(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return plain(c) || c == '_' || c == '-'; });
}

bool parse_manifest(std::string_view text, std::string_view stem, Manifest &out, std::string &why) {
  try {
    if (!read_members(toml::parse(text), out, why)) return false;
  } catch (const toml::parse_error &error) {
    why = "line " + std::to_string(error.source().begin.line) + ", column " +
          std::to_string(error.source().begin.column) + ": " + std::string(error.description());
    return false;
  }
  why = fault_of(out, stem);
  return why.empty();
}

}  // namespace plugtls::loader
