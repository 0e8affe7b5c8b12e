// SPDX-License-Identifier: Apache-2.0
// Figures as people read them: three digits that mean something, and a unit.
#pragma once

#include <string>
#include <string_view>

namespace plugtls::tools::compare {

// "12,345", "3.21", "0.0123"
std::string figure(double value);
// The same with a unit of a table: "1/s" gives "1,234 /s", "bytes" gives "12.3 KiB".
std::string with_unit(double value, std::string_view unit);

}  // namespace plugtls::tools::compare
