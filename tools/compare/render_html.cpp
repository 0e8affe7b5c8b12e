// SPDX-License-Identifier: Apache-2.0
// One page that needs nothing else: no network, no script to be readable, no backend to be looked at.
#include "html.hpp"
#include "page.hpp"
#include "render.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace plugtls::tools::compare {

namespace {

constexpr std::size_t hue_count = 6;

Hues hues_of(const Report &report) {
  Hues out;
  std::size_t next = 0;
  for (const BackendEntry &backend : report.backends)
    if (backend.usable) out[backend.name] = fmt::format("h{}", next++ % hue_count);
  return out;
}

std::string head() {
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n"
         // Nothing is ever fetched, whatever a name in the report may say.
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n"
         "<link rel=\"icon\" href=\"data:,\">\n"
         "<title>TLS libraries compared</title>\n<style>\n" +
         std::string(page_style) + "</style>\n</head>\n";
}

std::string names_of(const Report &report) {
  std::string out;
  std::size_t left =
      static_cast<std::size_t>(std::count_if(report.backends.begin(), report.backends.end(),
                                             [](const auto &each) { return each.usable; }));
  for (const BackendEntry &backend : report.backends) {
    if (!backend.usable) continue;
    out += html_escaped(backend.library + " " + backend.library_version);
    --left;
    if (left > 0) out += left == 1 ? " and " : ", ";
  }
  return out;
}

std::string masthead(const Report &report) {
  std::string out = fmt::format(
      "<header class=\"masthead wrap\"><p class=\"kicker\">plugtls compare · {}</p>"
      "<h1>Which TLS library should I use here?</h1><p class=\"standfirst\">{}, measured side by "
      "side on "
      "one machine{}.</p>",
      html_escaped(report.created.substr(0, 10)), names_of(report),
      report.seconds < 1 ? std::string() : fmt::format(" in {:.0f} seconds", report.seconds));
  out += "<dl class=\"machine\">";
  for (const auto &[key, value] : report.machine)
    out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", html_escaped(key), html_escaped(value));
  out += fmt::format("<div><dt>level</dt><dd>{}</dd></div></dl>", html_escaped(report.level));
  if (!report.complete)
    out += "<p class=\"alert\">It was interrupted: not everything was measured.</p>";
  return out + "</header>\n";
}

std::string navigation(const Report &report) {
  std::string out = "<nav aria-label=\"Sections\"><div class=\"wrap\"><ul>";
  for (const Section &section : report.sections)
    out += fmt::format("<li><a href=\"#{}\">{}</a></li>", html_escaped(section.id),
                       html_escaped(section.title));
  return out +
         "</ul><button type=\"button\" class=\"tool\" id=\"theme\" "
         "hidden>Dark</button></div></nav>\n";
}

std::string dd_class(const Cell &cell) {
  if (is_best(cell)) return " class=\"best\"";
  return fmt::format(" class=\"{}\"", name(cell.state));
}

std::string card(const BackendEntry &backend, const Table &overview, const Hues &hues) {
  std::string out =
      fmt::format("<li class=\"card {}\"><h3>{}</h3><p class=\"version\">{}</p>",
                  backend.usable ? hues.at(backend.name) : "broken", html_escaped(backend.name),
                  html_escaped(backend.usable ? backend.library + " " + backend.library_version
                                              : backend.detail));
  if (!backend.usable) return out + "</li>";
  out += "<dl>";
  for (std::size_t i = 0; i < overview.columns.size(); ++i)
    if (overview.columns[i].id == backend.name)
      for (const Row &row : overview.rows)
        out += fmt::format("<div><dt>{}</dt><dd{}>{}</dd></div>", html_escaped(row.title),
                           dd_class(row.cells[i]), html_escaped(row.cells[i].text));
  return out + "</dl></li>";
}

std::string cards(const Report &report, const Section &section, const Hues &hues) {
  std::string out = "<ul class=\"cards\">";
  for (const BackendEntry &backend : report.backends)
    out += card(backend, section.tables.front(), hues);
  return out +
         "</ul><p class=\"legend-note\">★ the best of its row. How far ahead, and how sure that "
         "is, says "
         "the table.</p>";
}

std::string section_html(const Report &report, const Section &section, const Hues &hues) {
  std::string out = fmt::format(
      "<section id=\"{}\"><div class=\"wrap\"><div class=\"intro\"><h2>{}</h2><p "
      "class=\"lead\">{}</p>",
      html_escaped(section.id), html_escaped(section.title), html_escaped(section.lead));
  if (!section.summary.empty()) {
    out += "<ul class=\"summary\">";
    for (const std::string &line : section.summary)
      out += fmt::format("<li>{}</li>", html_escaped(line));
    out += "</ul>";
  }
  out += "</div>";
  if (section.id == "overview" && !section.tables.empty()) out += cards(report, section, hues);
  for (const Table &table : section.tables)
    if (!table.rows.empty())
      out += html_table(table, html_escaped(section.id + "-" + table.id), hues);
  return out + "</div></section>\n";
}

std::string footer(const Report &report) {
  return fmt::format(
      "<footer class=\"wrap\"><p>Made by plugtls {} ({}, {}). A figure is the median of its "
      "rounds; the "
      "backends were measured in alternation. Intervals are 95 % bootstrap intervals; where that "
      "of a ratio "
      "includes 1, no difference was seen. Every measurement ran in a process of its own: one that "
      "crashed or "
      "took too long says so in its cell.</p></footer>\n",
      html_escaped(report.plugtls_version), html_escaped(report.level),
      html_escaped(report.created));
}

}  // namespace

std::string render_html(const Report &report) {
  const Hues hues = hues_of(report);
  std::string out = head() + "<body>\n<a class=\"skip\" href=\"#overview\">To the results</a>\n" +
                    masthead(report) + navigation(report) + "<main>\n";
  for (const Section &section : report.sections)
    out += section_html(report, section, hues);
  return out + "</main>\n" + footer(report) + "<script>\n" + std::string(page_script) +
         "</script>\n</body>\n</html>\n";
}

}  // namespace plugtls::tools::compare
