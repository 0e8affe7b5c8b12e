// SPDX-License-Identifier: Apache-2.0
// page.css and page.js, compiled in.
#pragma once

#include <string_view>

namespace plugtls::tools::compare {

extern const std::string_view page_style;
extern const std::string_view page_script;

}  // namespace plugtls::tools::compare
