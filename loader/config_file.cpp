// SPDX-License-Identifier: Apache-2.0
#include "config_file.hpp"

#include "file.hpp"

#include <toml++/toml.h>

namespace plugtls::loader {

namespace {

constexpr std::size_t largest_config = 1024 * 1024;

// False, with `why`, if the key is there and is neither a name nor a list of names.
bool read_backend_key(const toml::table &table, std::vector<std::string> &out, std::string &why) {
  const toml::node *node = table.get("backend");
  if (node == nullptr) return true;
  const auto take = [&](const toml::node &item) {
    const auto text = item.value_exact<std::string>();
    auto names = text ? split_names(*text, why) : std::nullopt;
    if (!names) return false;
    out.insert(out.end(), names->begin(), names->end());
    return true;
  };
  const std::string line = "line " + std::to_string(node->source().begin.line) + ": ";
  if (const toml::array *list = node->as_array()) {
    if (list->empty()) {
      why = line + "backend is an empty list";
      return false;
    }
    for (const toml::node &item : *list)
      if (!take(item)) {
        why = line + "backend must be a name or a list of names";
        return false;
      }
    return true;
  }
  if (take(*node)) return true;
  why = line + "backend must be a name or a list of names";
  return false;
}

}  // namespace

ConfigOutcome read_config_file(const std::string &path, const std::string &application, Choice &out,
                               std::string &why) {
  std::string text;
  if (!read_file(path, largest_config, text, why))
    return why.empty() ? ConfigOutcome::absent : ConfigOutcome::malformed;
  try {
    const toml::table root = toml::parse(text);
    const toml::table *section = root["application"][application].as_table();
    if (section != nullptr && !read_backend_key(*section, out.names, why))
      return ConfigOutcome::malformed;
    out.source = path + ", [application." + application + "] backend";
    if (!out.names.empty()) return ConfigOutcome::says;
    if (!read_backend_key(root, out.names, why)) return ConfigOutcome::malformed;
    out.source = path + ", backend";
  } catch (const toml::parse_error &error) {
    why = "line " + std::to_string(error.source().begin.line) + ": " +
          std::string(error.description());
    return ConfigOutcome::malformed;
  }
  return out.names.empty() ? ConfigOutcome::says_nothing : ConfigOutcome::says;
}

}  // namespace plugtls::loader
