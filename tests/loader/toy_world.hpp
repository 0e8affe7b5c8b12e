// SPDX-License-Identifier: Apache-2.0
// One mock backend, opened, and what it counts.
#ifndef PLUGTLS_TESTS_LOADER_TOY_WORLD_HPP
#define PLUGTLS_TESTS_LOADER_TOY_WORLD_HPP

#include "toy.h"
#include "toy_pair.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>

namespace fixture {

struct ToyWorld {
  explicit ToyWorld(const std::string &variant = "good") {
    directory.add_backend(variant);
    directory.add_backend("layer");
    backend = Registry(directory).open(backend_name(variant).c_str());
    REQUIRE(backend != nullptr);
  }
  Directory directory;
  plugtls_backend *backend = nullptr;
};

inline std::array<uint16_t, TOY_COUNT_OF> counters(const plugtls_backend *backend) {
  std::array<uint16_t, TOY_COUNT_OF> all = {};
  REQUIRE(plugtls_backend_list(backend, TOY_COUNTERS_LIST, all.data(), all.size()) == all.size());
  return all;
}

}  // namespace fixture

#endif
