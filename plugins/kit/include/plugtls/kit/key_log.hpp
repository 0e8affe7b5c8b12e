// SPDX-License-Identifier: Apache-2.0
// Lines of the NSS key log format (draft-ietf-tls-keylogfile), for libraries that leave it to others to write them.
#pragma once

#include <plugtls/kit/byte_reader.hpp>
#include <plugtls/kit/secure_bytes.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace plugtls::kit {

// One line without newline, wiped afterwards.
class KeyLogLine {
 public:
  KeyLogLine(std::string_view label, ByteView client_random, ByteView secret) noexcept {
    add(label.substr(0, longest_label));
    add(" ");
    add_hex(client_random.first(std::min(client_random.size(), random_size)));
    add(" ");
    add_hex(secret.first(std::min(secret.size(), longest_secret)));
  }
  ~KeyLogLine() { wipe(text_.data(), text_.size()); }
  KeyLogLine(const KeyLogLine &) = delete;
  KeyLogLine &operator=(const KeyLogLine &) = delete;

  [[nodiscard]] const char *get() const noexcept { return text_.data(); }

 private:
  static constexpr std::size_t longest_label = 40;
  static constexpr std::size_t random_size = 32;
  static constexpr std::size_t longest_secret = 64;

  void add(std::string_view text) noexcept {
    std::memcpy(text_.data() + size_, text.data(), text.size());
    size_ += text.size();
  }
  void add_hex(ByteView bytes) noexcept {
    constexpr std::string_view digits = "0123456789abcdef";
    for (const std::uint8_t byte : bytes) {
      text_[size_++] = digits[byte >> 4U];
      text_[size_++] = digits[byte & 0xfU];
    }
  }

  std::array<char, longest_label + 2 * random_size + 2 * longest_secret + 3> text_{};
  std::size_t size_ = 0;
};

}  // namespace plugtls::kit
