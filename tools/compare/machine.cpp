// SPDX-License-Identifier: Apache-2.0
#include "machine.hpp"

#include "terminal.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <sched.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <fstream>

namespace plugtls::tools::compare {

namespace {

// The value of the first "key: value" or KEY="value" line.
std::string value_in(const char *path, const std::string &key, char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.compare(0, key.size(), key) != 0) continue;
    const std::size_t at = line.find(separator);
    if (at == std::string::npos) continue;
    const std::size_t begin = line.find_first_not_of(" \t\"", at + 1);
    const std::size_t end = line.find_last_not_of(" \"");
    if (begin != std::string::npos) return harmless(line.substr(begin, end + 1 - begin));
  }
  return "unknown";
}

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

std::string load_average() {
  std::array<double, 3> load{};
  if (getloadavg(load.data(), 3) < 1) return "unknown";
  return fmt::format("{:.2f}", load[0]);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> describe_machine() {
  utsname kernel{};
  uname(&kernel);
  return {{"processor", value_in("/proc/cpuinfo", "model name", ':')},
          {"cores", fmt::format("{}", usable_cores())},
          {"architecture", kernel.machine},
          {"kernel", fmt::format("{} {}", kernel.sysname, kernel.release)},
          {"system", value_in("/etc/os-release", "PRETTY_NAME", '=')},
          {"load before", load_average()}};
}

std::string now_as_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> out{};
  const std::size_t size = std::strftime(out.data(), out.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {out.data(), size};
}

}  // namespace plugtls::tools::compare
