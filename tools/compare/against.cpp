// SPDX-License-Identifier: Apache-2.0
#include "against.hpp"

#include "terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace plugtls::tools::compare {

namespace {

template <typename Items>
const auto *find(const Items &items, const std::string &id) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const auto &each) { return each.id == id; });
  return found == items.end() ? nullptr : &*found;
}

// The interval of the median, or the value alone where it was measured once.
Interval range_of(const Cell &cell) {
  return cell.interval.value_or(Interval{*cell.value, *cell.value});
}

bool touch(const Interval &left, const Interval &right) {
  return left.low <= right.high && right.low <= left.high;
}

void compare_figures(const Cell &before, const Cell &after, Better better, double threshold,
                     Change &out) {
  const double share = *before.value == 0 ? 0 : *after.value / *before.value - 1;
  out.remark = fmt::format("{:+.1f} %", share * 100);
  const bool worse = better == Better::higher  ? share < -threshold
                     : better == Better::lower ? share > threshold
                                               : false;
  const bool is_noise = touch(range_of(before), range_of(after));
  if (is_noise) out.remark += ", within the noise";
  out.counts = worse && !is_noise;
}

bool is_same(const Cell &before, const Cell &after) {
  if (before.state != after.state) return false;
  if (before.value && after.value) return *before.value == *after.value;
  return before.text == after.text;
}

class Walk {
 public:
  Walk(double threshold, std::vector<Change> &out) : threshold_(threshold), out_(out) {}

  void section(const Section &before, const Section &after) {
    for (const Table &table : after.tables) {
      const Table *earlier = find(before.tables, table.id);
      if (earlier == nullptr) continue;
      for (const Row &row : table.rows) {
        const Row *earlier_row = find(earlier->rows, row.id);
        if (earlier_row != nullptr) compare_rows(*earlier, *earlier_row, table, row, after.id);
      }
    }
  }

 private:
  void compare_rows(const Table &old_table, const Row &old_row, const Table &table, const Row &row,
                    const std::string &section) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const Column *old_column = find(old_table.columns, table.columns[i].id);
      if (old_column == nullptr) continue;
      const auto at = static_cast<std::size_t>(old_column - old_table.columns.data());
      compare_cells(
          old_row.cells[at], row.cells[i], table.better,
          fmt::format("{} / {} / {} / {}", section, table.id, row.id, table.columns[i].id));
    }
  }

  void compare_cells(const Cell &before, const Cell &after, Better better, std::string where) {
    // What was not measured, in one of them, has not changed.
    if (before.state == State::unmeasured || after.state == State::unmeasured) return;
    if (is_same(before, after)) return;
    Change change{std::move(where), before.text, after.text, {}, false};
    if (before.value && after.value && better != Better::neither)
      compare_figures(before, after, better, threshold_, change);
    else
      change.counts = before.state != State::info || after.state != State::info;
    out_.push_back(std::move(change));
  }

  double threshold_;
  std::vector<Change> &out_;
};

}  // namespace

std::vector<Change> changes(const Report &before, const Report &after, double threshold) {
  std::vector<Change> out;
  Walk walk(threshold, out);
  for (const Section &section : after.sections) {
    // The overview repeats what the others say.
    if (section.id == "overview") continue;
    if (const Section *earlier = find_section(before, section.id)) walk.section(*earlier, section);
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Change &a, const Change &b) { return a.counts && !b.counts; });
  return out;
}

std::string render_changes(const std::vector<Change> &changes, double threshold, int fd) {
  const auto counting =
      std::count_if(changes.begin(), changes.end(), [](const Change &each) { return each.counts; });
  std::string out = fmt::format(
      "\n{}  {} of {} changes count: another answer, or worse by more than {:g} % and beyond the "
      "noise\n",
      styled(Style::strong, "Since the earlier report", fd), counting, changes.size(),
      threshold * 100);
  for (const Change &each : changes)
    out += styled(each.counts ? Style::bad : Style::plain,
                  harmless(fmt::format("  {} {}: {} -> {}{}", each.counts ? "!" : " ", each.where,
                                       each.before, each.after,
                                       each.remark.empty() ? "" : " (" + each.remark + ")")),
                  fd) +
           "\n";
  return out;
}

Json to_json(const std::vector<Change> &changes) {
  Json out = Json::array();
  for (const Change &each : changes)
    out.push_back({{"where", each.where},
                   {"before", each.before},
                   {"after", each.after},
                   {"remark", each.remark},
                   {"counts", each.counts}});
  return out;
}

}  // namespace plugtls::tools::compare
