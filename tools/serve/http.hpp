// SPDX-License-Identifier: Apache-2.0
// The answers of `plugtls serve --mode http`: HTTP/1.1 (RFC 9112) over bytes, knowing no connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace plugtls::tools {

// What one connection needs to remember between requests.
class HttpResponder {
 public:
  static constexpr std::size_t header_limit = std::size_t{16} * 1024;

  // Takes at most one request from the front of `input`, appends its answer to `output`, and returns
  // how many bytes it took: 0 asks for more. One request a call, so that the caller's bound on its
  // output holds however many requests a peer pipelines. The caller keeps what was not taken.
  std::size_t take(std::string_view input, std::string &output);

  // True once the connection has to end after what was answered; nothing more is taken.
  [[nodiscard]] bool finished() const noexcept { return finished_; }

 private:
  std::size_t refuse(std::string_view input, std::string_view status, std::string &output);

  std::uint64_t body_left_ = 0;
  bool finished_ = false;
};

}  // namespace plugtls::tools
