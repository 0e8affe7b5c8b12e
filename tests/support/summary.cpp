// SPDX-License-Identifier: Apache-2.0
#include "summary.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

namespace support {

void publish(const std::string &name, const std::string &text) {
  std::cout << text << std::flush;
  const std::filesystem::path directory = PLUGTLS_TEST_SUMMARY_DIR;
  std::filesystem::create_directories(directory);
  std::ofstream out(directory / (name + ".txt"), std::ios::binary | std::ios::trunc);
  if (!(out << text).flush())
    throw std::runtime_error("cannot write " + (directory / name).string());
}

}  // namespace support
