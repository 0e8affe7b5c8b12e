// SPDX-License-Identifier: Apache-2.0
// PKCS #11 URIs (RFC 7512): which token and object, by which module, and the PIN that some carry.
#pragma once

#include <plugtls/kit/fail.hpp>
#include <plugtls/kit/secure_bytes.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plugtls::kit {

class Pkcs11Uri {
 public:
  // Throws PLUGTLS_E_INVALID_ARGUMENT for what is none.
  explicit Pkcs11Uri(std::string_view text) {
    if (!text.starts_with(scheme) || text.find('\0') != std::string_view::npos)
      raise(PLUGTLS_E_INVALID_ARGUMENT, "'%s' is no PKCS #11 URI (RFC 7512): 'pkcs11:...'",
            std::string(text).c_str());
    const std::size_t query = text.find('?');
    text_ = text.substr(0, query);
    split(text_.substr(scheme.size()), ';');
    if (query != std::string_view::npos) split(std::string(text.substr(query + 1)), '&');
  }
  Pkcs11Uri(const Pkcs11Uri &) = delete;
  Pkcs11Uri &operator=(const Pkcs11Uri &) = delete;
  ~Pkcs11Uri() {
    for (auto &[name, value] : attributes_)
      wipe(value.data(), value.size());
  }

  // An attribute's value, decoded; nullptr if the URI has none of the name.
  [[nodiscard]] const std::string *find(std::string_view name) const noexcept {
    for (const auto &[own, value] : attributes_)
      if (own == name) return &value;
    return nullptr;
  }

  // For messages: without the query, in which a PIN may be.
  [[nodiscard]] const char *text() const noexcept { return text_.c_str(); }

 private:
  static constexpr std::string_view scheme = "pkcs11:";

  void split(const std::string &list, char separator) {
    for (std::size_t at = 0; at < list.size();) {
      const std::size_t end = std::min(list.find(separator, at), list.size());
      const std::string_view one = std::string_view(list).substr(at, end - at);
      const std::size_t equals = one.find('=');
      if (equals != std::string_view::npos)
        attributes_.emplace_back(one.substr(0, equals), decoded(one.substr(equals + 1)));
      at = end + 1;
    }
  }

  static int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  static std::string decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool pair = text[i] == '%' && i + 2 < text.size();
      const int high = pair ? hex_digit(text[i + 1]) : -1;
      const int low = pair ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        out += text[i];
        continue;
      }
      out += static_cast<char>(high << 4 | low);
      i += 2;
    }
    return out;
  }

  std::string text_;
  std::vector<std::pair<std::string, std::string>> attributes_;
};

}  // namespace plugtls::kit
