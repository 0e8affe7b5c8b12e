// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace plugtls::tools::compare {

namespace {

constexpr std::array<std::string_view, 11> state_names = {
    "info",   "good",    "partial",   "no",      "wrong",     "unsupported",
    "failed", "crashed", "timed_out", "garbled", "unmeasured"};

Json to_json(const Interval &interval) {
  return {{"low", interval.low}, {"high", interval.high}};
}

template <typename Value>
void add(Json &out, const char *key, const Value &value, bool wanted) {
  if (wanted) out[key] = value;
}

Json to_json(const Cell &cell) {
  Json out = {{"state", name(cell.state)}, {"text", cell.text}};
  add(out, "note", cell.note, !cell.note.empty());
  if (cell.value) out["value"] = *cell.value;
  add(out, "samples", cell.samples, !cell.samples.empty());
  if (cell.spread) out["spread"] = to_json(*cell.spread);
  if (cell.interval) out["interval"] = to_json(*cell.interval);
  if (cell.ratio) out["ratio"] = *cell.ratio;
  if (cell.ratio_interval) out["ratio_interval"] = to_json(*cell.ratio_interval);
  add(out, "verdict", cell.verdict, !cell.verdict.empty());
  return out;
}

Json to_json(const Table &table) {
  Json out = {{"id", table.id},       {"title", table.title},
              {"note", table.note},   {"row_title", table.row_title},
              {"unit", table.unit},   {"better", name(table.better)},
              {"chart", table.chart}, {"columns", Json::array()},
              {"rows", Json::array()}};
  for (const Column &column : table.columns)
    out["columns"].push_back({{"id", column.id}, {"title", column.title}});
  for (const Row &row : table.rows) {
    Json cells = Json::object();
    for (std::size_t i = 0; i < row.cells.size(); ++i)
      cells[table.columns.at(i).id] = to_json(row.cells[i]);
    Json each = {{"id", row.id}, {"title", row.title}, {"differs", row.differs}};
    add(each, "group", row.group, !row.group.empty());
    add(each, "expected", row.expected, !row.expected.empty());
    each["cells"] = std::move(cells);
    out["rows"].push_back(std::move(each));
  }
  return out;
}

// ---- and back ----

std::string text(const Json &json, const char *key) {
  return json.value(key, std::string());
}

std::optional<Interval> interval(const Json &json, const char *key) {
  if (!json.contains(key)) return std::nullopt;
  return Interval{json.at(key).at("low").get<double>(), json.at(key).at("high").get<double>()};
}

std::optional<double> number(const Json &json, const char *key) {
  if (!json.contains(key)) return std::nullopt;
  return json.at(key).get<double>();
}

Cell cell_from(const Json &json) {
  Cell out;
  const std::optional<State> state = parse_state(json.at("state").get<std::string>());
  if (!state) throw std::runtime_error("a cell's state is unknown: " + text(json, "state"));
  out.state = *state;
  out.text = text(json, "text");
  out.note = text(json, "note");
  out.value = number(json, "value");
  if (json.contains("samples")) out.samples = json.at("samples").get<std::vector<double>>();
  out.spread = interval(json, "spread");
  out.interval = interval(json, "interval");
  out.ratio = number(json, "ratio");
  out.ratio_interval = interval(json, "ratio_interval");
  out.verdict = text(json, "verdict");
  return out;
}

Better better_from(const std::string &text) {
  for (const Better better : {Better::higher, Better::lower})
    if (text == name(better)) return better;
  return Better::neither;
}

Table table_from(const Json &json) {
  Table out{json.at("id").get<std::string>(),
            text(json, "title"),
            text(json, "note"),
            text(json, "row_title"),
            text(json, "unit"),
            better_from(text(json, "better")),
            json.value("chart", false),
            {},
            {}};
  for (const Json &column : json.at("columns"))
    out.columns.push_back({column.at("id").get<std::string>(), text(column, "title")});
  for (const Json &row : json.at("rows")) {
    Row each{row.at("id").get<std::string>(), text(row, "title"),          text(row, "group"),
             text(row, "expected"),           row.value("differs", false), {}};
    for (const Column &column : out.columns)
      each.cells.push_back(
          row.at("cells").contains(column.id) ? cell_from(row.at("cells").at(column.id)) : Cell());
    out.rows.push_back(std::move(each));
  }
  return out;
}

Report parse(const Json &json) {
  Report out;
  out.plugtls_version = text(json, "plugtls_version");
  out.created = text(json, "created");
  out.level = text(json, "level");
  out.seconds = json.value("seconds", 0.0);
  out.complete = json.value("complete", true);
  for (const auto &[key, value] : json.at("machine").items())
    out.machine.emplace_back(key, value.get<std::string>());
  for (const Json &backend : json.at("backends"))
    out.backends.push_back({backend.at("name").get<std::string>(), text(backend, "library"),
                            text(backend, "library_version"), backend.value("usable", false),
                            text(backend, "detail")});
  for (const Json &section : json.at("sections")) {
    Section each{section.at("id").get<std::string>(),
                 text(section, "title"),
                 text(section, "lead"),
                 section.at("summary").get<std::vector<std::string>>(),
                 {}};
    for (const Json &table : section.at("tables"))
      each.tables.push_back(table_from(table));
    out.sections.push_back(std::move(each));
  }
  return out;
}

}  // namespace

std::string_view name(State state) {
  return state_names.at(static_cast<std::size_t>(state));
}

std::optional<State> parse_state(std::string_view text) {
  const auto *found = std::find(state_names.begin(), state_names.end(), text);
  if (found == state_names.end()) return std::nullopt;
  return static_cast<State>(found - state_names.begin());
}

std::string_view name(Better better) {
  switch (better) {
    case Better::higher:
      return "higher";
    case Better::lower:
      return "lower";
    case Better::neither:
      break;
  }
  return "neither";
}

Json to_json(const Report &report) {
  Json out = {{"schema", "plugtls-compare"},
              {"schema_version", schema_version},
              {"plugtls_version", report.plugtls_version},
              {"created", report.created},
              {"level", report.level},
              {"seconds", report.seconds},
              {"complete", report.complete},
              {"machine", Json::object()},
              {"backends", Json::array()},
              {"sections", Json::array()}};
  for (const auto &[key, value] : report.machine)
    out["machine"][key] = value;
  for (const BackendEntry &backend : report.backends)
    out["backends"].push_back({{"name", backend.name},
                               {"library", backend.library},
                               {"library_version", backend.library_version},
                               {"usable", backend.usable},
                               {"detail", backend.detail}});
  for (const Section &section : report.sections) {
    Json each = {{"id", section.id},
                 {"title", section.title},
                 {"lead", section.lead},
                 {"summary", section.summary},
                 {"tables", Json::array()}};
    for (const Table &table : section.tables)
      each["tables"].push_back(to_json(table));
    out["sections"].push_back(std::move(each));
  }
  return out;
}

Report report_from_json(const Json &json) {
  if (!json.is_object() || json.value("schema", Json()) != "plugtls-compare")
    throw std::runtime_error("it is not a report of plugtls compare");
  if (json.value("schema_version", Json()) != schema_version)
    throw std::runtime_error("its schema version is not " + std::to_string(schema_version));
  try {
    return parse(json);
  } catch (const Json::exception &error) {
    throw std::runtime_error(std::string("it is not a whole report: ") + error.what());
  }
}

const Section *find_section(const Report &report, std::string_view id) {
  const auto found = std::find_if(report.sections.begin(), report.sections.end(),
                                  [&](const Section &section) { return section.id == id; });
  return found == report.sections.end() ? nullptr : &*found;
}

const Table *find_table(const Section &section, std::string_view id) {
  const auto found = std::find_if(section.tables.begin(), section.tables.end(),
                                  [&](const Table &table) { return table.id == id; });
  return found == section.tables.end() ? nullptr : &*found;
}

}  // namespace plugtls::tools::compare
