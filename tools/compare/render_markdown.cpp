// SPDX-License-Identifier: Apache-2.0
// For issues, wikis and pull requests.
#include "render.hpp"
#include "terminal.hpp"

#include <fmt/format.h>

namespace plugtls::tools::compare {

namespace {

// Text that Markdown takes for text, in a table's cell too.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : harmless(text)) {
    if (std::string_view("\\`*_{}[]<>|#").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string text_of(const Cell &cell) {
  std::string out = escaped(cell.text);
  if (cell.state == State::good && out == "yes") out = "**yes**";
  if (!has_answer(cell.state)) out = "_" + out + "_";
  if (!cell.verdict.empty()) out += "<br>" + escaped(cell.verdict);
  if (!cell.note.empty()) out += "<br><sub>" + escaped(cell.note) + "</sub>";
  return out;
}

std::string table_text(const Table &table) {
  std::string out = fmt::format("\n### {}\n\n", escaped(table.title));
  if (!table.note.empty()) out += escaped(table.note) + "\n\n";
  out += "| " + escaped(table.row_title) + " |";
  std::string rule = "|---|";
  for (const Column &column : table.columns) {
    out += " " + escaped(column.title) + " |";
    rule += table.better == Better::neither ? "---|" : "--:|";
  }
  out += "\n" + rule + "\n";
  std::string group;
  for (const Row &row : table.rows) {
    if (row.group != group) {
      group = row.group;
      out += "| **" + escaped(group) + "** |" + std::string(table.columns.size(), '|') + "\n";
    }
    out += "| " + std::string(row.differs ? "≠ " : "") + escaped(row.title);
    if (!row.expected.empty()) out += "<br><sub>expected: " + escaped(row.expected) + "</sub>";
    out += " |";
    for (const Cell &cell : row.cells)
      out += " " + text_of(cell) + " |";
    out += "\n";
  }
  return out;
}

}  // namespace

std::string render_markdown(const Report &report) {
  std::string out = "# TLS libraries compared\n\n";
  out += fmt::format("`plugtls compare` {}, {}, {:.0f} s, {}{}\n\n",
                     escaped(report.plugtls_version), report.level, report.seconds, report.created,
                     report.complete ? "" : ". **Interrupted: not everything was measured.**");
  for (const auto &[key, value] : report.machine)
    out += fmt::format("- {}: {}\n", escaped(key), escaped(value));
  for (const BackendEntry &backend : report.backends)
    out += fmt::format("- **{}**: {}\n", escaped(backend.name),
                       backend.usable ? escaped(backend.library + " " + backend.library_version)
                                      : escaped(backend.detail));
  for (const Section &section : report.sections) {
    out += fmt::format("\n## {}\n\n{}\n", escaped(section.title), escaped(section.lead));
    if (!section.summary.empty()) out += "\n";
    for (const std::string &line : section.summary)
      out += "- " + escaped(line) + "\n";
    for (const Table &table : section.tables)
      if (!table.rows.empty()) out += table_text(table);
  }
  return out;
}

}  // namespace plugtls::tools::compare
