// SPDX-License-Identifier: Apache-2.0
// The section "startup": from nothing to the first handshake, and what that pulls in.
#include "cells.hpp"
#include "clocks.hpp"
#include "measurements.hpp"
#include "pair.hpp"
#include "section.hpp"
#include "statistics.hpp"
#include "units.hpp"

#include <fmt/format.h>

#include <link.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

namespace plugtls::tools::compare {

namespace {

// ---- the child's side ----

std::set<std::string> loaded_images() {
  std::set<std::string> out;
  dl_iterate_phdr(
      [](dl_phdr_info *info, std::size_t, void *data) {
        if (info->dlpi_name != nullptr && *info->dlpi_name == '/')
          static_cast<std::set<std::string> *>(data)->insert(info->dlpi_name);
        return 0;
      },
      &out);
  return out;
}

double size_of(const std::string &path) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  return failed ? 0 : static_cast<double>(size);
}

// ---- the parent's side ----

struct Phase {
  const char *id;  // of the row, and the key in the answer
  const char *title;
};

constexpr Phase phases[] = {{"total", "From exec to the end of the first handshake"},
                            {"process", "of that: the program itself, until it opens a backend"},
                            {"open", "of that: finding and opening the backend"},
                            {"contexts", "of that: a client's and a server's context"},
                            {"handshake", "of that: the handshake"}};

constexpr Phase disk_rows[] = {
    {"total", "Together"}, {"plugin", "The backend"}, {"libraries", "Libraries it pulled in"}};

int start_rounds(Level level) {
  return level == Level::quick ? 7 : level == Level::normal ? 15 : 31;
}

using AnswersByBackend = std::map<std::string, std::vector<Outcome>>;

class Startup final : public Work {
 public:
  explicit Startup(const Options &options) : options_(options) {
    for (const std::string &backend : options_.backends)
      times_[backend] = sizes_[backend] = {};
  }

  std::vector<Task> tasks() override {
    std::vector<Task> out;
    for (const std::string &backend : options_.backends)
      out.push_back(task("disk", backend, sizes_));
    for (int round = 0; round < start_rounds(options_.level); ++round)
      for (const std::string &backend : options_.backends)
        out.push_back(task("startup", backend, times_));
    return out;
  }

  Section report() const override {
    Section out{"startup",
                "Start-up and size",
                "How long until it works, and what does it bring along?",
                {},
                {}};
    Table time =
        make_table("time", "Time",
                   "By the clock on the wall, the files in the page cache. One handshake in "
                   "memory, TLS 1.3, ECDSA P-256.",
                   columns_for(options_.backends));
    time.unit = "ms";
    Table disk = make_table(
        "disk", "Size on disk",
        "What opening the backend loaded that the program itself had not: the backend's file "
        "and the libraries it needs.",
        columns_for(options_.backends));
    disk.unit = "bytes";
    for (const Phase &phase : phases)
      add_row(time, phase, times_);
    for (const Phase &row : disk_rows)
      add_row(disk, row, sizes_);
    out.summary = {sentence_of("The first handshake is done after", time, time.rows.front()),
                   sentence_of("Backend and libraries take", disk, disk.rows.front())};
    out.tables = {std::move(time), std::move(disk)};
    return out;
  }

 private:
  Task task(const char *measurement, const std::string &backend, AnswersByBackend &answers) const {
    return {
        {backend},
        {{"measure", measurement}, {"backend", backend}},
        options_.limit,
        0.05,
        [&answers, backend](Outcome outcome) { answers[backend].push_back(std::move(outcome)); }};
  }

  void add_row(Table &table, const Phase &phase, const AnswersByBackend &answers) const {
    table.better = Better::lower;
    table.chart = true;
    Row row = make_row(phase.id, phase.title);
    for (const std::string &backend : options_.backends)
      row.cells.push_back(cell(answers.at(backend), phase.id, table.unit));
    rank(row, table.better);
    table.rows.push_back(std::move(row));
  }

  static Cell cell(const std::vector<Outcome> &answers, const char *key, const std::string &unit) {
    Cell out = to_cell({State::unmeasured, {}, "interrupted"});
    for (const Outcome &answer : answers) {
      if (!answer) return to_cell(answer);
      out.samples.push_back(answer.value.at(key).get<double>());
    }
    if (out.samples.empty()) return out;
    summarise(out);
    out.state = State::info;
    out.text = with_unit(*out.value, unit);
    out.note.clear();
    if (std::string_view(key) == "libraries")
      out.note = fmt::format(
          "{}", fmt::join(answers.front().value.at("names").get<std::vector<std::string>>(), ", "));
    return out;
  }

  Options options_;
  AnswersByBackend times_;
  AnswersByBackend sizes_;
};

}  // namespace

Json measure_startup(const Json &request) {
  const auto spawned =
      Clock::time_point(Clock::duration(request.at("spawned_at").get<Clock::rep>()));
  const auto begin = Clock::now();
  const Backend backend = open_backend(request);
  const auto opened = Clock::now();
  const Contexts contexts = make_contexts(backend, backend, {});
  const auto ready = Clock::now();
  Wires wires;
  Pair(contexts, wires).handshake();
  const auto done = Clock::now();
  const auto ms = [](Clock::duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
  };
  return {{"total", ms(done - spawned)},
          {"process", ms(begin - spawned)},
          {"open", ms(opened - begin)},
          {"contexts", ms(ready - opened)},
          {"handshake", ms(done - ready)}};
}

Json measure_disk(const Json &request) {
  const std::set<std::string> before = loaded_images();
  const Backend backend = open_backend(request);
  const std::string plugin(backend.path());
  double libraries = 0;
  Json names = Json::array();
  for (const std::string &each : loaded_images()) {
    if (before.contains(each) || std::filesystem::equivalent(each, plugin)) continue;
    libraries += size_of(each);
    names.push_back(std::filesystem::path(each).filename().string());
  }
  return {{"plugin", size_of(plugin)},
          {"libraries", libraries},
          {"total", size_of(plugin) + libraries},
          {"names", names}};
}

std::unique_ptr<Work> make_startup(const Options &options) {
  return std::make_unique<Startup>(options);
}

}  // namespace plugtls::tools::compare
