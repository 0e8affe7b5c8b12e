// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>

namespace plugtls::loader {

// Runs what may throw behind a C function: no exception leaves it.
template <typename Body>
plugtls_status guard(plugtls_error *err, Body body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return fail(err, PLUGTLS_E_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception &error) {
    return fail(err, PLUGTLS_E_INTERNAL, "libplugtls: %s", error.what());
  } catch (...) {
    return fail(err, PLUGTLS_E_INTERNAL, "libplugtls: unknown exception");
  }
}

// True if all bytes of a sized struct beyond `known` are zero: nothing is asked for that we do not know.
inline bool is_zero_beyond(const void *data, uint32_t size, std::size_t known) noexcept {
  const auto *bytes = static_cast<const uint8_t *>(data);
  return size <= known ||
         std::all_of(bytes + known, bytes + size, [](uint8_t byte) { return byte == 0; });
}

// A list of sized structs, none of them NULL or asking for more than is known.
template <typename Sized>
bool are_known(const Sized *const *items, std::size_t count) noexcept {
  return count == 0 ||
         (items != nullptr && std::all_of(items, items + count, [](const Sized *item) {
            return item != nullptr && is_zero_beyond(item, item->size, sizeof *item);
          }));
}

// The caller's struct, or zeroes for NULL, in one of ours. False if it asks for more than we know.
template <typename Sized>
bool take_sized(const Sized *given, Sized &out) noexcept {
  out = {};
  if (given != nullptr) {
    if (!is_zero_beyond(given, given->size, sizeof out)) return false;
    std::memcpy(&out, given, std::min<std::size_t>(given->size, sizeof out));
  }
  out.size = sizeof out;
  return true;
}

// Copies a struct of ours into one of the caller's, no further than its size.
template <typename Sized>
void put_sized(Sized *out, const Sized &value) noexcept {
  const uint32_t size = out->size;
  std::memcpy(out, &value, size < sizeof(Sized) ? size : sizeof(Sized));
  out->size = size;
}

}  // namespace plugtls::loader
