// SPDX-License-Identifier: Apache-2.0
#include "config_file.hpp"

#include "file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace plugtls::loader {

namespace {

constexpr std::size_t largest_config = std::size_t{1024} * 1024;

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

// A table within a table; `why` is set where the key is something else.
const toml::table *read_table(const toml::table &table, std::string_view key, std::string &why) {
  const toml::node *node = table.get(key);
  if (node == nullptr) return nullptr;
  if (!node->is_table())
    why = "line " + std::to_string(node->source().begin.line) + ": " + std::string(key) +
          " must be a section, as [application.NAME]";
  return node->as_table();
}

void note_unknown(const toml::table &table, const std::string &path,
                  std::initializer_list<std::string_view> known, std::vector<std::string> &out) {
  for (const auto &[key, value] : table) {
    const std::string_view name = key;
    if (std::ranges::find(known, name) == known.end())
      out.push_back(path + ": line " + std::to_string(value.source().begin.line) + ": " +
                    std::string(name));
  }
}

bool read_choice(const toml::table &root, const std::string &path, const std::string &application,
                 ConfigFile &out) {
  note_unknown(root, path, {"backend", "application"}, out.unknown_keys);
  const toml::table *all = read_table(root, "application", out.why);
  const toml::table *section = all != nullptr ? read_table(*all, application, out.why) : nullptr;
  if (!out.why.empty()) return false;
  out.choice.source = path + ", [application." + application + "] backend";
  if (section != nullptr) {
    note_unknown(*section, path, {"backend"}, out.unknown_keys);
    if (!read_backend_key(*section, out.choice.names, out.why)) return false;
  }
  if (!out.choice.names.empty()) return true;
  out.choice.source = path + ", backend";
  return read_backend_key(root, out.choice.names, out.why);
}

}  // namespace

ConfigFile read_config_file(const std::string &path, const std::string &application) {
  ConfigFile out;
  std::string text;
  if (!read_file(path, largest_config, text, out.why)) {
    out.outcome = out.why.empty() ? ConfigOutcome::absent : ConfigOutcome::malformed;
    return out;
  }
  try {
    if (!read_choice(toml::parse(text), path, application, out))
      out.outcome = ConfigOutcome::malformed;
    else
      out.outcome = out.choice.names.empty() ? ConfigOutcome::says_nothing : ConfigOutcome::says;
  } catch (const toml::parse_error &error) {
    out.outcome = ConfigOutcome::malformed;
    out.why = "line " + std::to_string(error.source().begin.line) + ": " +
              std::string(error.description());
  }
  return out;
}

}  // namespace plugtls::loader
