// SPDX-License-Identifier: Apache-2.0
// bench_twin facade|plugtls|raw|raw-unchecked TRANSFERS: moves TRANSFERS blocks of 16 KiB after the handshake and prints what
// the process allocated meanwhile. check_overhead.py counts its instructions.
#include "support/allocations.hpp"
#include "twins.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

namespace {

constexpr int warm_up = 4;

std::unique_ptr<bench::Twin> make_twin(std::string_view which) {
  if (which == "facade") return bench::facade_twin();
  if (which == "plugtls") return bench::plugtls_twin();
  if (which == "raw") return bench::raw_twin(true);
  if (which == "raw-unchecked") return bench::raw_twin(false);
  return nullptr;
}

}  // namespace

// Not inlined and not renamed: valgrind counts what is within it, so that the handshake, whose length is random, is not.
extern "C" __attribute__((noinline)) bool bench_steady_state(bench::Twin *twin, long transfers,
                                                             const unsigned char *data,
                                                             unsigned char *received);
extern "C" __attribute__((noinline)) bool bench_steady_state(bench::Twin *twin, long transfers,
                                                             const unsigned char *data,
                                                             unsigned char *received) {
  for (long i = 0; i < transfers; ++i)
    if (!twin->transfer(data, received)) return false;
  return true;
}

int main(int argc, char **argv) try {
  const long transfers = argc == 3 ? std::strtol(argv[2], nullptr, 10) : 0;
  const auto twin = transfers > 0 ? make_twin(argv[1]) : nullptr;
  if (twin == nullptr) {
    std::fputs("usage: bench_twin facade|plugtls|raw|raw-unchecked TRANSFERS\n", stderr);
    return 2;
  }
  const std::vector<unsigned char> data(bench::transfer_size, 'd');
  std::vector<unsigned char> received(bench::transfer_size);
  for (int i = 0; i < warm_up; ++i)
    if (!twin->transfer(data.data(), received.data())) return 1;

  const support::Allocations before = support::allocations();
  if (!bench_steady_state(twin.get(), transfers, data.data(), received.data())) return 1;
  const support::Allocations after = support::allocations();
  if (received != data) return 1;
  std::printf("transfers %ld mallocs %llu news %llu\n", transfers,
              static_cast<unsigned long long>(after.mallocs - before.mallocs),
              static_cast<unsigned long long>(after.news - before.news));
  return 0;
} catch (const std::exception &error) {
  std::fprintf(stderr, "bench_twin: %s\n", error.what());
  return 1;
}
