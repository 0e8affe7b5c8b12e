// SPDX-License-Identifier: Apache-2.0
#include "units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace plugtls::tools::compare {

namespace {

std::string grouped(double value) {
  std::string out = fmt::format("{:.0f}", value);
  const std::ptrdiff_t first = out.front() == '-' ? 1 : 0;
  for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > first; at -= 3)
    out.insert(static_cast<std::size_t>(at), ",");
  return out;
}

std::string bytes(double value) {
  constexpr std::string_view units[] = {"B", "KiB", "MiB", "GiB"};
  std::size_t unit = 0;
  for (; std::abs(value) >= 1024 && unit + 1 < std::size(units); ++unit)
    value /= 1024;
  return figure(value) + " " + std::string(units[unit]);
}

}  // namespace

std::string figure(double value) {
  if (value == 0) return "0";
  const int digits_before = static_cast<int>(std::floor(std::log10(std::abs(value)))) + 1;
  if (digits_before >= 3 || value == std::floor(value)) return grouped(value);
  return fmt::format("{:.{}f}", value, std::min(3 - digits_before, 9));
}

std::string with_unit(double value, std::string_view unit) {
  if (unit == "bytes") return bytes(value);
  if (unit == "1/s") return figure(value) + " /s";
  if (unit.empty()) return figure(value);
  return figure(value) + " " + std::string(unit);
}

}  // namespace plugtls::tools::compare
