// SPDX-License-Identifier: Apache-2.0
// IANA's numbers and OpenSSL's names for them.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace plugtls::openssl {

struct Named {
  std::uint16_t number;
  const char *name;
  int nid;
};

std::span<const Named> groups() noexcept;
std::span<const Named> schemes() noexcept;

// The names of `numbers` as OpenSSL's lists want them.
std::string joined(std::span<const std::uint16_t> numbers, std::span<const Named> table);

}  // namespace plugtls::openssl
