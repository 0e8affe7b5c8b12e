// SPDX-License-Identifier: Apache-2.0
// Where a report was made. Nothing that names a person or a host.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace plugtls::tools::compare {

std::vector<std::pair<std::string, std::string>> describe_machine();
// 2026-11-25T10:00:00Z
std::string now_as_text();

}  // namespace plugtls::tools::compare
