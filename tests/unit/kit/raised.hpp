// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <plugtls/kit/fail.hpp>

#include <functional>

namespace plugtls::kit {

// What it threw; PLUGTLS_E_NONE if nothing.
inline plugtls_error error_of(const std::function<void()> &body) {
  try {
    body();
  } catch (const Error &error) {
    return error.error();
  }
  return empty_error();
}

}  // namespace plugtls::kit
