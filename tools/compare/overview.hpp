// SPDX-License-Identifier: Apache-2.0
// The section that comes first: one row for each question, from the sections that were made.
#pragma once

#include "report.hpp"

namespace plugtls::tools::compare {

Section make_overview(const Report &report);

}  // namespace plugtls::tools::compare
