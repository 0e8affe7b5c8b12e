// SPDX-License-Identifier: Apache-2.0
// Puts another Certificate message in the place of the one that passes by. In TLS 1.2 it is in the clear, and
// whoever receives it judges it before the Finished message shows that somebody has been at it. So any chain can
// be shown to any backend, whether or not there is a library that would present it, or even load it.
#ifndef PLUGTLS_TESTS_PARITY_CERTIFICATE_SWAP_HPP
#define PLUGTLS_TESTS_PARITY_CERTIFICATE_SWAP_HPP

#include <string>
#include <string_view>

namespace parity {

class CertificateSwap {
 public:
  // `body`: of the Certificate message (RFC 5246, 7.4.2).
  explicit CertificateSwap(std::string body) : body_(std::move(body)) {}

  // One direction of a connection; answers with what is to go on.
  std::string operator()(std::string_view bytes);

 private:
  std::string take_record();
  std::string rewritten(std::string_view fragment);

  std::string body_;
  std::string records_;   // the beginning of a record
  std::string messages_;  // the beginning of a handshake message
  bool encrypted_ = false;
};

}  // namespace parity

#endif
