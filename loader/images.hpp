// SPDX-License-Identifier: Apache-2.0
// Which loaded image owns an address, and whether another has captured what a backend calls (B18).
#pragma once

#include <string>

namespace plugtls::loader {

// Path of the image that owns `address`, said as such if it is the program's; empty if none does.
std::string image_of(const void *address);

// Whether `address` lies in the image that dlopen answered `handle` for, not in a dependency of it.
bool is_own(void *handle, const void *address);

// The image that captured the backend's calls to `symbol`, which it reaches at `address`; empty if that is the
// backend itself or one of its own dependencies.
std::string interposer(void *handle, const char *symbol, const void *address);

}  // namespace plugtls::loader
