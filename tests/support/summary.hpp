// SPDX-License-Identifier: Apache-2.0
// What a test has to say although it passes. CTest shows a passing test's output only with -V, so that
// tools/dev test prints these again when the run has ended.
#ifndef PLUGTLS_TESTS_SUPPORT_SUMMARY_HPP
#define PLUGTLS_TESTS_SUPPORT_SUMMARY_HPP

#include <string>

namespace support {

// Prints `text` and leaves it as NAME.txt in the build's tests/summary.
void publish(const std::string &name, const std::string &text);

}  // namespace support

#endif
