// SPDX-License-Identifier: Apache-2.0
#include "resolve.hpp"

#include "manifest.hpp"
#include "plugtls/plugtls.h"

#include <algorithm>

namespace plugtls::loader {

namespace {

constexpr std::size_t most_layers = 8;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<Resolution> from_list(uint32_t rule, std::string_view list, std::string source,
                                    std::string &why) {
  auto names = split_names(list, why);
  if (names) return Resolution{rule, std::move(*names), std::move(source)};
  why = source + ": " + why;
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<std::string>> split_layers(std::string_view name) {
  std::vector<std::string> layers;
  for (;;) {
    const auto open = name.find('(');
    const std::string_view layer = name.substr(0, open);
    if (!is_backend_name(layer) || layers.size() == most_layers) return std::nullopt;
    layers.emplace_back(layer);
    if (open == std::string_view::npos) return layers;
    if (!name.ends_with(')')) return std::nullopt;
    name = name.substr(open + 1, name.size() - open - 2);
  }
}

std::optional<std::vector<std::string>> split_names(std::string_view list, std::string &why) {
  std::vector<std::string> names;
  for (std::size_t start = 0; start <= list.size();) {
    const std::size_t comma = std::min(list.find(',', start), list.size());
    const std::string_view name = trimmed(list.substr(start, comma - start));
    if (!split_layers(name)) {
      why = "'" + std::string(name) + "' is not the name of a backend";
      return std::nullopt;
    }
    names.emplace_back(name);
    start = comma + 1;
  }
  return names;
}

std::optional<Resolution> resolve(const std::optional<std::string> &argument,
                                  const std::optional<std::string> &variable,
                                  const std::optional<Choice> &configured,
                                  std::vector<Ranked> usable, std::string &why) {
  if (argument) return from_list(PLUGTLS_RULE_ARGUMENT, *argument, "argument", why);
  if (variable) return from_list(PLUGTLS_RULE_ENVIRONMENT, *variable, "PLUGTLS_BACKEND", why);
  if (configured) return Resolution{PLUGTLS_RULE_CONFIG, configured->names, configured->source};
  std::ranges::sort(usable, [](const Ranked &a, const Ranked &b) {
    return a.priority != b.priority ? a.priority > b.priority : a.name < b.name;
  });
  Resolution out{PLUGTLS_RULE_PRIORITY, {}, "priority"};
  for (Ranked &ranked : usable)
    out.names.push_back(std::move(ranked.name));
  return out;
}

}  // namespace plugtls::loader
