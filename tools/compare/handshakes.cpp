// SPDX-License-Identifier: Apache-2.0
// The measurement "handshakes": both ends in memory, one after the other, on one processor.
#include "clocks.hpp"
#include "measurements.hpp"
#include "pair.hpp"
#include "statistics.hpp"

#include <stdexcept>
#include <utility>
#include <vector>

namespace plugtls::tools::compare {

namespace {

class Handshakes {
 public:
  enum class After {
    nothing,
    tickets,
    resumption
  };

  Handshakes(const Contexts &contexts, After after) : contexts_(contexts), after_(after) {}

  // The first makes the session that the later ones resume, each the newest there is.
  void run_one() {
    const auto begin = Clock::now();
    const double cpu = processor_seconds();
    double server_cpu = 0;
    {
      wires_.clear();
      WrapOptions options;
      options.session = session_;
      Pair pair(contexts_, wires_, options);
      pair.handshake([&](Side side, auto call) {
        if (side == Side::client) return call();
        const double before = processor_seconds();
        call();
        server_cpu += processor_seconds() - before;
      });
      latencies_.push_back(seconds_since(begin) * 1e3);
      if (after_ == After::tickets) pair.read_tickets();
      if (after_ == After::resumption) keep_session(pair);
    }
    cpu_ += processor_seconds() - cpu;
    server_cpu_ += server_cpu;
  }

  void forget() {
    latencies_.clear();
    cpu_ = server_cpu_ = 0;
  }

  Json answer() const {
    return {{"count", latencies_.size()},
            {"per_second", static_cast<double>(latencies_.size()) / cpu_},
            {"server_per_second", static_cast<double>(latencies_.size()) / server_cpu_},
            {"p50_ms", quantile(latencies_, 0.5)},
            {"p90_ms", quantile(latencies_, 0.9)},
            {"p99_ms", quantile(latencies_, 0.99)}};
  }

 private:
  void keep_session(Pair &pair) {
    if (session_ && !pair.server().resumed())
      throw std::runtime_error("the session was not resumed");
    pair.read_tickets();
    // A server need not send a ticket with a resumed handshake; the old one is good for another, then.
    if (std::optional<Session> next = pair.client().session()) session_ = std::move(next);
    if (!session_) throw std::runtime_error("the client got no session");
  }

  const Contexts &contexts_;
  After after_;
  Wires wires_;
  std::optional<Session> session_;
  std::vector<double> latencies_;
  double cpu_ = 0;
  double server_cpu_ = 0;
};

}  // namespace

Json measure_handshakes(const Json &request) {
  const Backend backend = open_backend(request);
  Setting setting;
  setting.version = static_cast<TlsVersion>(request.at("version").get<std::uint16_t>());
  setting.rsa = request.value("rsa", false);
  setting.mutual = request.value("mutual", false);
  if (request.contains("suite"))
    setting.suite = static_cast<CipherSuite>(request.at("suite").get<std::uint16_t>());
  const Contexts contexts = make_contexts(backend, backend, setting);
  using After = Handshakes::After;
  Handshakes handshakes(contexts, request.value("resumed", false)   ? After::resumption
                                  : request.value("tickets", false) ? After::tickets
                                                                    : After::nothing);
  for (int i = 0; i < handshakes_before; ++i)
    handshakes.run_one();
  handshakes.forget();
  const auto begin = Clock::now();
  const double seconds = request.at("seconds").get<double>();
  for (int i = 0; i < fewest_handshakes || seconds_since(begin) < seconds; ++i)
    handshakes.run_one();
  return handshakes.answer();
}

}  // namespace plugtls::tools::compare
