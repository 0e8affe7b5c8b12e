// SPDX-License-Identifier: Apache-2.0
/// A TLS connection over any transport; TlsSocket and TlsBuffer are connections over sockets and over memory.
///
/// Each hot operation comes twice. try_handshake, try_read, try_write and try_shutdown never throw and never wait: they
/// answer what happened. do_handshake, read, write and shutdown are the proposal's: they throw a TlsError, and where the
/// transport can be waited for, they wait. One thread at a time.
#ifndef PLUGTLS_CONNECTION_HPP
#define PLUGTLS_CONNECTION_HPP

#include "plugtls/connection_view.hpp"
#include "plugtls/detail/pending_exception.hpp"
#include "plugtls/session.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace plugtls {

/// How a connection is made from a context.
struct WrapOptions {
  /// The handshake runs by itself: at once if the socket is connected, else after connect(). False: do_handshake() is the
  /// program's to call.
  bool auto_handshake = true;
  /// S31: what the certificate must match instead of the server name, DNS names or IP literals; any one suffices.
  std::vector<std::string> subjects = {};
  /// The chain is checked, the name is not.
  bool insecure_skip_hostname_check = false;
  /// To resume.
  std::optional<Session> session = std::nullopt;
};

enum class ChannelBinding : std::uint32_t {
  tls_exporter = PLUGTLS_BINDING_TLS_EXPORTER,                  ///< RFC 9266
  tls_server_end_point = PLUGTLS_BINDING_TLS_SERVER_END_POINT,  ///< RFC 5929
};

namespace detail {

/// What stays at one address while a connection moves.
struct ConnectionState {
  ConnectionState() = default;
  ConnectionState(const ConnectionState &) = delete;
  ConnectionState &operator=(const ConnectionState &) = delete;
  ConnectionState(ConnectionState &&) = delete;
  ConnectionState &operator=(ConnectionState &&) = delete;
  ~ConnectionState() { plugtls_connection_free(handle); }

  // Every context whose callbacks this connection may call; the last is the one in force.
  std::vector<std::shared_ptr<ContextCore>> cores;
  plugtls_connection *handle = nullptr;
  // What a callback threw. Kept until an operation that may throw comes along.
  std::exception_ptr thrown;
  plugtls_error error = PLUGTLS_ERROR_INIT;
};

inline std::unique_ptr<ConnectionState> connect_state(const Context &context,
                                                      const plugtls_transport &transport,
                                                      std::optional<std::string_view> hostname,
                                                      const WrapOptions &options) {
  const std::string name(hostname.value_or(""));
  std::vector<const char *> subjects;
  for (const std::string &subject : options.subjects)
    subjects.push_back(subject.c_str());
  plugtls_connection_options c{};
  c.size = sizeof c;
  if (options.insecure_skip_hostname_check)
    c.flags |= PLUGTLS_CONNECTION_INSECURE_NO_HOSTNAME_CHECK;
  if (hostname) c.server_hostname = name.c_str();
  c.subjects = subjects.data();
  c.subject_count = subjects.size();
  if (options.session) c.session = options.session->handle();
  auto state = std::make_unique<ConnectionState>();
  state->cores.push_back(context.core());
  call(&plugtls_connection_create, context.handle(), &c, &transport, &state->handle);
  plugtls_connection_set_user(state->handle, state.get());
  return state;
}

}  // namespace detail

class Connection : public ConnectionView {
 public:
  /// Over a transport of the program's own, whose functions and user pointer must outlive the connection. `hostname` as in
  /// ClientContext::wrap_socket; servers give none.
  Connection(const Context &context, const plugtls_transport &transport,
             std::optional<std::string_view> hostname, const WrapOptions &options)
      : Connection(detail::connect_state(context, transport, hostname, options)) {}
  Connection(const Connection &) = delete;
  Connection &operator=(const Connection &) = delete;
  Connection(Connection &&) noexcept = default;
  Connection &operator=(Connection &&) noexcept = default;
  virtual ~Connection() = default;

  // ---- never throw, never wait ----

  /// S11: handshake, chain validation and name check. Done again and again once it is done.
  IoResult try_handshake() noexcept {
    const IoResult out = result(plugtls_handshake(handle(), &state_->error), 0);
    if (out) owes_handshake_ = false;
    return out;
  }
  /// Reads up to `out.size()` bytes, at least one unless `out` is empty. closed is the end of the peer's data, truncated
  /// never is.
  IoResult try_read(std::span<std::byte> out) noexcept {
    if (owes_handshake_) [[unlikely]] {
      if (const IoResult owed = try_handshake(); !owed) return owed;
    }
    std::size_t bytes = 0;
    const plugtls_status status =
        plugtls_read(handle(), out.data(), out.size(), &bytes, &state_->error);
    return result(status, bytes);
  }
  /// Takes up to `data.size()` bytes, at least one unless `data` is empty. After a want nothing counts as taken, and the
  /// repeated call must begin with the same bytes and be no shorter.
  IoResult try_write(std::span<const std::byte> data) noexcept {
    if (owes_handshake_) [[unlikely]] {
      if (const IoResult owed = try_handshake(); !owed) return owed;
    }
    std::size_t bytes = 0;
    const plugtls_status status =
        plugtls_write(handle(), data.data(), data.size(), &bytes, &state_->error);
    return result(status, bytes);
  }
  IoResult try_write(std::string_view data) noexcept {
    return try_write(std::as_bytes(std::span(data)));
  }
  /// Sends close_notify. Reading goes on until closed.
  IoResult try_shutdown() noexcept { return result(plugtls_shutdown(handle(), &state_->error), 0); }
  /// Sends close_notify and waits for the peer's. errc::data_pending: the peer sent data that have to be read first.
  IoResult try_unwrap() noexcept { return result(plugtls_unwrap(handle(), &state_->error), 0); }

  /// The whole error behind the last truncated or failed result.
  const plugtls_error &last_error() const noexcept { return state_->error; }
  /// Throws what a callback threw during a try_ operation, if one did.
  void rethrow_callback_exception() {
    if (state_->thrown) std::rethrow_exception(std::exchange(state_->thrown, nullptr));
  }

  // ---- throw, and wait where the transport can be waited for ----

  void do_handshake() {
    require(run([this] { return try_handshake(); }));
  }
  /// Up to `out.size()` bytes, at least one; 0 at the end of the peer's data.
  std::size_t read_into(std::span<std::byte> out) {
    const IoResult got = run([&] { return try_read(out); });
    if (got.status != IoStatus::closed) require(got);
    return got.bytes;
  }
  /// The same as a string of bytes, empty at the end of the peer's data.
  std::string read(std::size_t amount) {
    std::string out(amount, '\0');
    out.resize(read_into(std::as_writable_bytes(std::span(out))));
    return out;
  }
  /// Bytes taken, at least one.
  std::size_t write(std::span<const std::byte> data) {
    const IoResult put = run([&] { return try_write(data); });
    require(put);
    return put.bytes;
  }
  std::size_t write(std::string_view data) { return write(std::as_bytes(std::span(data))); }
  /// All of it. Where the transport cannot be waited for, an exception leaves open how much was taken; use write there.
  void write_all(std::span<const std::byte> data) {
    while (!data.empty())
      data = data.subspan(write(data));
  }
  void write_all(std::string_view data) { write_all(std::as_bytes(std::span(data))); }
  /// S22: sends close_notify; reading goes on until the peer's.
  void shutdown() {
    require(run([this] { return try_shutdown(); }));
  }

  /// Bytes that a read delivers without asking the transport.
  std::size_t pending() const noexcept { return plugtls_pending(handle()); }

  // ---- beyond reading and writing ----

  /// S15.
  Context context() const { return Context(state_->cores.back()); }
  /// S15: before the handshake has begun; needs Feature::set_context.
  void set_context(const Context &context) {
    state_->cores.push_back(context.core());
    try {
      detail::call(&plugtls_connection_set_context, handle(), context.handle());
    } catch (...) {
      state_->cores.pop_back();
      throw;
    }
  }
  /// B6: the newest session that can be resumed, if there is one yet.
  std::optional<Session> session() const {
    plugtls_session *session = nullptr;
    plugtls_error error = PLUGTLS_ERROR_INIT;
    if (plugtls_session_get(handle(), &session, &error) == PLUGTLS_OK)
      return Session(session, state_->cores.back());
    if (error.code == PLUGTLS_E_NO_SESSION) return std::nullopt;
    throw_error(error);
  }
  /// B9 (RFC 5705; RFC 8446, 7.5). No context is not the same as an empty one in TLS 1.2.
  void export_keying_material(const std::string &label,
                              std::optional<std::span<const std::byte>> context,
                              std::span<std::byte> out) {
    static constexpr std::uint8_t none = 0;
    plugtls_bytes bytes{nullptr, 0};
    if (context) bytes = context->empty() ? plugtls_bytes{&none, 0} : detail::to_c(*context);
    detail::call(&plugtls_export_keying_material, handle(), label.c_str(), bytes,
                 reinterpret_cast<std::uint8_t *>(out.data()), out.size());
  }
  /// B9.
  std::vector<std::byte> channel_binding(ChannelBinding binding) {
    std::vector<std::byte> out(128);
    std::size_t size = 0;
    detail::call(&plugtls_channel_binding, handle(), static_cast<std::uint32_t>(binding),
                 reinterpret_cast<std::uint8_t *>(out.data()), out.size(), &size);
    out.resize(size);
    return out;
  }
  /// B10: fresh keys for what we send, and, if asked, for what the peer sends (TLS 1.3).
  void key_update(bool request_peer) {
    const std::uint32_t flags = request_peer ? PLUGTLS_KEY_UPDATE_REQUEST_PEER : 0;
    require(run([&] { return result(plugtls_key_update(handle(), flags, &state_->error), 0); }));
  }
  /// Servers: asks for a certificate after the handshake.
  void request_client_certificate() {
    require(run(
        [&] { return result(plugtls_request_client_certificate(handle(), &state_->error), 0); }));
  }
  /// B10: clients, before the first handshake call, as try_write. It can be replayed (RFC 8446, 8).
  IoResult try_write_early(std::span<const std::byte> data) noexcept {
    std::size_t bytes = 0;
    const plugtls_status status =
        plugtls_write_early(handle(), data.data(), data.size(), &bytes, &state_->error);
    return result(status, bytes);
  }
  /// The same, waiting and throwing as write() does: bytes taken.
  std::size_t write_early(std::span<const std::byte> data) {
    const IoResult put = run([&] { return try_write_early(data); });
    require(put);
    return put.bytes;
  }
  /// B10: servers, as try_read; closed when the early data have ended, and the handshake goes on from there.
  IoResult try_read_early(std::span<std::byte> out) noexcept {
    std::size_t bytes = 0;
    const plugtls_status status =
        plugtls_read_early(handle(), out.data(), out.size(), &bytes, &state_->error);
    return result(status, bytes);
  }
  /// The same, waiting and throwing as read_into() does; 0 when the early data have ended.
  std::size_t read_early_into(std::span<std::byte> out) {
    const IoResult got = run([&] { return try_read_early(out); });
    if (got.status != IoStatus::closed) require(got);
    return got.bytes;
  }

 protected:
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;

  /// From now on the first read or write does the handshake if nobody has done it by then.
  void owe_handshake() noexcept { owes_handshake_ = true; }
  bool owes_handshake() const noexcept { return owes_handshake_; }

  /// Returns when an operation that wanted `status` may be repeated, or throws. `deadline` is empty when an operation begins
  /// to wait, and its own afterwards.
  virtual void wait(IoStatus status, Deadline &deadline) {
    (void)deadline;
    throw_status(status, state_->error);
  }

  template <typename Operation>
  IoResult run(Operation operation) {
    // What a callback threw during an operation that went well is thrown by the next one, so that no data are lost.
    rethrow_callback_exception();
    IoResult out = operation();
    for (Deadline deadline; out.wants();) {
      wait(out.status, deadline);
      out = operation();
    }
    if (!out) rethrow_callback_exception();
    return out;
  }

  void require(const IoResult &result) const {
    if (result.status != IoStatus::done) throw_status(result.status, state_->error);
  }

 private:
  explicit Connection(std::unique_ptr<detail::ConnectionState> state) noexcept
      : ConnectionView(state->handle), state_(std::move(state)) {}

  IoResult result(plugtls_status status, std::size_t bytes) noexcept {
    if (status == PLUGTLS_OK) [[likely]]
      return {IoStatus::done, errc::none, bytes};
    if (status < PLUGTLS_TRUNCATED) return {static_cast<IoStatus>(status), errc::none, 0};
    if (!state_->thrown) state_->thrown = std::exchange(detail::pending_exception(), nullptr);
    return {static_cast<IoStatus>(status), static_cast<errc>(state_->error.code), 0};
  }

  std::unique_ptr<detail::ConnectionState> state_;
  bool owes_handshake_ = false;
};

}  // namespace plugtls

#endif
