// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

#include <atomic>
#include <thread>

namespace {

constexpr int thread_count = 8;
constexpr int connections_each = 25;

// True if a whole conversation came off. No assertions: they are the main thread's.
bool converse(const Ends &ends, const PairOptions &options) {
  try {
    Pair pair(ends, options);
    pair.handshake();
    if (pair.client.status != PLUGTLS_OK || pair.server.status != PLUGTLS_OK) return false;
    return pair.to_server("there") == "there" && pair.to_client("and back") == "and back";
  } catch (const std::exception &) {
    return false;
  }
}

}  // namespace

TEST_CASE("P-GEN-3 one context, eight threads, two hundred connections", "[threads]") {
  FOR_EVERY_PAIR(ends);
  const ContextPtr client = make_context(ends.client, client_config());
  const ContextPtr server = make_context(ends.server, server_config());
  PairOptions options;
  options.client_context = client.get();
  options.server_context = server.get();
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < thread_count; ++i)
      threads.emplace_back([&] {
        for (int n = 0; n < connections_each; ++n)
          if (converse(ends, options)) ++good;
      });
  }
  CHECK(good == thread_count * connections_each);
}

TEST_CASE("P-GEN-3 contexts are made, used and freed by several threads at once", "[threads]") {
  FOR_EVERY_PAIR(ends);
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < thread_count; ++i)
      threads.emplace_back([&] {
        if (converse(ends, PairOptions{})) ++good;
      });
  }
  CHECK(good == thread_count);
}
