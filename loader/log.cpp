// SPDX-License-Identifier: Apache-2.0
#include "log.hpp"

#include "error.hpp"

#include <cstdio>
#include <cstring>

namespace plugtls::loader {

namespace {

constexpr const char *level_names[] = {"", "error", "warning", "info", "debug"};

}  // namespace

int32_t Log::level_from_name(const char *name) noexcept {
  if (name == nullptr) return PLUGTLS_LOG_WARNING;
  for (int32_t level = PLUGTLS_LOG_ERROR; level <= PLUGTLS_LOG_DEBUG; ++level)
    if (std::strcmp(name, level_names[level]) == 0) return level;
  return PLUGTLS_LOG_WARNING;
}

void Log::operator()(int32_t level, const std::string &message) const {
  if (level < PLUGTLS_LOG_ERROR || level > level_) return;
  const std::string text = printable(message);
  if (function_ != nullptr)
    function_(user_, level, text.c_str());
  else
    std::fprintf(stderr, "plugtls: %s: %s\n", level_names[level], text.c_str());
}

}  // namespace plugtls::loader
