// SPDX-License-Identifier: Apache-2.0
// For terminals, and JSON.
#include "render.hpp"
#include "terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace plugtls::tools::compare {

namespace {

// A cell longer than this is not a table's: its row is written line by line.
constexpr std::size_t longest_cell = 36;

// Columns on a terminal: code points, good enough for what is shown here.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

std::string padded(const std::string &text, std::size_t width) {
  const std::size_t own = width_of(text);
  return text + std::string(width > own ? width - own : 0, ' ');
}

Style style_of(State state) {
  switch (state) {
    case State::good:
      return Style::good;
    case State::partial:
      return Style::warning;
    case State::no:
    case State::unsupported:
    case State::unmeasured:
      return Style::faint;
    case State::info:
      return Style::plain;
    default:
      return Style::bad;
  }
}

class Notes {
 public:
  // " [3]", or nothing.
  std::string mark(const std::string &note) {
    if (note.empty()) return {};
    const auto found = std::find(notes_.begin(), notes_.end(), note);
    const auto at = found - notes_.begin();
    if (found == notes_.end()) notes_.push_back(note);
    return fmt::format(" [{}]", at + 1);
  }
  std::string text(int fd) const {
    std::string out;
    for (std::size_t i = 0; i < notes_.size(); ++i)
      out += styled(Style::faint, fmt::format("    [{}] {}", i + 1, notes_[i]), fd) + "\n";
    return out;
  }

 private:
  std::vector<std::string> notes_;
};

std::string text_of(const Cell &cell, Notes &notes) {
  std::string out = cell.text + notes.mark(harmless(cell.note));
  if (cell.ratio && *cell.ratio > 1)
    out += cell.verdict == "no difference seen" ? " =" : fmt::format(" ×{:.2f}", *cell.ratio);
  return harmless(out);
}

class TextTable {
 public:
  TextTable(const Table &table, int fd) : table_(table), fd_(fd) {}

  std::string render() {
    measure();
    std::string out = "\n  " + styled(Style::strong, table_.title, fd_) + "\n";
    if (!table_.note.empty()) out += "  " + styled(Style::faint, table_.note, fd_) + "\n";
    out += "    " + padded(table_.row_title, first_);
    for (std::size_t i = 0; i < table_.columns.size(); ++i)
      out += "  " + padded(harmless(table_.columns[i].title), widths_[i]);
    out += "\n";
    std::string group;
    for (std::size_t i = 0; i < table_.rows.size(); ++i) {
      if (table_.rows[i].group != group) {
        group = table_.rows[i].group;
        out += "   " + styled(Style::strong, group, fd_) + "\n";
      }
      out += row(i);
    }
    return out + notes_.text(fd_);
  }

 private:
  void measure() {
    widths_.resize(table_.columns.size());
    for (std::size_t i = 0; i < widths_.size(); ++i)
      widths_[i] = width_of(table_.columns[i].title);
    for (const Row &row : table_.rows) {
      first_ = std::max(first_, width_of(title_of(row)));
      std::vector<std::string> &texts = texts_.emplace_back();
      for (const Cell &cell : row.cells)
        texts.push_back(text_of(cell, notes_));
      if (is_long(texts)) continue;
      for (std::size_t i = 0; i < texts.size(); ++i)
        widths_[i] = std::max(widths_[i], width_of(texts[i]));
    }
  }

  static bool is_long(const std::vector<std::string> &texts) {
    return std::any_of(texts.begin(), texts.end(),
                       [](const std::string &text) { return width_of(text) > longest_cell; });
  }

  static std::string title_of(const Row &row) {
    std::string out = harmless(row.title);
    if (!row.expected.empty()) out += " (expected: " + harmless(row.expected) + ")";
    return out;
  }

  std::string row(std::size_t at) const {
    const Row &row = table_.rows[at];
    const std::vector<std::string> &texts = texts_[at];
    std::string out = (row.differs ? styled(Style::warning, "  ≠ ", fd_) : std::string("    ")) +
                      padded(title_of(row), first_);
    if (is_long(texts)) {
      out += "\n";
      for (std::size_t i = 0; i < texts.size(); ++i)
        out += "        " + harmless(table_.columns[i].title) + ": " + texts[i] + "\n";
      return out;
    }
    for (std::size_t i = 0; i < texts.size(); ++i)
      out += "  " + styled(style_of(row.cells[i].state), padded(texts[i], widths_[i]), fd_);
    out.erase(out.find_last_not_of(' ') + 1);
    return out + "\n";
  }

  const Table &table_;
  int fd_;
  std::size_t first_ = 0;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> texts_;
  Notes notes_;
};

std::string heading(const Report &report, int fd) {
  std::string out =
      styled(Style::strong, "plugtls compare", fd) +
      fmt::format("  {}, {:.0f} s, {}{}\n", report.level, report.seconds, report.created,
                  report.complete ? "" : ", interrupted: not everything was measured");
  for (const auto &[key, value] : report.machine)
    out += styled(Style::faint, fmt::format("  {:<13} {}", key, value), fd) + "\n";
  for (const BackendEntry &backend : report.backends)
    out += fmt::format("  {:<13} {}\n", harmless(backend.name),
                       backend.usable ? harmless(backend.library + " " + backend.library_version)
                                      : styled(Style::bad, harmless(backend.detail), fd));
  return out;
}

std::string section_text(const Section &section, int fd) {
  std::string out = "\n" + styled(Style::strong, section.title, fd) + "  " +
                    styled(Style::faint, section.lead, fd) + "\n";
  for (const std::string &line : section.summary)
    out += "  " + harmless(line) + "\n";
  return out;
}

}  // namespace

std::string render_summary(const Report &report, int fd) {
  std::string out = heading(report, fd);
  for (const Section &section : report.sections) {
    out += section_text(section, fd);
    if (section.id == "overview")
      for (const Table &table : section.tables)
        out += TextTable(table, fd).render();
  }
  return out;
}

std::string render_table(const Report &report, int fd) {
  std::string out = heading(report, fd);
  for (const Section &section : report.sections) {
    out += section_text(section, fd);
    for (const Table &table : section.tables)
      if (!table.rows.empty()) out += TextTable(table, fd).render();
  }
  out +=
      "\n" +
      styled(
          Style::faint,
          "×: so many times worse than the best of the row; =: no difference seen; ≠: the backends "
          "differ.",
          fd) +
      "\n";
  return out;
}

std::string render_json(const Report &report) {
  return to_json(report).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace plugtls::tools::compare
