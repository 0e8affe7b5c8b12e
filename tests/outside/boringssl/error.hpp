// SPDX-License-Identifier: Apache-2.0
// What BoringSSL says, in plugtls's terms.
#pragma once

#include <plugtls/kit/fail.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace plugtls_boringssl {

// The thread's error queue is the program's as well, where that uses the same BoringSSL. Empty during a slot, and as it
// was before afterwards (P-GEN-1).
class QueueGuard {
 public:
  QueueGuard();
  ~QueueGuard();
  QueueGuard(const QueueGuard &) = delete;
  QueueGuard &operator=(const QueueGuard &) = delete;

 private:
  struct Entry {
    uint32_t code;
    std::string file;  // a copy: the queue does not say how long its own live
    int line;
    std::string data;
  };
  std::vector<Entry> kept_;
};

// PLUGTLS_E_... for what an entry of the error queue says went wrong in the protocol.
int32_t protocol_code(uint32_t error);

void set_native(plugtls_error &error, uint32_t code);

// Throws with the newest entry of the queue as native text.
[[noreturn]] void raise_native(int32_t code, const std::string &message);

// Throws unless a call into BoringSSL has succeeded.
void require(bool done, const char *what);

}  // namespace plugtls_boringssl
