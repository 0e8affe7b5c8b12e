// SPDX-License-Identifier: Apache-2.0
// The section "interop": every backend's client with every backend's server, in one process.
#include "cells.hpp"
#include "measurements.hpp"
#include "pair.hpp"
#include "section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

namespace plugtls::tools::compare {

namespace {

constexpr std::pair<const char *, TlsVersion> versions[] = {{"1.3", TlsVersion::TLSv1_3},
                                                            {"1.2", TlsVersion::TLSv1_2}};

void expect(bool good, const char *otherwise) {
  if (!good) throw std::runtime_error(otherwise);
}

void exchange(Pair &pair) {
  const std::string data(20000, 'd');
  std::array<std::byte, 16384> room{};
  pair.transfer(pair.client(), pair.server(), std::as_bytes(std::span(data)), room);
  pair.transfer(pair.server(), pair.client(), std::as_bytes(std::span(data)), room);
}

void close(Pair &pair) {
  std::array<std::byte, 16> room{};
  expect(static_cast<bool>(pair.client().try_shutdown()), "the client's close failed");
  expect(pair.server().try_read(room).status == IoStatus::closed,
         "the server did not see the end of the data");
}

// ---- the checks, each on connections of its own ----

using Ends = std::pair<Backend, Backend>;  // client, server

void check_connection(const Ends &ends, Setting setting) {
  const Contexts contexts = make_contexts(ends.first, ends.second, setting);
  Wires wires;
  Pair pair(contexts, wires);
  pair.handshake();
  expect(pair.client().negotiated_tls_version() == setting.version &&
             pair.server().negotiated_tls_version() == setting.version,
         "the two do not agree on the version");
  expect(pair.client().cipher() == pair.server().cipher(), "the two do not agree on the suite");
  exchange(pair);
  close(pair);
}

void check_rsa(const Ends &ends, Setting setting) {
  setting.rsa = true;
  check_connection(ends, setting);
}

void check_mutual(const Ends &ends, Setting setting) {
  setting.mutual = true;
  const Contexts contexts = make_contexts(ends.first, ends.second, setting);
  Wires wires;
  Pair pair(contexts, wires);
  pair.handshake();
  exchange(pair);
  expect(!pair.server().peer_certificates().empty(), "the server got no certificate");
}

void check_resumption(const Ends &ends, Setting setting) {
  const Contexts contexts = make_contexts(ends.first, ends.second, setting);
  Wires wires;
  WrapOptions options;
  {
    Pair pair(contexts, wires);
    pair.handshake();
    pair.read_tickets();
    options.session = pair.client().session();
    expect(options.session.has_value(), "the client got no session");
    close(pair);
  }
  wires.clear();
  Pair pair(contexts, wires, options);
  pair.handshake();
  exchange(pair);
  expect(pair.server().resumed(), "the session was not resumed");
}

struct Check {
  const char *name;
  void (*run)(const Ends &ends, Setting setting);
  // What both ends have to have for it, other than what a configuration asks for: that is refused by itself.
  std::optional<Feature> feature = {};
};

constexpr Check checks[] = {{"ECDSA", check_connection},
                            {"RSA", check_rsa},
                            {"client certificate", check_mutual},
                            {"resumption", check_resumption, Feature::resumption}};

// Which end rules the check out by what it says it can do, and how; empty if none does.
std::string ruled_out(const Check &check, const Ends &ends) {
  for (const Backend &end : {ends.first, ends.second})
    if (check.feature && end.capability(*check.feature).level == plugtls::Level::no)
      return fmt::format("{}: it says that it has no {}", end.name(), name(*check.feature));
  return {};
}

Json outcome_of(const Check &check, const Ends &ends, const Setting &setting) {
  Json out = {{"name", check.name}, {"result", "good"}, {"text", ruled_out(check, ends)}};
  if (!out["text"].get<std::string>().empty()) {
    out["result"] = "unsupported";
    return out;
  }
  try {
    check.run(ends, setting);
  } catch (const TlsError &error) {
    out["result"] = error.value() == errc::unsupported ? "unsupported" : "bad";
    out["text"] = std::string(error.backend()) + ": " + error.what();
  } catch (const std::exception &error) {
    out["result"] = "bad";
    out["text"] = error.what();
  }
  return out;
}

std::string agreement_of(const Ends &ends, const Setting &setting) {
  Wires wires;
  Pair pair(make_contexts(ends.first, ends.second, setting), wires);
  pair.handshake();
  const auto suite = pair.client().cipher();
  const auto group = pair.client().group();
  return fmt::format("{}, {}", suite ? std::string(name(*suite)) : "unknown suite",
                     group ? std::string(name(*group)) : "unknown group");
}

// ---- the parent's side ----

Cell cell_of(const Outcome &outcome) {
  if (!outcome) return to_cell(outcome);
  std::size_t good = 0;
  std::size_t all = 0;
  std::string note;
  for (const Json &each : outcome.value.at("checks")) {
    const std::string result = each.at("result").get<std::string>();
    if (result != "unsupported") ++all;
    if (result == "good") ++good;
    if (result != "good")
      note += fmt::format("{}{}: {}", note.empty() ? "" : "; ", each.at("name").get<std::string>(),
                          each.at("text").get<std::string>());
  }
  if (all == 0) return make_cell(State::unsupported, "not offered", note);
  const State state = good != all ? State::wrong : note.empty() ? State::good : State::partial;
  return make_cell(state, fmt::format("{} of {}", good, all), note);
}

class Interop final : public Work {
 public:
  explicit Interop(const Options &options) : options_(options) {}

  std::vector<Task> tasks() override {
    std::vector<Task> out;
    // First each with itself: one that hangs is known before it can spoil the others' cells.
    for (const bool with_itself : {true, false})
      for (const auto &[version, number] : versions)
        for (const std::string &client : options_.backends)
          for (const std::string &server : options_.backends) {
            if ((client == server) != with_itself) continue;
            Outcome &place = outcomes_[{version, client, server}];
            out.push_back({{client, server},
                           {{"measure", "interop"},
                            {"client", client},
                            {"server", server},
                            {"version", static_cast<unsigned>(number)}},
                           options_.limit,
                           0.2,
                           [&place](Outcome outcome) { place = std::move(outcome); }});
          }
    return out;
  }

  Section report() const override {
    Table pairs = make_table(
        "pairs", "Who talks to whom",
        fmt::format("Rows are clients, columns servers. Each cell is {} connections with "
                    "data both ways and a clean close: {}. What an end says it has not got is "
                    "left out, and named below.",
                    std::size(checks), check_names()),
        columns_for(options_.backends));
    Table agreed = make_table("agreed", "What they agree on",
                              "With the defaults of both: cipher suite and key exchange group.",
                              columns_for(options_.backends));
    for (const auto &[version, number] : versions)
      for (const std::string &client : options_.backends) {
        const std::string id = fmt::format("{}/{}", version, client);
        const std::string group = fmt::format("TLS {}", version);
        pairs.rows.push_back(make_row(id, client + " as client", group));
        agreed.rows.push_back(make_row(id, client + " as client", group));
        for (const std::string &server : options_.backends) {
          const Outcome &outcome = outcomes_.at({version, client, server});
          pairs.rows.back().cells.push_back(cell_of(outcome));
          agreed.rows.back().cells.push_back(
              outcome ? make_cell(State::info, outcome.value.at("agreed").get<std::string>())
                      : to_cell(outcome));
        }
      }
    Section out{
        "interop", "Interoperability", "Does every client get on with every server?", {}, {}};
    out.summary.push_back(summary(pairs));
    out.tables = {std::move(pairs), std::move(agreed)};
    return out;
  }

 private:
  static std::string check_names() {
    std::string out;
    for (const Check &check : checks)
      out += (out.empty() ? "" : ", ") + std::string(check.name);
    return out;
  }

  static std::string summary(const Table &pairs) {
    std::size_t good = 0;
    std::size_t all = 0;
    std::size_t not_offered = 0;
    for (const Row &row : pairs.rows)
      for (const Cell &cell : row.cells) {
        ++(cell.state == State::unsupported ? not_offered : all);
        if (cell.state == State::good || cell.state == State::partial) ++good;
      }
    std::string out = fmt::format(
        "{} of {} pairs of client and server get on in everything that both have", good, all);
    if (not_offered > 0)
      out += fmt::format("; {} have not got the version, and say so", not_offered);
    return out;
  }

  struct Key {
    std::string version;
    std::string client;
    std::string server;
    auto operator<=>(const Key &) const = default;  // NOLINT(modernize-use-nullptr): there is none
  };

  Options options_;
  std::map<Key, Outcome> outcomes_;
};

}  // namespace

Json measure_interop(const Json &request) {
  const Ends ends(open_backend(request, "client"), open_backend(request, "server"));
  Setting setting;
  setting.version = static_cast<TlsVersion>(request.at("version").get<std::uint16_t>());
  setting.default_policy = true;
  Json out = {{"checks", Json::array()}};
  for (const Check &check : checks)
    out["checks"].push_back(outcome_of(check, ends, setting));
  out["agreed"] = "nothing";
  if (out["checks"][0]["result"] == "good") out["agreed"] = agreement_of(ends, setting);
  return out;
}

std::unique_ptr<Work> make_interop(const Options &options) {
  return std::make_unique<Interop>(options);
}

}  // namespace plugtls::tools::compare
