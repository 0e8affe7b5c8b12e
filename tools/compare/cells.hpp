// SPDX-License-Identifier: Apache-2.0
// Small ways of making rows and cells, shared by the sections.
#pragma once

#include "report.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace plugtls::tools::compare {

inline Cell make_cell(State state, std::string text, std::string note = {}) {
  Cell out;
  out.state = state;
  out.text = std::move(text);
  out.note = std::move(note);
  return out;
}

inline Row make_row(std::string id, std::string title, std::string group = {}) {
  Row out;
  out.id = std::move(id);
  out.title = std::move(title);
  out.group = std::move(group);
  return out;
}

inline Table make_table(std::string id, std::string title, std::string note,
                        std::vector<Column> columns) {
  Table out;
  out.id = std::move(id);
  out.title = std::move(title);
  out.note = std::move(note);
  out.columns = std::move(columns);
  return out;
}

// Whether two of the answers are not the same; what was not answered is no answer.
inline bool cells_differ(const std::vector<Cell> &cells) {
  const Cell *first = nullptr;
  for (const Cell &cell : cells) {
    if (!has_answer(cell.state)) continue;
    if (first != nullptr && (first->state != cell.state || first->text != cell.text)) return true;
    first = &cell;
  }
  return false;
}

// "The first handshake is done after 12.8 ms with mbedtls, 13.1 ms with openssl"; those without a figure are left out.
inline std::string sentence_of(std::string words, const Table &table, const Row &row) {
  bool is_first = true;
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    if (!row.cells[i].value) continue;
    words += (is_first ? " " : ", ") + row.cells[i].text + " with " + table.columns[i].title;
    is_first = false;
  }
  return is_first ? "Nothing was measured." : words;
}

}  // namespace plugtls::tools::compare
