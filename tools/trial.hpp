// SPDX-License-Identifier: Apache-2.0
// Opening a backend in a child process, so that one that crashes or hangs costs only itself.
#pragma once

#include <chrono>
#include <string>

namespace plugtls::tools {

struct TrialResult {
  bool opened = false;
  std::string text;  // the library and its version, or why it was not opened
};

// Opens the backend of that name, as the environment and configuration say, or gives up after a while.
TrialResult try_to_open(const std::string &name, std::chrono::milliseconds limit);

}  // namespace plugtls::tools
