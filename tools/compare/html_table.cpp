// SPDX-License-Identifier: Apache-2.0
#include "html.hpp"
#include "terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

namespace plugtls::tools::compare {

namespace {

// More rows than this, some alike: a button shows those only in which the backends differ.
constexpr std::size_t many_rows = 8;

std::string_view sign_of(const Cell &cell) {
  switch (cell.state) {
    case State::good:
      return "✓ ";
    case State::partial:
      return "◐ ";
    case State::no:
      return "– ";
    case State::wrong:
    case State::failed:
    case State::crashed:
    case State::timed_out:
    case State::garbled:
      return "✗ ";
    default:
      return "";
  }
}

class Footnotes {
 public:
  explicit Footnotes(std::string prefix) : prefix_(std::move(prefix)) {}

  std::string mark(const std::string &note) {
    if (note.empty()) return {};
    const auto found = std::find(notes_.begin(), notes_.end(), note);
    const auto number = found - notes_.begin() + 1;
    if (found == notes_.end()) notes_.push_back(note);
    return fmt::format(R"(<sup><a href="#{0}-note-{1}" aria-label="note {1}">{1}</a></sup>)",
                       prefix_, number);
  }
  std::string list() const {
    if (notes_.empty()) return {};
    std::string out = R"(<ol class="footnotes">)";
    for (std::size_t i = 0; i < notes_.size(); ++i)
      out += fmt::format(R"(<li id="{}-note-{}">{}</li>)", prefix_, i + 1, html_escaped(notes_[i]));
    return out + "</ol>";
  }

 private:
  std::string prefix_;
  std::vector<std::string> notes_;
};

// Names of registries are long words; they may break at their underscores.
std::string breakable(std::string_view text) {
  std::string out;
  for (const char c : html_escaped(text)) {
    out += c;
    if (c == '_' || c == '/') out += "<wbr>";
  }
  return out;
}

bool is_identifier(std::string_view text) {
  return text.find('_') != std::string_view::npos && text.find(' ') == std::string_view::npos;
}

std::string cell_html(const Cell &cell, Footnotes &notes) {
  std::string kind(name(cell.state));
  if (cell.value) kind += " number";
  if (is_best(cell)) kind += " best";
  std::string out = fmt::format(R"(<td class="{}")", kind);
  if (cell.value) out += fmt::format(R"( data-value="{}")", *cell.value);
  out += fmt::format(">{}{}{}", sign_of(cell), breakable(cell.text), notes.mark(cell.note));
  if (!cell.verdict.empty()) out += fmt::format("<small>{}</small>", html_escaped(cell.verdict));
  return out + "</td>";
}

std::string row_html(const Row &row, Footnotes &notes) {
  std::string out =
      fmt::format(R"(<tr{}><th scope="row">)", row.differs ? R"( class="differs")" : "");
  out += is_identifier(row.title) ? "<code>" + breakable(row.title) + "</code>"
                                  : html_escaped(row.title);
  if (!row.expected.empty())
    out += fmt::format("<small>expected: {}</small>", breakable(row.expected));
  out += "</th>";
  for (const Cell &cell : row.cells)
    out += cell_html(cell, notes);
  return out + "</tr>";
}

std::string head_html(const Table &table, const Hues &hues) {
  std::string out = fmt::format(R"(<thead><tr><th scope="col">{}</th>)",
                                table.row_title.empty() ? "What" : html_escaped(table.row_title));
  for (const Column &column : table.columns) {
    const auto hue = hues.find(column.id);
    out += hue == hues.end()
               ? fmt::format(R"(<th scope="col">{}</th>)", html_escaped(column.title))
               : fmt::format(R"(<th scope="col" class="{}"><span class="swatch"></span>{}</th>)",
                             hue->second, html_escaped(column.title));
  }
  return out + "</tr></thead>";
}

std::string bodies_html(const Table &table, Footnotes &notes) {
  std::string out = "<tbody>";
  std::string group;
  for (const Row &row : table.rows) {
    if (row.group != group) {
      group = row.group;
      out += fmt::format(
          R"(</tbody><tbody><tr class="group-row"><th class="group" scope="rowgroup" colspan="{}">{}</th></tr>)",
          table.columns.size() + 1, breakable(group));
    }
    out += row_html(row, notes);
  }
  return out + "</tbody>";
}

// Whether showing only what differs would show less than all, and more than nothing.
bool can_be_filtered(const Table &table) {
  const auto differing = std::count_if(table.rows.begin(), table.rows.end(),
                                       [](const Row &row) { return row.differs; });
  return table.rows.size() > many_rows && differing != 0 &&
         differing != static_cast<std::ptrdiff_t>(table.rows.size());
}

}  // namespace

bool is_best(const Cell &cell) {
  return cell.verdict == "fastest" || cell.verdict == "least";
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : harmless(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html_table(const Table &table, const std::string &prefix, const Hues &hues) {
  Footnotes notes(prefix);
  std::string out = fmt::format(R"(<div class="block"><header><h3 id="{}">{}</h3>)", prefix,
                                html_escaped(table.title));
  if (can_be_filtered(table))
    out += fmt::format(
        R"(<button type="button" class="tool differences" aria-pressed="false" aria-controls="{}-table" hidden>Only differences</button>)",
        prefix);
  out += "</header>";
  if (!table.note.empty())
    out += fmt::format(R"(<p class="note">{}</p>)", html_escaped(table.note));
  out += html_chart(table, hues);
  out += fmt::format(
      R"(<div class="scroll" tabindex="0" role="region" aria-labelledby="{0}"><table id="{0}-table" aria-labelledby="{0}">)",
      prefix);
  out += head_html(table, hues) + bodies_html(table, notes) + "</table></div>";
  return out + notes.list() + "</div>\n";
}

}  // namespace plugtls::tools::compare
