// SPDX-License-Identifier: Apache-2.0
// The section "speed": the backends are measured in alternation, A B C A B C, so that what disturbs one disturbs all.
#include "cells.hpp"
#include "measurements.hpp"
#include "section.hpp"
#include "statistics.hpp"
#include "units.hpp"

#include <plugtls/plugtls.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

namespace plugtls::tools::compare {

namespace {

struct Plan {
  int rounds;
  double seconds;  // a round of one measurement
};

Plan plan_for(Level level) {
  switch (level) {
    case Level::quick:
      return {5, 0.06};
    case Level::thorough:
      return {25, 0.5};
    case Level::normal:
      break;
  }
  return {11, 0.25};
}

// What one figure of a measurement's answer becomes.
struct Output {
  std::string table;
  std::string row;
  std::string title;
  std::string group;
  std::string key;  // in the answer
};

struct Lane {
  Json request;
  std::vector<Output> outputs;
};

struct HandshakeKind {
  const char *id;
  const char *title;
  const char *group;
  TlsVersion version;
  const char *option;  // set in the request, or empty
};

constexpr HandshakeKind handshake_kinds[] = {
    {"full-1.3-ecdsa", "TLS 1.3, ECDSA P-256", "Full", TlsVersion::TLSv1_3, ""},
    {"full-1.3-rsa", "TLS 1.3, RSA-2048", "Full", TlsVersion::TLSv1_3, "rsa"},
    {"full-1.2-ecdsa", "TLS 1.2, ECDSA P-256", "Full", TlsVersion::TLSv1_2, ""},
    {"full-1.2-rsa", "TLS 1.2, RSA-2048", "Full", TlsVersion::TLSv1_2, "rsa"},
    {"mutual-1.3-ecdsa", "TLS 1.3, both ends with ECDSA P-256", "Mutual", TlsVersion::TLSv1_3,
     "mutual"},
    {"resumed-1.3-ecdsa", "TLS 1.3, with fresh key exchange", "Resumed", TlsVersion::TLSv1_3,
     "resumed"},
    {"resumed-1.2-ecdsa", "TLS 1.2", "Resumed", TlsVersion::TLSv1_2, "resumed"},
};

constexpr CipherSuite suites[] = {CipherSuite::TLS_AES_128_GCM_SHA256,
                                  CipherSuite::TLS_AES_256_GCM_SHA384,
                                  CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
constexpr std::pair<std::size_t, const char *> sizes[] = {
    {64, "64 bytes"}, {1024, "1 KiB"}, {16384, "16 KiB"}};

void add_latencies(Lane &lane, const std::string &where) {
  for (const char *percentile : {"p50", "p90", "p99"})
    lane.outputs.push_back({"latency", fmt::format("{}-{}", percentile, where),
                            fmt::format("{} % are done within", percentile + 1),
                            where == "tcp" ? "Over loopback TCP" : "In memory",
                            fmt::format("{}_ms", percentile)});
}

std::vector<Lane> handshake_lanes() {
  std::vector<Lane> out;
  for (const HandshakeKind &kind : handshake_kinds) {
    Lane lane{{{"measure", "handshakes"}, {"version", static_cast<unsigned>(kind.version)}},
              {{"handshakes", kind.id, kind.title, kind.group, "per_second"},
               {"server", kind.id, kind.title, kind.group, "server_per_second"}}};
    if (*kind.option != '\0') lane.request[kind.option] = true;
    if (std::string_view(kind.id) == "full-1.3-ecdsa") add_latencies(lane, "memory");
    out.push_back(std::move(lane));
  }
  return out;
}

std::vector<Lane> all_lanes() {
  std::vector<Lane> out = handshake_lanes();
  for (const CipherSuite suite : suites)
    for (const auto &[size, title] : sizes)
      out.push_back(
          {{{"measure", "throughput"}, {"suite", static_cast<unsigned>(suite)}, {"size", size}},
           {{"throughput", fmt::format("{}-{}", name(suite), size), title, std::string(name(suite)),
             "megabytes_per_second"}}});
  Lane connections{{{"measure", "loopback"}},
                   {{"handshakes", "tcp-1.3-ecdsa", "TLS 1.3, ECDSA P-256, new connections",
                     "Over loopback TCP, two threads", "per_second"}}};
  add_latencies(connections, "tcp");
  out.push_back(std::move(connections));
  out.push_back({{{"measure", "loopback"}, {"bytes", true}},
                 {{"throughput", "tcp-16384", "TLS_AES_128_GCM_SHA256, 16 KiB",
                   "Over loopback TCP, two threads", "megabytes_per_second"}}});
  return out;
}

Table make_speed_table(const char *id, const char *title, const char *note, const char *unit,
                       Better better, std::vector<Column> columns) {
  Table out = make_table(id, title, note, std::move(columns));
  out.unit = unit;
  out.better = better;
  out.chart = true;
  return out;
}

std::vector<Table> empty_tables(const std::vector<Column> &columns) {
  return {
      make_speed_table(
          "handshakes", "Handshakes a second",
          "Client and server of the same backend, in memory, on one core: processor time of both "
          "ends together. X25519, AES-128-GCM, a chain of two certificates, verified. Over TCP it "
          "is the clock on the wall.",
          "1/s", Better::higher, columns),
      make_speed_table("server", "Handshakes a second, the server's part",
                       "The same handshakes, the processor time of the server's calls only.", "1/s",
                       Better::higher, columns),
      make_speed_table(
          "latency", "Handshake latency",
          "TLS 1.3, ECDSA P-256: from the first call to the last, by the clock on the wall.", "ms",
          Better::lower, columns),
      make_speed_table(
          "throughput", "Throughput",
          "Blocks of a size, written by one end and read by the other, in memory, on one core: "
          "processor time of both ends. A megabyte is a million bytes of the program's. Over TCP "
          "it is the clock on the wall.",
          "MB/s", Better::higher, columns)};
}

Row &row_of(Table &table, const Output &output) {
  for (Row &row : table.rows)
    if (row.id == output.row) return row;
  table.rows.push_back(make_row(output.row, output.title, output.group));
  return table.rows.back();
}

class Speed final : public Work {
 public:
  explicit Speed(const Options &options)
      : options_(options), plan_(plan_for(options.level)), lanes_(all_lanes()) {}

  std::vector<Task> tasks() override {
    std::vector<Task> out;
    for (int round = 0; round < plan_.rounds; ++round)
      for (std::size_t lane = 0; lane < lanes_.size(); ++lane)
        for (const std::string &backend : options_.backends)
          out.push_back(task(lane, backend));
    return out;
  }

  Section report() const override {
    std::vector<Table> tables = empty_tables(columns_for(options_.backends));
    for (std::size_t i = 0; i < lanes_.size(); ++i)
      for (const Output &output : lanes_[i].outputs)
        for (Table &table : tables)
          if (table.id == output.table) add_cells(table, row_of(table, output), i, output);
    Section out{"speed", "Speed", "How fast is it?", {}, std::move(tables)};
    add_summary(out);
    return out;
  }

 private:
  struct Measured {
    std::vector<Json> answers;
    std::optional<Outcome> failure;  // of the first round that had none
  };

  Task task(std::size_t lane, const std::string &backend) {
    Measured &place = measured_[{lane, backend}];
    Json request = lanes_[lane].request;
    request["backend"] = backend;
    request["seconds"] = plan_.seconds;
    return {{backend},
            std::move(request),
            std::chrono::milliseconds(static_cast<int>(plan_.seconds * 1000)) + options_.limit,
            plan_.seconds + 0.04,
            [&place](Outcome outcome) {
              if (outcome)
                place.answers.push_back(std::move(outcome.value));
              else if (outcome.state != State::unmeasured || place.answers.empty())
                place.failure = std::move(outcome);
            },
            [&place] { return !place.failure; }};
  }

  void add_cells(const Table &table, Row &row, std::size_t lane, const Output &output) const {
    for (const std::string &backend : options_.backends) {
      const Measured &measured = measured_.at({lane, backend});
      // A backend that fails in one round of several has no figure: the good rounds are not the whole truth.
      if (measured.failure) {
        row.cells.push_back(to_cell(*measured.failure));
        continue;
      }
      Cell cell;
      if (measured.answers.empty()) cell = to_cell({State::unmeasured, {}, "interrupted"});
      for (const Json &answer : measured.answers)
        cell.samples.push_back(answer.at(output.key).get<double>());
      summarise(cell);
      if (cell.value) {
        cell.state = State::info;
        cell.text = with_unit(*cell.value, table.unit);
      }
      row.cells.push_back(std::move(cell));
    }
    rank(row, table.better);
  }

  void add_summary(Section &section) const {
    for (const auto &[table_id, row_id, words] :
         {std::tuple("handshakes", "full-1.3-ecdsa", "full handshakes (TLS 1.3, ECDSA)"),
          {"handshakes", "resumed-1.3-ecdsa", "resumed handshakes (TLS 1.3)"},
          {"throughput", "TLS_AES_128_GCM_SHA256-16384", "bulk data (AES-128-GCM, 16 KiB)"}}) {
      const Table *table = find_table(section, table_id);
      for (const Row &row : table->rows)
        if (row.id == row_id) section.summary.push_back(sentence(*table, row, words));
    }
    section.summary.push_back(noise(section));
  }

  // "For full handshakes openssl is fastest, 1,117 /s; mbedtls 176 /s, 6.36 times slower (5.85 to 6.88)"
  static std::string sentence(const Table &table, const Row &row, const char *words) {
    std::vector<std::size_t> order(row.cells.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return row.cells[a].value.value_or(-1) > row.cells[b].value.value_or(-1);
    });
    std::string out;
    for (const std::size_t at : order) {
      const Cell &cell = row.cells[at];
      if (!cell.value) continue;
      out += fmt::format("{}{} {}{}", out.empty() ? "" : "; ", table.columns[at].title, cell.text,
                         cell.verdict.empty() ? "" : ", " + cell.verdict);
    }
    return fmt::format("For {}: {}", words, out.empty() ? "nothing was measured" : out);
  }

  std::string noise(const Section &section) const {
    std::vector<double> widths;
    for (const Table &table : section.tables)
      for (const Row &row : table.rows)
        for (const Cell &cell : row.cells)
          if (cell.spread && *cell.value > 0)
            widths.push_back((cell.spread->high - cell.spread->low) / *cell.value);
    if (widths.empty()) return "Nothing was measured twice.";
    const double middle = median(widths);
    return fmt::format(
        "{} rounds of {:g} s each; half of a figure's rounds lie within {:.1f} % of each other{}",
        plan_.rounds, plan_.seconds, middle * 100,
        middle > 0.1 ? ": the machine was busy, mind the intervals" : "");
  }

  Options options_;
  Plan plan_;
  std::vector<Lane> lanes_;
  std::map<std::pair<std::size_t, std::string>, Measured> measured_;
};

}  // namespace

std::unique_ptr<Work> make_speed(const Options &options) {
  return std::make_unique<Speed>(options);
}

}  // namespace plugtls::tools::compare
