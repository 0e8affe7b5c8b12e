// SPDX-License-Identifier: Apache-2.0
// The parts of the page: each returns HTML, and takes text from anywhere.
#pragma once

#include "report.hpp"

#include <map>
#include <string>
#include <string_view>

namespace plugtls::tools::compare {

// Text, for an element's content or a quoted attribute.
std::string html_escaped(std::string_view text);

// Alone at the top of its row.
bool is_best(const Cell &cell);

// Each backend keeps its colour throughout the page: a CSS class by its name.
using Hues = std::map<std::string, std::string>;

// The bars of a table with figures; empty if it has none.
std::string html_chart(const Table &table, const Hues &hues);
// `prefix` begins the ids of what can be linked to.
std::string html_table(const Table &table, const std::string &prefix, const Hues &hues);

}  // namespace plugtls::tools::compare
