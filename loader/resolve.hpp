// SPDX-License-Identifier: Apache-2.0
// Which backends are tried, in which order: a pure function of what was said and what was found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plugtls::loader {

struct Choice {
  std::vector<std::string> names;
  std::string source;  // of the configuration: file and key
};

struct Ranked {
  std::string name;
  int32_t priority = 0;
};

struct Resolution {
  uint32_t rule = 0;  // PLUGTLS_RULE_...
  std::vector<std::string> names;
  std::string source;
};

// "trace(openssl)" is {"trace", "openssl"}; "openssl" is {"openssl"}. Nothing if the name is malformed.
std::optional<std::vector<std::string>> split_layers(std::string_view name);

// An ordered list as "wolfssl, openssl". Nothing, and why, if a name in it is malformed or it is empty.
std::optional<std::vector<std::string>> split_names(std::string_view list, std::string &why);

// Nothing, and why, if what was said is malformed. `usable` are the manifests priority may choose from.
std::optional<Resolution> resolve(const std::optional<std::string> &argument,
                                  const std::optional<std::string> &variable,
                                  const std::optional<Choice> &configured,
                                  std::vector<Ranked> usable, std::string &why);

}  // namespace plugtls::loader
