// SPDX-License-Identifier: Apache-2.0
// The section "verify": what every backend thinks of the same certificate chains.
#include "cells.hpp"
#include "fixtures.hpp"
#include "measurements.hpp"
#include "section.hpp"

#include <plugtls/plugtls.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

namespace plugtls::tools::compare {

namespace {

// ---- the child's side ----

std::string read_file(const std::filesystem::path &path) {
  std::ifstream file(path, std::ios::binary);
  std::string out{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad())
    throw_os_error(path.string() + " cannot be read", errno != 0 ? errno : EIO);
  return out;
}

template <typename Config>
ChainVerdict judge(const Backend &backend, const VerificationCase &which) {
  Config config;
  config.use_trust_store(TrustStore::from_pem(which.trust));
  config.set_verify_time(day_of_judgement());
  if (!which.crls.empty())
    config.use_revocation_lists({RevocationList::from_buffer(which.crls)}, RevocationCheck::chain);
  std::vector<std::string> names;
  if (!which.host.empty()) names.emplace_back(which.host);
  return verify_chain(backend, config, {Certificate::from_buffer(which.chain)}, names,
                      which.is_client ? Purpose::client : Purpose::server);
}

ChainVerdict judge_file(const Backend &backend, const std::string &path, const std::string &ca) {
  ClientConfig config;
  if (!ca.empty()) config.use_trust_store(TrustStore::from_pem_file(ca));
  std::vector<std::string> names;
  std::filesystem::path name_file = path;
  name_file.replace_extension(".name");
  if (std::filesystem::exists(name_file)) {
    std::string text = read_file(name_file);
    text.erase(text.find_last_not_of(" \r\n") + 1);
    names.push_back(std::move(text));
  }
  return verify_chain(backend, config, {Certificate::from_file(path)}, names);
}

// A verdict, or why there is none, by whatever judges.
template <typename Judge>
Json verdict_of(Judge judge) {
  try {
    const ChainVerdict verdict = judge();
    return {{"verdict", verdict ? "accepted" : name(verdict.code)}, {"text", verdict.text}};
  } catch (const TlsError &error) {
    return {{"error", error.what()},
            {"unsupported", error.value() == errc::unsupported},
            {"code", name(error.value())}};
  }
}

// ---- the parent's side ----

struct Case {
  std::string id;
  std::string note;
  std::string expected;  // empty: nobody knows
};

std::vector<Case> built_in_cases() {
  std::vector<Case> out;
  for (const VerificationCase &each : verification_cases())
    out.push_back({std::string(each.name),
                   (each.is_client ? "A client's: " : "") + std::string(each.note),
                   each.expect == "none" ? "accepted" : std::string(each.expect)});
  return out;
}

std::vector<std::string> chain_files(const std::string &directory) {
  std::vector<std::string> out;
  for (const auto &each : std::filesystem::directory_iterator(directory))
    if (each.is_regular_file() &&
        (each.path().extension() == ".pem" || each.path().extension() == ".crt"))
      out.push_back(each.path().string());
  std::sort(out.begin(), out.end());
  return out;
}

Cell cell_of(const Json &answer, const Case &which) {
  if (answer.contains("error"))
    return make_cell(
        answer.value("unsupported", false) ? State::unsupported : State::failed,
        answer.value("unsupported", false) ? "not supported" : answer.at("code").get<std::string>(),
        answer.at("error").get<std::string>());
  const std::string verdict = answer.at("verdict").get<std::string>();
  if (which.expected.empty()) return make_cell(State::info, verdict);
  if (verdict == which.expected) return make_cell(State::good, verdict);
  return make_cell(State::wrong, verdict, answer.at("text").get<std::string>());
}

class Verify final : public Work {
 public:
  explicit Verify(const Options &options) : options_(options) {
    if (options.chains.empty()) {
      cases_ = built_in_cases();
    } else {
      files_ = chain_files(options.chains);
      for (const std::string &file : files_)
        cases_.push_back({std::filesystem::path(file).filename().string(), {}, {}});
    }
    for (const std::string &backend : options_.backends)
      cells_[backend].resize(cases_.size());
  }

  // All cases of a backend in one child; if that does not answer, each in a child of its own.
  std::vector<Task> tasks() override {
    std::vector<Task> out;
    for (const std::string &backend : options_.backends)
      out.push_back(task(backend, 0, cases_.size()));
    return out;
  }

  std::vector<Task> more_tasks() override {
    std::vector<Task> out;
    for (const std::string &backend : std::exchange(broken_, {}))
      for (std::size_t i = 0; i < cases_.size(); ++i)
        out.push_back(task(backend, i, 1));
    return out;
  }

  Section report() const override {
    Table table =
        make_table("verdicts", "Verdicts",
                   options_.chains.empty() ? "Built-in chains, judged offline as of a fixed day. "
                                             "Where the backends differ, or one is wrong, "
                                             "comes first."
                                           : "The chains of the directory, judged offline, now. "
                                             "Where the backends differ comes first.",
                   columns_for(options_.backends));
    table.row_title = "Chain";
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      Row row = make_row(cases_[i].id, cases_[i].note.empty() ? cases_[i].id : cases_[i].note);
      row.expected = cases_[i].expected;
      for (const std::string &backend : options_.backends)
        row.cells.push_back(cells_.at(backend)[i]);
      row.differs = cells_differ(row.cells) || is_partly_unsupported(row);
      table.rows.push_back(std::move(row));
    }
    std::stable_sort(table.rows.begin(), table.rows.end(),
                     [](const Row &a, const Row &b) { return urgency(a) > urgency(b); });
    Section out{"verify",
                "Verdicts on certificates",
                "Does every library refuse what has to be refused, for the same reason?",
                {},
                {}};
    out.summary = summary(table);
    out.tables.push_back(std::move(table));
    return out;
  }

 private:
  Task task(const std::string &backend, std::size_t first, std::size_t count) {
    Json request = {
        {"measure", "verdicts"}, {"backend", backend}, {"first", first}, {"count", count}};
    if (!options_.chains.empty()) {
      request["files"] = files_;
      request["ca"] = options_.ca;
    }
    return {{backend},
            std::move(request),
            count == 1 ? options_.limit : options_.limit * 3,
            count == 1 ? 0.05 : 0.3,
            [this, backend, first, count](const Outcome &outcome) {
              take(backend, first, count, outcome);
            }};
  }

  void take(const std::string &backend, std::size_t first, std::size_t count,
            const Outcome &outcome) {
    const bool may_be_one_case = outcome.state == State::crashed ||
                                 outcome.state == State::timed_out ||
                                 outcome.state == State::garbled;
    if (may_be_one_case && count > 1) broken_.push_back(backend);
    for (std::size_t i = 0; i < count; ++i)
      cells_[backend][first + i] =
          outcome ? cell_of(outcome.value.at(i), cases_[first + i]) : to_cell(outcome);
  }

  // Some judge it and some cannot.
  static bool is_partly_unsupported(const Row &row) {
    const auto cannot = std::count_if(row.cells.begin(), row.cells.end(), [](const Cell &cell) {
      return cell.state == State::unsupported;
    });
    return cannot != 0 && cannot != static_cast<std::ptrdiff_t>(row.cells.size());
  }

  static int urgency(const Row &row) {
    const bool is_wrong = std::any_of(row.cells.begin(), row.cells.end(), [](const Cell &cell) {
      return cell.state == State::wrong || cell.state >= State::failed;
    });
    return (is_wrong ? 2 : 0) + (row.differs ? 1 : 0);
  }

  std::vector<std::string> summary(const Table &table) const {
    std::vector<std::string> out;
    const auto differing = std::count_if(table.rows.begin(), table.rows.end(),
                                         [](const Row &row) { return row.differs; });
    out.push_back(
        fmt::format("{} chains; the backends differ on {}", table.rows.size(), differing));
    for (std::size_t i = 0; i < options_.backends.size(); ++i) {
      const auto count = [&](State state) {
        return std::count_if(table.rows.begin(), table.rows.end(),
                             [&](const Row &row) { return row.cells[i].state == state; });
      };
      const auto wrong = count(State::wrong);
      const auto unsupported = count(State::unsupported);
      if (wrong != 0)
        out.push_back(
            fmt::format("{}: {} verdicts are not the expected ones", options_.backends[i], wrong));
      if (unsupported != 0)
        out.push_back(fmt::format("{} cannot judge {} of them", options_.backends[i], unsupported));
    }
    return out;
  }

  Options options_;
  std::vector<Case> cases_;
  std::vector<std::string> files_;
  std::map<std::string, std::vector<Cell>> cells_;
  std::vector<std::string> broken_;
};

}  // namespace

Json measure_verdicts(const Json &request) {
  const Backend backend = open_backend(request);
  const auto first = request.at("first").get<std::size_t>();
  const auto count = request.at("count").get<std::size_t>();
  Json out = Json::array();
  for (std::size_t i = first; i < first + count; ++i)
    out.push_back(verdict_of([&] {
      if (request.contains("files"))
        return judge_file(backend, request.at("files").at(i).get<std::string>(),
                          request.at("ca").get<std::string>());
      const VerificationCase &which = verification_cases()[i];
      return which.is_client ? judge<ServerConfig>(backend, which)
                             : judge<ClientConfig>(backend, which);
    }));
  return out;
}

std::unique_ptr<Work> make_verify(const Options &options) {
  return std::make_unique<Verify>(options);
}

}  // namespace plugtls::tools::compare
