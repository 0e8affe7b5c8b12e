// SPDX-License-Identifier: Apache-2.0
// bench_BACKEND KIND transfer|handshake COUNT: moves COUNT blocks of 16 KiB after a handshake, or shakes hands COUNT times,
// and prints what the process allocated meanwhile. check_overhead.py counts its instructions.
#include "support/allocations.hpp"
#include "twins.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

namespace {

constexpr int warm_up = 4;

std::unique_ptr<bench::Twin> make_twin(std::string_view kind) {
  if (kind == "facade") return bench::facade_twin();
  if (kind == "plugtls") return bench::plugtls_twin();
  return bench::raw_twin(kind);
}

}  // namespace

// Neither inlined nor renamed: valgrind counts what is within them and nothing of what comes before and after.
extern "C" {
__attribute__((noinline)) bool bench_transfers(bench::Twin *twin, long count,
                                               const unsigned char *data, unsigned char *received);
__attribute__((noinline)) bool bench_handshakes(bench::Twin *twin, long count);
}

bool bench_transfers(bench::Twin *twin, long count, const unsigned char *data,
                     unsigned char *received) {
  for (long i = 0; i < count; ++i)
    if (!twin->transfer(data, received)) return false;
  return true;
}

bool bench_handshakes(bench::Twin *twin, long count) {
  for (long i = 0; i < count; ++i)
    if (!twin->connect()) return false;
  return true;
}

namespace {

bool run(bench::Twin &twin, bool transfers, long count) {
  const std::vector<unsigned char> data(bench::transfer_size, 'd');
  std::vector<unsigned char> received(bench::transfer_size);
  for (int i = 0; i < warm_up; ++i)
    if (!twin.connect() || !twin.transfer(data.data(), received.data())) return false;

  const support::Allocations before = support::allocations();
  const bool good = transfers ? bench_transfers(&twin, count, data.data(), received.data())
                              : bench_handshakes(&twin, count);
  const support::Allocations after = support::allocations();
  std::printf("mallocs %llu news %llu\n",
              static_cast<unsigned long long>(after.mallocs - before.mallocs),
              static_cast<unsigned long long>(after.news - before.news));
  return good && received == data;
}

}  // namespace

int main(int argc, char **argv) try {
  const std::string_view what = argc == 4 ? argv[2] : "";
  const long count = argc == 4 ? std::strtol(argv[3], nullptr, 10) : 0;
  const bool known = (what == "transfer" || what == "handshake") && count > 0;
  const auto twin = known ? make_twin(argv[1]) : nullptr;
  if (twin == nullptr) {
    std::fputs("usage: bench_BACKEND facade|plugtls|raw|... transfer|handshake COUNT\n", stderr);
    return 2;
  }
  return run(*twin, what == "transfer", count) ? 0 : 1;
} catch (const std::exception &error) {
  std::fprintf(stderr, "bench: %s\n", error.what());
  return 1;
}
