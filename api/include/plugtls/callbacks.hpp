// SPDX-License-Identifier: Apache-2.0
/// The functions a configuration may hold. They run on the thread that runs the operation; they may query the connection
/// they are given, not operate on it, and the view is good during the call only.
#ifndef PLUGTLS_CALLBACKS_HPP
#define PLUGTLS_CALLBACKS_HPP

#include "plugtls/policy.hpp"
#include "plugtls/verification.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace plugtls {

class ConnectionView;
class ServerContext;
class Session;
class SniAnswer;

/// S10. `name` is the server name in Unicode, nothing if the client sent none; `context` is the connection's.
/// An exception ends the handshake and is thrown by it.
using SniCallback = std::function<SniAnswer(
    ConnectionView connection, std::optional<std::string_view> name, const ServerContext &context)>;
/// B7.
using VerifyCallback =
    std::function<VerifyAnswer(ConnectionView connection, const Verdict &verdict)>;
/// B9. A line of the NSS key log format, without newline.
using KeyLogCallback = std::function<void(ConnectionView connection, std::string_view line)>;
/// B6.
using SessionCallback = std::function<void(ConnectionView connection, Session session)>;
/// B10. Nothing for an identity that is not known.
using PskCallback = std::function<std::optional<PreSharedKey>(ConnectionView connection,
                                                              std::span<const std::byte> identity)>;

namespace detail {

struct Callbacks {
  SniCallback sni;
  VerifyCallback verify;
  KeyLogCallback keylog;
  SessionCallback session;
  PskCallback psk;
};

}  // namespace detail

}  // namespace plugtls

#endif
