// SPDX-License-Identifier: Apache-2.0
// The section "memory": what malloc handed out for a connection, and what the kernel had to keep in memory.
#include "cells.hpp"
#include "measurements.hpp"
#include "pair.hpp"
#include "section.hpp"
#include "statistics.hpp"
#include "units.hpp"

#include <fmt/format.h>

#include <malloc.h>

#include <array>
#include <fstream>
#include <map>
#include <memory>
#include <utility>

namespace plugtls::tools::compare {

namespace {

constexpr std::size_t heap_connections = 100;  // unless the request says otherwise
constexpr std::size_t peak_connections = 1000;

// ---- the child's side ----

double heap_in_use() {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
#else
  throw std::runtime_error("the heap can only be looked at with glibc 2.33 or later");
#endif
}

// What each side's calls leave allocated.
class HeapMeter {
 public:
  template <typename Call>
  void operator()(Side side, Call call) {
    const double before = heap_in_use();
    call();
    (side == Side::client ? client_ : server_) += heap_in_use() - before;
  }
  double client() const { return client_; }
  double server() const { return server_; }

 private:
  double client_ = 0;
  double server_ = 0;
};

// A full record from one to the other; each call is metered as its side's.
template <typename Meter>
void move_a_record(Connection &from, Side from_side, Connection &to, Side to_side, Meter &meter) {
  static const std::array<std::byte, 16384> data{};
  static std::array<std::byte, 16384> room{};
  std::size_t read = 0;
  for (std::size_t taken = 0; taken < data.size();) {
    meter(from_side, [&] {
      const IoResult put = from.try_write(std::span(data).subspan(taken));
      if (!put) throw_status(put.status, from.last_error());
      taken += put.bytes;
    });
    while (read < taken)
      meter(to_side, [&] {
        const IoResult got = to.try_read(room);
        if (!got) throw_status(got.status, to.last_error());
        read += got.bytes;
      });
  }
}

// ---- resident memory ----

// A line of /proc/self/..., in bytes.
double kernel_figure(const char *file, const std::string &key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (line.rfind(key + ":", 0) == 0) return std::stod(line.substr(key.size() + 1)) * 1024;
  throw std::runtime_error(std::string(file) + " does not tell " + key);
}

struct Resident {
  double all = kernel_figure("/proc/self/smaps_rollup", "Rss");
  double own = kernel_figure("/proc/self/smaps_rollup", "Private_Dirty");
};

// From here on the peak is counted anew.
void reset_peak() {
  std::ofstream("/proc/self/clear_refs") << "5";
}

double peak_of_handshakes(const Contexts &contexts) {
  std::vector<std::unique_ptr<Wires>> wires(peak_connections);
  for (auto &each : wires)
    each = std::make_unique<Wires>();
  std::vector<std::unique_ptr<Pair>> pairs;
  pairs.reserve(peak_connections);
  reset_peak();
  const double before = kernel_figure("/proc/self/status", "VmRSS");
  for (auto &each : wires)
    pairs.push_back(std::make_unique<Pair>(contexts, *each));
  // Step by step, so that all are in the middle of it at once.
  for (bool done = false; !done;) {
    done = true;
    for (auto &pair : pairs)
      done = pair->step([](Side, auto call) { call(); }) && done;
  }
  return kernel_figure("/proc/self/status", "VmHWM") - before;
}

// ---- the parent's side ----

struct Figure {
  const char *table;
  const char *measurement;
  const char *id;  // of the row, and the key in the answer
  const char *title;
  const char *group;
};

constexpr Figure figures[] = {
    {"heap", "heap", "client-idle", "Client", "Connection, idle after its handshake"},
    {"heap", "heap", "server-idle", "Server", "Connection, idle after its handshake"},
    {"heap", "heap", "client-active", "Client", "Connection that has moved 16 KiB each way"},
    {"heap", "heap", "server-active", "Server", "Connection that has moved 16 KiB each way"},
    {"heap", "heap", "client-context", "Client", "Context, shared by all connections"},
    {"heap", "heap", "server-context", "Server", "Context, shared by all connections"},
    {"resident", "loading", "load", "Loading the backend and its library", ""},
    {"resident", "loading", "load-own", "of that, written to and so not shared between processes",
     ""},
    {"resident", "resident", "contexts", "Two contexts", ""},
    {"resident", "resident", "peak", "Peak while 1,000 connections shake hands at once, both ends",
     ""},
};

int rounds_for(Level level) {
  return level == Level::quick ? 1 : level == Level::normal ? 3 : 5;
}

class Memory final : public Work {
 public:
  explicit Memory(const Options &options) : options_(options) {
    for (const std::string &backend : options_.backends)
      for (const char *measurement : {"heap", "loading", "resident"})
        answers_[{measurement, backend}] = {};
  }

  std::vector<Task> tasks() override {
    std::vector<Task> out;
    for (int round = 0; round < rounds_for(options_.level); ++round)
      for (auto &[key, answers] : answers_) {
        Json request = {{"measure", key.first}, {"backend", key.second}};
        // A cache of freed blocks would count as in use.
        if (key.first == "heap")
          request["environment"] = {"GLIBC_TUNABLES=glibc.malloc.tcache_count=0"};
        out.push_back(
            {{key.second},
             std::move(request),
             options_.limit * 6,
             key.first == "heap" ? 0.3 : 2.0,
             [&answers = answers](Outcome outcome) { answers.push_back(std::move(outcome)); }});
      }
    return out;
  }

  Section report() const override {
    Section out{
        "memory", "Memory", "What does a connection cost, and what does the library?", {}, {}};
    out.tables.push_back(
        table("heap", "Heap",
              "What malloc has handed out and not got back: the mean of 100 connections, TLS 1.3, "
              "ECDSA P-256."));
    out.tables.push_back(table("resident", "Resident memory", "As the kernel counts it."));
    for (const Row &row : out.tables.front().rows)
      if (row.id == "server-idle")
        out.summary.push_back(
            sentence_of("An idle server connection takes", out.tables.front(), row));
    return out;
  }

 private:
  Table table(const std::string &id, const char *title, const char *note) const {
    Table out = make_table(id, title, note, columns_for(options_.backends));
    out.unit = "bytes";
    out.better = Better::lower;
    out.chart = true;
    for (const Figure &figure : figures) {
      if (figure.table != id) continue;
      Row row = make_row(figure.id, figure.title, figure.group);
      for (const std::string &backend : options_.backends)
        row.cells.push_back(cell(figure, answers_.at({figure.measurement, backend})));
      rank(row, out.better);
      out.rows.push_back(std::move(row));
    }
    return out;
  }

  static Cell cell(const Figure &figure, const std::vector<Outcome> &answers) {
    Cell out = to_cell({State::unmeasured, {}, "interrupted"});
    for (const Outcome &answer : answers) {
      if (!answer) return to_cell(answer);
      out.samples.push_back(answer.value.at(figure.id).get<double>());
    }
    if (out.samples.empty()) return out;
    summarise(out);
    out.note.clear();
    out.state = State::info;
    out.text = with_unit(*out.value, "bytes");
    return out;
  }

  Options options_;
  std::map<std::pair<std::string, std::string>, std::vector<Outcome>> answers_;
};

}  // namespace

Json measure_heap(const Json &request) {
  const Backend backend = open_backend(request);
  // The first context and connection bring what the library keeps for the process.
  {
    const Contexts contexts = make_contexts(backend, backend, {});
    Wires wires;
    Pair(contexts, wires).handshake();
  }
  const double empty = heap_in_use();
  const ClientContext client = make_client_context(backend, {});
  const double one = heap_in_use();
  const ServerContext server = make_server_context(backend, {});
  const double both = heap_in_use();
  const Contexts contexts{client, server};
  const auto count = request.value("connections", heap_connections);
  std::vector<std::unique_ptr<Wires>> wires(count);
  for (auto &each : wires)
    each = std::make_unique<Wires>();
  std::vector<std::unique_ptr<Pair>> pairs(count);
  HeapMeter idle;
  for (std::size_t i = 0; i < count; ++i) {
    pairs[i] = std::make_unique<Pair>(contexts, *wires[i], WrapOptions{}, std::ref(idle));
    pairs[i]->handshake(std::ref(idle));
    idle(Side::client, [&] { pairs[i]->read_tickets(); });
  }
  HeapMeter active = idle;
  for (auto &pair : pairs) {
    move_a_record(pair->client(), Side::client, pair->server(), Side::server, active);
    move_a_record(pair->server(), Side::server, pair->client(), Side::client, active);
  }
  const auto each = static_cast<double>(count);
  return {{"client-idle", idle.client() / each},     {"server-idle", idle.server() / each},
          {"client-active", active.client() / each}, {"server-active", active.server() / each},
          {"client-context", one - empty},           {"server-context", both - one}};
}

Json measure_loading(const Json &request) {
  const Resident start;
  (void)open_backend(request);
  const Resident loaded;
  return {{"load", loaded.all - start.all}, {"load-own", loaded.own - start.own}};
}

Json measure_resident(const Json &request) {
  const Backend backend = open_backend(request);
  const Resident loaded;
  const Contexts contexts = make_contexts(backend, backend, {});
  const Resident ready;
  return {{"contexts", ready.all - loaded.all}, {"peak", peak_of_handshakes(contexts)}};
}

std::unique_ptr<Work> make_memory(const Options &options) {
  return std::make_unique<Memory>(options);
}

}  // namespace plugtls::tools::compare
