// SPDX-License-Identifier: Apache-2.0
// The measurement "throughput": one end writes blocks of a size and the other reads them, in memory, on one processor.
#include "clocks.hpp"
#include "measurements.hpp"
#include "pair.hpp"

#include <array>
#include <vector>

namespace plugtls::tools::compare {

Json measure_throughput(const Json &request) {
  constexpr int between_looks = 16;  // at the clock
  const Backend backend = open_backend(request);
  Setting setting;
  setting.suite = static_cast<CipherSuite>(request.at("suite").get<std::uint16_t>());
  const Contexts contexts = make_contexts(backend, backend, setting);
  Wires wires;
  Pair pair(contexts, wires);
  pair.handshake();
  pair.read_tickets();

  const std::vector<std::byte> block(request.at("size").get<std::size_t>(), std::byte{'d'});
  std::array<std::byte, 16384> room{};
  const auto move_some = [&] {
    for (int i = 0; i < between_looks; ++i)
      pair.transfer(pair.client(), pair.server(), block, room);
  };
  move_some();
  double blocks = 0;
  const double seconds = request.at("seconds").get<double>();
  const auto begin = Clock::now();
  const double cpu = processor_seconds();
  do {
    move_some();
    blocks += between_looks;
  } while (seconds_since(begin) < seconds);
  const double taken = processor_seconds() - cpu;
  return {{"megabytes_per_second", blocks * static_cast<double>(block.size()) / taken / 1e6}};
}

}  // namespace plugtls::tools::compare
