// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugtls/types.h"

#include <cstdint>
#include <string>

namespace plugtls::loader {

// Where words go: the program's function, or standard error as $PLUGTLS_LOG says.
class Log {
 public:
  using Function = void (*)(void *user, int32_t level, const char *message);

  Log() = default;
  Log(Function function, void *user, int32_t level)
      : function_(function), user_(user), level_(level) {}

  // PLUGTLS_LOG_... by its name; warning for NULL and for what is no level.
  static int32_t level_from_name(const char *name) noexcept;

  void operator()(int32_t level, const std::string &message) const;

 private:
  Function function_ = nullptr;
  void *user_ = nullptr;
  int32_t level_ = PLUGTLS_LOG_WARNING;
};

}  // namespace plugtls::loader
