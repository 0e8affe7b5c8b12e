// SPDX-License-Identifier: Apache-2.0
#include "handles.hpp"

namespace support {

std::string Error::text() const {
  std::string out = name() + " from '" + backend + "': " + message;
  if (native[0] != '\0') out += " (" + std::string(native) + ")";
  if (alert != PLUGTLS_ALERT_NONE) {
    out += alert_received != 0 ? ", alert received: " : ", alert sent: ";
    out += plugtls_alert_name(alert);
  }
  return out;
}

const char *status_name(plugtls_status status) {
  switch (status) {
    case PLUGTLS_OK:
      return "ok";
    case PLUGTLS_WANT_READ:
      return "want_read";
    case PLUGTLS_WANT_WRITE:
      return "want_write";
    case PLUGTLS_WANT_CALLBACK:
      return "want_callback";
    case PLUGTLS_CLOSED:
      return "closed";
    case PLUGTLS_TRUNCATED:
      return "truncated";
    case PLUGTLS_FAILED:
      return "failed";
    default:
      return "not a status";
  }
}

}  // namespace support
