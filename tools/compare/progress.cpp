// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace plugtls::tools::compare {

Progress::Progress() : is_terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (is_terminal_) std::fputs("\r\x1b[K", stderr);
}

void Progress::begin(const std::string &section, const std::string &what) {
  if (!is_terminal_) return;
  constexpr std::size_t width = 24;
  const double share = total_ > 0 ? std::min(done_ / total_, 1.0) : 0;
  const auto filled = static_cast<std::size_t>(share * width);
  fmt::print(stderr, "\r\x1b[K[{}{}] {:3.0f} %  {}  {} {}", std::string(filled, '#'),
             std::string(width - filled, '.'), share * 100, remaining(), section, what);
  std::fflush(stderr);
}

std::string Progress::remaining() const {
  const double elapsed =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  // The estimates are of another machine; a second's experience corrects them.
  const double pace = elapsed > 1 && done_ > 0 ? elapsed / done_ : 1;
  const long left = std::lround((total_ - done_) * pace);
  return fmt::format("{}:{:02} left", left / 60, left % 60);
}

}  // namespace plugtls::tools::compare
