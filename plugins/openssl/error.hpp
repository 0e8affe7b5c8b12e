// SPDX-License-Identifier: Apache-2.0
// What OpenSSL says, in plugtls's terms.
#pragma once

#include <plugtls/kit/fail.hpp>

#include <string>
#include <vector>

namespace plugtls::openssl {

// The thread's error queue belongs to the host as well, where it uses the same libcrypto. Empty during a slot, and
// as it was before afterwards (P-GEN-1).
class QueueGuard {
 public:
  QueueGuard();
  ~QueueGuard();
  QueueGuard(const QueueGuard &) = delete;
  QueueGuard &operator=(const QueueGuard &) = delete;

 private:
  struct Entry {
    unsigned long code;
    std::string file;  // a copy: the queue frees its own when it is cleared
    int line;
    std::string function;
    std::string data;
  };
  std::vector<Entry> kept_;
};

// PLUGTLS_E_CERT_... for a code of X509_V_ERR_...
int32_t certificate_code(int verify_error);

// Empties the error queue and answers its newest entry; but from 3.2 on that may only say that the record layer failed, and
// the one before it says why.
unsigned long take_telling_error();

// PLUGTLS_E_... for what an entry of the error queue says went wrong in the protocol.
int32_t protocol_code(unsigned long error);

void set_native(plugtls_error &error, unsigned long code);

// Takes the newest entry of the queue into `error`'s native members.
void take_native(plugtls_error &error);

// Throws with the newest entry of the queue as native text.
[[noreturn]] void raise_native(int32_t code, const std::string &message);

}  // namespace plugtls::openssl
