// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.hpp"

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

// Copies a struct of ours into one of the caller's, no further than its size.
template <typename Sized>
void put_sized(Sized *out, const Sized &value) noexcept {
  const uint32_t size = out->size;
  std::memcpy(out, &value, size < sizeof(Sized) ? size : sizeof(Sized));
  out->size = size;
}

}  // namespace plugtls::loader
