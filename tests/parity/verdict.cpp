// SPDX-License-Identifier: Apache-2.0
#include "verdict.hpp"

#include "support/backends.hpp"

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace parity {
namespace {

std::ifstream open(const std::string &path) {
  std::ifstream out(path);
  if (!out) throw std::runtime_error("cannot read " + path);
  return out;
}

std::map<std::string, Verdict> read_expected() {
  std::map<std::string, Verdict> out;
  std::ifstream in = open(PLUGTLS_TEST_SOURCE_DIR "/tests/parity/expected.tsv");
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream fields(line);
    std::string name;
    Verdict verdict;
    fields >> name >> verdict.code >> verdict.depth >> verdict.alert;
    if (!fields || !out.emplace(name, verdict).second)
      throw std::runtime_error("expected.tsv: malformed, or there twice: " + line);
  }
  return out;
}

std::vector<int> numbers(const std::string &version) {
  std::vector<int> out;
  const std::regex number("[0-9]+");
  for (auto at = std::sregex_iterator(version.begin(), version.end(), number);
       at != std::sregex_iterator(); ++at)
    out.push_back(std::stoi(at->str()));
  return out;
}

// Whether the backend's library has come to the version from which a row holds.
bool holds_for(const std::string &backend, const std::string &from) {
  if (from.empty()) return true;
  const std::vector<std::string> present = support::backend_names();
  if (std::find(present.begin(), present.end(), backend) == present.end()) return false;
  plugtls_backend_description about{};
  about.size = sizeof about;
  plugtls_backend_describe(support::open_backend(backend), &about);
  return numbers(about.library_version) >= numbers(from);
}

}  // namespace

const std::map<std::string, Verdict> &expected() {
  static const auto value = read_expected();
  return value;
}

const std::map<std::pair<std::string, std::string>, Explanation> &explained() {
  static const auto value = [] {
    std::map<std::pair<std::string, std::string>, Explanation> out;
    // | verdict | `case` | `backend` 3.5 | `code depth alert` | why |, where "3.5" may be wanting
    const std::regex row(
        R"(\| verdict \| `([^`]+)` \| `([^`]+)`( [0-9.]+)? \| `([^`]+)` \| (.+) \|)");
    std::ifstream in = open(PLUGTLS_TEST_SOURCE_DIR "/docs/backends.md");
    std::smatch match;
    for (std::string line; std::getline(in, line);)
      if (std::regex_match(line, match, row) && holds_for(match[2], match[3]))
        out[{match[1], match[2]}] = {match[4], match[5]};
    return out;
  }();
  return value;
}

}  // namespace parity
