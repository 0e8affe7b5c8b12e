// SPDX-License-Identifier: Apache-2.0
// What a comparison found, as plain values: sections of tables, most with a column for each backend. Every renderer, and
// the comparison with an earlier report, works on this alone. docs/compare-schema.json describes its JSON.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plugtls::tools::compare {

using Json = nlohmann::ordered_json;

inline constexpr int schema_version = 1;

// How a cell came to be. Those from failed on say why there is no answer, and are never mistaken for one.
enum class State {
  info,         // a fact without a judgement
  good,         // yes, or as expected
  partial,      // yes, but
  no,           // the backend says that it cannot
  wrong,        // an answer, and not the expected one
  unsupported,  // the backend refused what the measurement needs
  failed,       // an error
  crashed,      // the child process was killed by a signal or ended without an answer
  timed_out,
  garbled,  // the child's answer was no answer
  unmeasured,
};

std::string_view name(State state);
std::optional<State> parse_state(std::string_view text);
// Whether the measurement answered at all.
constexpr bool has_answer(State state) {
  return state < State::unsupported;
}

struct Interval {
  double low = 0;
  double high = 0;
};

struct Cell {
  State state = State::unmeasured;
  std::string text;  // what a person reads
  std::string note;  // a footnote
  std::optional<double> value;
  std::vector<double> samples;       // one of each round
  std::optional<Interval> spread;    // the samples' quartiles
  std::optional<Interval> interval;  // of the median, 95 %
  std::optional<double> ratio;       // how many times worse than the best of its row: 1 is the best
  std::optional<Interval> ratio_interval;  // 95 %
  std::string verdict;                     // the ratio in words
};

struct Row {
  std::string id;
  std::string title;
  std::string group;     // rows of one group stand together
  std::string expected;  // the right answer, where there is one
  bool differs = false;  // the backends do not agree
  std::vector<Cell> cells;
};

enum class Better {
  neither,
  higher,
  lower
};

std::string_view name(Better better);

struct Column {
  std::string id;
  std::string title;
};

struct Table {
  std::string id;
  std::string title;
  std::string note;       // what was measured, and how
  std::string row_title;  // over the rows' titles
  std::string unit;       // of every value
  Better better = Better::neither;
  bool chart = false;
  std::vector<Column> columns;
  std::vector<Row> rows;
};

struct Section {
  std::string id;
  std::string title;
  std::string lead;                  // one sentence: the question it answers
  std::vector<std::string> summary;  // what came out, in sentences
  std::vector<Table> tables;
};

struct BackendEntry {
  std::string name;
  std::string library;
  std::string library_version;
  bool usable = false;
  std::string detail;  // why not
};

struct Report {
  std::string plugtls_version;
  std::string created;  // 2026-11-25T10:00:00Z
  std::string level;    // quick, normal, thorough
  double seconds = 0;
  bool complete = true;
  std::vector<std::pair<std::string, std::string>> machine;
  std::vector<BackendEntry> backends;
  std::vector<Section> sections;
};

Json to_json(const Report &report);
// Throws std::runtime_error, saying what is wrong, if it is not a report of this schema version.
Report report_from_json(const Json &json);

const Section *find_section(const Report &report, std::string_view id);
const Table *find_table(const Section &section, std::string_view id);

}  // namespace plugtls::tools::compare
