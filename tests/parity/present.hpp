// SPDX-License-Identifier: Apache-2.0
// Shows a chain to a backend, in a handshake or without one, and tells what it made of it.
#ifndef PLUGTLS_TESTS_PARITY_PRESENT_HPP
#define PLUGTLS_TESTS_PARITY_PRESENT_HPP

#include "support/buffer_pair.hpp"
#include "support/pki.hpp"
#include "verdict.hpp"

#include <string>
#include <vector>

namespace parity {

// Whose chain it is: the other end judges it.
enum class Side {
  server,
  client
};

struct Case {
  Side side;
  support::PkiCase entry;

  // The kind of key that both ends must have; docs/backends.md says who has not got which.
  uint32_t key_feature() const;
};

struct Presentation {
  std::string how;  // "openssl 1.2"
  Verdict verdict = {};
  bool declined = false;  // the presenter would not show it; `why` says what it said
  bool offline = false;   // no handshake, so no alert
  uint32_t feature = 0;   // of an error `unsupported`
  std::string why = {};
};

// A backend that is to show a chain, or what it had against it.
struct Presenter {
  std::string backend;
  support::ContextPtr context = {};
  std::string why = {};
};
std::vector<Presenter> presenters_of(const Case &shown);

// Every way in which this chain can be shown to `judge`: by each of them in TLS 1.2 and 1.3, by the swap of
// certificate_swap.hpp, and offline.
std::vector<Presentation> present_to(const std::string &judge, const Case &shown,
                                     const std::vector<Presenter> &presenters);

}  // namespace parity

#endif
