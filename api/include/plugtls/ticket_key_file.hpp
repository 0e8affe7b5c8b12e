// SPDX-License-Identifier: Apache-2.0
/// Ticket keys from a file, so that several servers resume each other's sessions (B6).
#ifndef PLUGTLS_TICKET_KEY_FILE_HPP
#define PLUGTLS_TICKET_KEY_FILE_HPP

#include "plugtls/error.hpp"
#include "plugtls/policy.hpp"
#include "plugtls/secret.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plugtls {

/// The keys of a file: 80 random bytes each (16 of name, 32 of cipher key, 32 of MAC key), one behind the other. The first
/// encrypts, all decrypt. To rotate, put a new key in front and drop the last:
///
///     (openssl rand 80; head -c 160 tickets.key) > new && mv new tickets.key
inline std::vector<TicketKey> read_ticket_keys(std::string_view path) {
  constexpr std::size_t size = TicketKey::name_size + TicketKey::key_size;
  const std::string name(path);
  const std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(std::fopen(name.c_str(), "rbe"),
                                                              &std::fclose);
  if (!file) throw_error(errc::file, name + ": the ticket keys cannot be read");
  std::setbuf(file.get(), nullptr);  // no copy of the keys that nobody wipes
  std::vector<TicketKey> out;
  Secret record(size);
  const std::span<std::byte, size> bytes(record.bytes().data(), size);
  std::size_t got = 0;
  while ((got = std::fread(bytes.data(), 1, size, file.get())) == size)
    out.emplace_back(bytes.first<TicketKey::name_size>(), bytes.last<TicketKey::key_size>());
  if (got != 0 || out.empty() || std::ferror(file.get()) != 0)
    throw_error(errc::invalid_argument,
                name + ": a file of ticket keys has 80 random bytes for each");
  return out;
}

}  // namespace plugtls

#endif
