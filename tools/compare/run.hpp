// SPDX-License-Identifier: Apache-2.0
// Runs the sections' measurements, one after the other, and gathers the report.
#pragma once

#include "section.hpp"

#include <string>
#include <vector>

namespace plugtls::tools::compare {

struct SectionName {
  const char *name;
  const char *description;
  std::unique_ptr<Work> (*make)(const Options &);
};

// In the order in which they are run and shown.
const std::vector<SectionName> &all_sections();

// Opens every backend in a process of its own. `names` empty: all that are found. The description goes into the report.
std::vector<BackendEntry> find_backends(const std::vector<std::string> &names);

// `options.backends` are the usable ones among `backends`. A Ctrl-C ends it early, with what is done so far.
Report run(const Options &options, const std::vector<BackendEntry> &backends,
           const std::vector<std::string> &sections);

}  // namespace plugtls::tools::compare
