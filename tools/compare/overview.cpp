// SPDX-License-Identifier: Apache-2.0
#include "overview.hpp"

#include "cells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace plugtls::tools::compare {

namespace {

// A row of a section's table that stands for it.
struct Source {
  const char *section;
  const char *table;
  const char *row;
  const char *title;
};

constexpr Source sources[] = {
    {"speed", "handshakes", "full-1.3-ecdsa", "Full handshakes, TLS 1.3, ECDSA"},
    {"speed", "handshakes", "full-1.3-rsa", "Full handshakes, TLS 1.3, RSA-2048"},
    {"speed", "handshakes", "resumed-1.3-ecdsa", "Resumed handshakes, TLS 1.3"},
    {"speed", "throughput", "TLS_AES_128_GCM_SHA256-16384", "Throughput, AES-128-GCM, 16 KiB"},
    {"speed", "throughput", "TLS_CHACHA20_POLY1305_SHA256-16384",
     "Throughput, ChaCha20-Poly1305, 16 KiB"},
    {"memory", "heap", "server-idle", "Heap of an idle connection, server"},
    {"memory", "resident", "load", "Memory taken by loading it"},
    {"startup", "time", "total", "From exec to the first handshake"},
    {"startup", "disk", "total", "Size on disk"},
};

// "12 of 13" of the rows whose cell in this column is in one of the states.
// The matrix has a row for each client, whose id ends in its name, and a column for each server.
bool is_about(const Row &row, const Column &column, const Cell &cell, const Table &table) {
  if (table.id != "pairs")
    return &row.cells[static_cast<std::size_t>(&column - table.columns.data())] == &cell;
  return row.id.ends_with("/" + column.id) ||
         &row.cells[static_cast<std::size_t>(&column - table.columns.data())] == &cell;
}

Row count(const Report &report, const char *section_id, const char *table_id, Row row) {
  const Section *section = find_section(report, section_id);
  const Table *table = section == nullptr ? nullptr : find_table(*section, table_id);
  if (table == nullptr) return row;
  for (std::size_t i = 0; i < table->columns.size(); ++i) {
    std::size_t good = 0;
    std::size_t all = 0;
    for (const Row &each : table->rows)
      for (const Cell &cell : each.cells) {
        if (!is_about(each, table->columns[i], cell, *table) || cell.state == State::unmeasured)
          continue;
        ++all;
        if (cell.state == State::good) ++good;
      }
    Cell cell;
    cell.state = all == 0 ? State::unmeasured : State::info;
    cell.text = all == 0 ? "not measured" : fmt::format("{} of {}", good, all);
    if (all != 0) cell.value = static_cast<double>(good);
    row.cells.push_back(std::move(cell));
  }
  return row;
}

void add_counts(const Report &report, Table &table) {
  const auto add = [&](Row row) {
    if (!row.cells.empty()) table.rows.push_back(std::move(row));
  };
  add(count(report, "features", "capabilities",
            make_row("features", "Features, without reservation")));
  add(count(report, "verify", "verdicts",
            make_row("verify", "Certificate chains judged as expected")));
  add(count(report, "interop", "pairs",
            make_row("interop", "Interoperability, as client and as server")));
}

void add_rows(const Report &report, Table &out) {
  for (const Source &source : sources) {
    const Section *section = find_section(report, source.section);
    const Table *table = section == nullptr ? nullptr : find_table(*section, source.table);
    if (table == nullptr) continue;
    for (const Row &row : table->rows) {
      if (row.id != source.row) continue;
      Row copy = row;
      copy.id = fmt::format("{}/{}/{}", source.section, source.table, source.row);
      copy.title = source.title;
      copy.group.clear();
      for (Cell &cell : copy.cells)
        cell.samples.clear();
      out.rows.push_back(std::move(copy));
    }
  }
}

}  // namespace

Section make_overview(const Report &report) {
  Table table{"overview", "At a glance", "", "", "", Better::neither, false, {}, {}};
  for (const BackendEntry &backend : report.backends)
    if (backend.usable) table.columns.push_back({backend.name, backend.name});
  add_counts(report, table);
  add_rows(report, table);
  Section out{"overview", "At a glance", "The short answer; the evidence follows.", {}, {}};
  for (const BackendEntry &backend : report.backends)
    if (!backend.usable)
      out.summary.push_back(
          fmt::format("{} could not be opened: {}", backend.name, backend.detail));
  out.tables.push_back(std::move(table));
  return out;
}

}  // namespace plugtls::tools::compare
