// SPDX-License-Identifier: Apache-2.0
// B4: the same bad certificate gives the same code, for the same certificate of the path, and the same alert,
// whichever backend judges it and however the chain reached it.
#include "present.hpp"
#include "support/summary.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <iomanip>
#include <set>
#include <sstream>

using namespace support;
using namespace parity;

namespace {

std::vector<Case> cases_of(Side side) {
  std::vector<Case> out;
  const bool servers = side == Side::server;
  for (const auto *list :
       {servers ? &pki_cases() : &pki_clients(), servers ? &pki_parity() : &pki_parity_clients()})
    for (const PkiCase &entry : *list)
      if (entry.expect != PLUGTLS_E_KEY_MISMATCH)  // no chain is wrong there
        out.push_back({side, entry});
  return out;
}

// One case and one backend: what is wrong with it, and how it stands in the table.
struct Cell {
  std::string text;
  std::vector<std::string> faults = {};
  size_t presentations = 0;
  bool explained = false, refused = false;
};

struct Count {
  size_t cells = 0, presentations = 0, explained = 0, refused = 0, faulty = 0;
};

// A kind of key that the judge has not got: named offline, and no handshake comes off.
Cell refused_cell(const std::vector<Presentation> &shown, uint32_t feature) {
  Cell out{.text = std::string("refused: ") + plugtls_feature_name(feature), .refused = true};
  for (const Presentation &one : shown) {
    if (one.declined) continue;
    ++out.presentations;
    const bool named = one.verdict.code == "unsupported" && one.feature == feature;
    if (one.offline ? !named : one.verdict.good())
      out.faults.push_back(one.how + ": not refused but " + one.verdict.text() + " " + one.why);
  }
  return out;
}

bool agrees(const Presentation &one, Verdict wanted) {
  if (one.offline) wanted.alert = "-";
  return one.verdict == wanted;
}

// Where the document explains a handshake, verification without one may still be as it should.
bool agrees(const Presentation &one, const Verdict &wanted, const Verdict &usual) {
  return agrees(one, wanted) || (one.offline && agrees(one, usual));
}

Cell judged_cell(const std::vector<Presentation> &shown, const Verdict &wanted,
                 const Verdict &usual) {
  Cell out;
  for (const Presentation &one : shown) {
    if (one.declined) continue;
    ++out.presentations;
    if (!agrees(one, wanted, usual) || !one.why.empty())
      out.faults.push_back(one.how + ": " + one.verdict.text() + " " + one.why);
  }
  // Offline and one handshake, at least: the swap shows what nobody presents.
  if (out.presentations < 2) out.faults.emplace_back("nobody presents it");
  out.text = "same (" + std::to_string(out.presentations) + ")";
  if (!out.faults.empty()) out.text = "DIFFERS";
  return out;
}

Verdict parse(const std::string &text) {
  std::istringstream in(text);
  Verdict out;
  in >> out.code >> out.depth >> out.alert;
  return out;
}

Cell cell_of(const std::string &backend, const Case &shown,
             const std::vector<Presenter> &presenters, std::set<std::string> *declined) {
  const std::vector<Presentation> all = present_to(backend, shown, presenters);
  for (const Presentation &one : all)
    if (one.declined) declined->insert(one.how + ": " + shown.entry.name);
  const uint32_t feature = shown.key_feature();
  if (feature != PLUGTLS_FEATURE_NONE && !supports(backend, feature))
    return refused_cell(all, feature);
  const auto why = explained().find({shown.entry.name, backend});
  const Verdict &usual = expected().at(shown.entry.name);
  if (why == explained().end()) return judged_cell(all, usual, usual);
  Cell out = judged_cell(all, parse(why->second.verdict), usual);
  out.explained = true;
  if (out.faults.empty()) out.text = why->second.verdict + " (explained)";
  return out;
}

class Table {
 public:
  explicit Table(Side side) : side_(side) {}

  void fill() {
    out_ << std::left << std::setw(28) << "case" << std::setw(58) << "expected";
    for (const std::string &backend : backend_names())
      out_ << std::setw(16) << backend;
    out_ << '\n';
    for (const Case &shown : cases_of(side_))
      add(shown);
  }
  // Which presenters would not show which chains; that is theirs to decide, and no verdict.
  std::string declined() const {
    std::string out;
    for (const std::string &one : declined_)
      out += "not presented by " + one + '\n';
    return out;
  }
  std::string text() const { return out_.str(); }
  const Count &count() const { return count_; }

 private:
  void add(const Case &shown) {
    INFO(shown.entry.name << ": " << shown.entry.note);
    const auto row = expected().find(shown.entry.name);
    if (row == expected().end()) {
      ++count_.faulty;
      FAIL_CHECK("tests/parity/expected.tsv has no row for it");
      return;
    }
    CHECK(row->second.code == plugtls_error_name(shown.entry.expect));
    out_ << std::setw(28) << shown.entry.name << std::setw(58) << row->second.text();
    const std::vector<Presenter> presenters = presenters_of(shown);
    for (const std::string &backend : backend_names())
      add(cell_of(backend, shown, presenters, &declined_), backend);
    out_ << '\n';
  }

  void add(const Cell &cell, const std::string &backend) {
    INFO("judged by " << backend);
    out_ << std::setw(16) << cell.text;
    ++count_.cells;
    count_.presentations += cell.presentations;
    count_.explained += cell.explained ? 1U : 0U;
    count_.refused += cell.refused ? 1U : 0U;
    count_.faulty += cell.faults.empty() ? 0U : 1U;
    for (const std::string &fault : cell.faults)
      FAIL_CHECK(fault);
  }

  Side side_;
  std::ostringstream out_;
  std::set<std::string> declined_;
  Count count_;
};

std::string summary(const Table &table, const std::string &what) {
  const Count &count = table.count();
  std::ostringstream out;
  out << "parity, " << what << ": " << count.cells << " verdicts (" << count.presentations
      << " presentations), " << count.faulty << " differ, " << count.explained << " explained, "
      << count.refused << " refused by capability\n";
  return out.str();
}

void compare(Side side, const std::string &what) {
  Table table(side);
  table.fill();
  std::fputs((table.text() + '\n' + table.declined() + '\n').c_str(), stdout);
  publish("parity_" + what, summary(table, what));
  CHECK(table.count().cells == cases_of(side).size() * backend_names().size());
}

}  // namespace

TEST_CASE("B4 every backend gives a server's chain the same verdict", "[parity]") {
  compare(Side::server, "servers");
}

TEST_CASE("B4 every backend gives a client's chain the same verdict", "[parity]") {
  compare(Side::client, "clients");
}

TEST_CASE("B4 the table has each case once, and forty bad ones at least", "[parity]") {
  std::set<std::string> names;
  size_t bad = 0;
  for (const Side side : {Side::server, Side::client}) {
    for (const Case &one : cases_of(side)) {
      CHECK(names.insert(one.entry.name).second);
      bad += one.entry.expect != PLUGTLS_E_NONE ? 1U : 0U;
    }
  }
  CHECK(bad >= 40);
  for (const auto &[name, verdict] : expected()) {
    INFO(name);
    CHECK(names.count(name) == 1);
  }
  for (const auto &[cell, why] : explained()) {
    INFO(cell.first << ", " << cell.second);
    CHECK(names.count(cell.first) == 1);
    CHECK(why.verdict != expected().at(cell.first).text());  // nothing to explain
  }
}
