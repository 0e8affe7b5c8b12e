// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

#include <atomic>
#include <thread>

namespace {

constexpr int thread_count = 8;

// A thousand connections of a backend with itself, two hundred with each other one.
int connections_each(const Ends &ends) {
  return ends.client == ends.server ? 125 : 25;
}

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

TEST_CASE("P-GEN-3 one context, eight threads, a thousand connections", "[threads]") {
  FOR_EVERY_PAIR(ends);
  const int each = connections_each(ends);
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
        for (int n = 0; n < each; ++n)
          if (converse(ends, options)) ++good;
      });
  }
  CHECK(good == thread_count * each);
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
