// SPDX-License-Identifier: Apache-2.0
// Bars. Each is an SVG of its own whose lengths are percentages, so that nothing shrinks on a narrow screen.
#include "html.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace plugtls::tools::compare {

namespace {

double largest_of(const Row &row) {
  double out = 0;
  for (const Cell &cell : row.cells)
    if (cell.value) out = std::max(out, cell.interval ? cell.interval->high : *cell.value);
  return out;
}

std::string bar(const Cell &cell, double largest) {
  const auto percent = [&](double value) {
    return largest > 0 ? std::clamp(value / largest * 100, 0.0, 100.0) : 0.0;
  };
  std::string out = fmt::format(
      R"(<svg focusable="false"><rect class="track" width="100%" height="14" rx="2"/><rect class="bar" width="{:.2f}%" height="14" rx="2"/>)",
      percent(*cell.value));
  if (cell.interval && percent(cell.interval->high) - percent(cell.interval->low) > 0.4) {
    const double low = percent(cell.interval->low);
    const double high = percent(cell.interval->high);
    out += fmt::format(
        R"(<line class="whisker" x1="{0:.2f}%" x2="{1:.2f}%" y1="7" y2="7"/><line class="whisker" x1="{0:.2f}%" x2="{0:.2f}%" y1="3" y2="11"/><line class="whisker" x1="{1:.2f}%" x2="{1:.2f}%" y1="3" y2="11"/>)",
        low, high);
  }
  return out + "</svg>";
}

std::string line(const Column &column, const Cell &cell, double largest, const Hues &hues) {
  const auto hue = hues.find(column.id);
  const std::string drawn =
      cell.value ? bar(cell, largest)
                 : fmt::format(R"(<span class="absent">{}</span>)", html_escaped(cell.text));
  return fmt::format(R"(<div class="line {}"><span>{}</span>{}<span>{}</span></div>)",
                     hue == hues.end() ? "h0" : hue->second, html_escaped(column.title), drawn,
                     cell.value ? html_escaped(cell.text) : "");
}

std::string caption(const Table &table, const Hues &hues) {
  std::string out = "<figcaption>";
  for (const Column &column : table.columns)
    if (const auto hue = hues.find(column.id); hue != hues.end())
      out +=
          fmt::format(R"(<span class="key {}">{}</span>)", hue->second, html_escaped(column.title));
  out += table.better == Better::higher ? "<span>Longer is better.</span>"
                                        : "<span>Shorter is better.</span>";
  const bool has_intervals = std::any_of(table.rows.begin(), table.rows.end(), [](const Row &row) {
    return std::any_of(row.cells.begin(), row.cells.end(),
                       [](const Cell &cell) { return cell.interval; });
  });
  out += "<span>Each row has its own scale.</span>";
  if (has_intervals) out += "<span>Whiskers: the median's 95 % interval.</span>";
  return out + "</figcaption>";
}

}  // namespace

std::string html_chart(const Table &table, const Hues &hues) {
  if (!table.chart || table.rows.empty()) return {};
  std::string out = fmt::format(
      R"(<figure class="chart" role="group" aria-label="{}: bar chart; the table that follows has the same figures">{})",
      html_escaped(table.title), caption(table, hues));
  // The table says it all to those who do not see it.
  out += R"(<div aria-hidden="true">)";
  std::string group;
  bool open = false;
  for (const Row &row : table.rows) {
    if (!open || row.group != group) {
      group = row.group;
      if (open) out += "</div>";
      if (!group.empty()) out += fmt::format("<h4>{}</h4>", html_escaped(group));
      out += R"(<div class="plots">)";
      open = true;
    }
    out += fmt::format(R"(<div class="plot"><p>{}</p>)", html_escaped(row.title));
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      out += line(table.columns[i], row.cells[i], largest_of(row), hues);
    out += "</div>";
  }
  return out + "</div></div></figure>";
}

}  // namespace plugtls::tools::compare
