// SPDX-License-Identifier: Apache-2.0
// Words for people: colours only on a terminal that wants them, and nothing from outside that a terminal would obey.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace plugtls::tools {

// NO_COLOR, if it is set and not empty, means none: the convention of many programs.
inline bool has_colours(int fd) {
  const char *no_colour = std::getenv("NO_COLOR");
  const char *term = std::getenv("TERM");
  return isatty(fd) == 1 && (no_colour == nullptr || *no_colour == '\0') &&
         (term == nullptr || std::string_view(term) != "dumb");
}

enum class Style {
  plain,
  good,
  bad,
  warning,
  faint,
  strong
};

// `text` in the style, for a stream on `fd`.
inline std::string styled(Style style, std::string_view text, int fd) {
  constexpr std::string_view codes[] = {"",         "\x1b[32m", "\x1b[31m",
                                        "\x1b[33m", "\x1b[2m",  "\x1b[1m"};
  if (style == Style::plain || !has_colours(fd)) return std::string(text);
  return std::string(codes[static_cast<std::size_t>(style)]) + std::string(text) + "\x1b[0m";
}

// One line without control characters: names in certificates and what peers send ride in messages.
inline std::string harmless(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  return out;
}

inline void say(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fputc('\n', stderr);
}

}  // namespace plugtls::tools
