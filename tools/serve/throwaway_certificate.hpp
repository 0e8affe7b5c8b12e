// SPDX-License-Identifier: Apache-2.0
// `--cert auto`: a certificate for this machine alone, gone with the object.
#pragma once

#include <filesystem>

namespace plugtls::tools {

// A self-signed P-256 certificate for localhost, 127.0.0.1 and ::1, good for a week, with its key, in
// a directory only this user can enter. The `openssl` program makes it: the programs link no TLS
// library. Throws std::runtime_error, naming what is missing, where it cannot.
class ThrowawayCertificate {
 public:
  ThrowawayCertificate();
  ~ThrowawayCertificate() = default;
  ThrowawayCertificate(const ThrowawayCertificate &) = delete;
  ThrowawayCertificate &operator=(const ThrowawayCertificate &) = delete;

  [[nodiscard]] std::filesystem::path certificate() const { return directory_.path / "cert.pem"; }
  [[nodiscard]] std::filesystem::path key() const { return directory_.path / "key.pem"; }

 private:
  // A member of its own, so that it is removed also where the constructor throws after making it.
  struct Directory {
    Directory();
    ~Directory();
    Directory(const Directory &) = delete;
    Directory &operator=(const Directory &) = delete;
    std::filesystem::path path;
  };

  Directory directory_;
};

}  // namespace plugtls::tools
