// SPDX-License-Identifier: Apache-2.0
// plugtls list: what is there, and what would be used. Opens no library.
#include "backends_json.hpp"
#include "terminal.hpp"
#include "verb.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>

namespace plugtls::tools {

namespace {

struct ListOptions {
  bool json = false;
};

void print_row(const Candidate &candidate, std::size_t width) {
  const bool refused = candidate.stage == Stage::refused;
  const std::string state =
      styled(refused ? Style::bad : Style::plain, fmt::format("{:<8}", name(candidate.stage)), 1);
  fmt::print("{:<{}}  {}  {:>8}  {}\n", harmless(candidate.name), width, state, candidate.priority,
             harmless(candidate.description));
  const std::string &more = candidate.detail.empty() ? candidate.library : candidate.detail;
  fmt::print("{:<{}}  {}\n", "", width, styled(Style::faint, harmless(more), 1));
}

Exit list(const ListOptions &options) {
  Registry registry;
  const Resolution resolution = registry.resolve();
  const std::vector<Candidate> candidates = registry.candidates();
  if (options.json) {
    Json out = {{"resolution", to_json(resolution)}, {"backends", Json::array()}};
    for (const Candidate &candidate : candidates)
      out["backends"].push_back(to_json(candidate));
    fmt::print("{}\n", dump(out));
    return Exit::good;
  }
  std::size_t width = 7;
  for (const Candidate &candidate : candidates)
    width = std::max(width, candidate.name.size());
  if (!candidates.empty())
    fmt::print("{:<{}}  STATE     PRIORITY  DESCRIPTION\n", "BACKEND", width);
  for (const Candidate &candidate : candidates)
    print_row(candidate, width);
  std::string order;
  for (const std::string &each : resolution.names)
    order += (order.empty() ? "" : ", ") + each;
  if (order.empty()) order = "nothing";
  fmt::print("{}To be tried: {} (by {}).\n", candidates.empty() ? "" : "\n", harmless(order),
             harmless(resolution.source));
  if (candidates.empty())
    say("plugtls list: no backend is installed; 'plugtls doctor' tells where it was looked for");
  return candidates.empty() ? Exit::no_backend : Exit::good;
}

}  // namespace

Run add_list(CLI::App &app) {
  auto options = std::make_shared<ListOptions>();
  CLI::App *verb = app.add_subcommand("list", "List the backends found, without opening any");
  verb->add_flag("--json", options->json, "Print JSON");
  verb->footer(
      "Examples:\n"
      "  plugtls list\n"
      "  plugtls list --json | jq -r '.backends[].name'");
  return [options] { return list(*options); };
}

}  // namespace plugtls::tools
