// SPDX-License-Identifier: Apache-2.0
// A failure as one line and an exit status.
#pragma once

#include "exit_status.hpp"
#include "terminal.hpp"

#include <plugtls/error.hpp>

#include <string>

namespace plugtls::tools {

inline Exit exit_for(errc code) noexcept {
  if (code == errc::timed_out || code == errc::file || code == errc::transport)
    return Exit::io_or_time_limit;
  switch (fault(code)) {
    case Fault::none:
      return Exit::good;
    case Fault::backend:
      return code == errc::out_of_memory || code == errc::internal ? Exit::tls_failure
                                                                   : Exit::no_backend;
    case Fault::certificate:
      return Exit::certificate_refused;
    case Fault::configuration:
      return Exit::usage;
    default:
      return Exit::tls_failure;
  }
}

// "plugtls connect: words [code, alert 42 (bad_certificate) sent, depth 1] (OpenSSL's words)"
inline std::string describe(const TlsError &error) {
  std::string out = error.what();
  out += " [" + std::string(name(error.value()));
  if (error.certificate_depth())
    out += ", certificate " + std::to_string(*error.certificate_depth());
  if (error.alert())
    out += ", alert " + name(*error.alert()) + (error.alert_received() ? " received" : " sent");
  out += "]";
  return harmless(out);
}

}  // namespace plugtls::tools
