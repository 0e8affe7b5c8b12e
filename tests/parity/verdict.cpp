// SPDX-License-Identifier: Apache-2.0
#include "verdict.hpp"

#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

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

}  // namespace

const std::map<std::string, Verdict> &expected() {
  static const auto value = read_expected();
  return value;
}

const std::map<std::pair<std::string, std::string>, Explanation> &explained() {
  static const auto value = [] {
    std::map<std::pair<std::string, std::string>, Explanation> out;
    // | verdict | `case` | `backend` | `code depth alert` | why |
    const std::regex row(R"(\| verdict \| `([^`]+)` \| `([^`]+)` \| `([^`]+)` \| (.+) \|)");
    std::ifstream in = open(PLUGTLS_TEST_SOURCE_DIR "/docs/backends.md");
    std::smatch match;
    for (std::string line; std::getline(in, line);)
      if (std::regex_match(line, match, row)) out[{match[1], match[2]}] = {match[3], match[4]};
    return out;
  }();
  return value;
}

}  // namespace parity
