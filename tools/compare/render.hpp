// SPDX-License-Identifier: Apache-2.0
// A report as text for one kind of reader or another.
#pragma once

#include "report.hpp"

#include <string>

namespace plugtls::tools::compare {

// For a terminal on `fd`: colours only where it has them.
std::string render_table(const Report &report, int fd);
std::string render_json(const Report &report);
std::string render_markdown(const Report &report);
// One self-contained page.
std::string render_html(const Report &report);

// What came out, in a few lines, as render_table begins.
std::string render_summary(const Report &report, int fd);

}  // namespace plugtls::tools::compare
