// SPDX-License-Identifier: Apache-2.0
/// A server's context that is built anew when its files change (B11).
#ifndef PLUGTLS_RELOADING_CONTEXT_HPP
#define PLUGTLS_RELOADING_CONTEXT_HPP

#include "plugtls/context.hpp"
#include "plugtls/ticket_key_file.hpp"

#include <sys/stat.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace plugtls {

/// Holds the context that new connections get. Those that are there keep theirs, which lives as long as the last of them.
///
///     ReloadingServerContext contexts(Backend::open(), config);
///     contexts.watch(std::chrono::seconds(10));
///     ...
///     Socket socket = listening.accept();
///     contexts.current().wrap_socket(std::move(socket));  // not before accept, which may wait for long
///
/// What cannot be loaded is reported and changes nothing: a certificate whose key is not in place yet, say. Files are those
/// of the configuration: certificates, keys, OCSP responses, trust anchors, revocation lists, and the ticket keys given here.
/// May be used by any number of threads.
class ReloadingServerContext {
 public:
  /// What became of looking: nothing has changed, the context was replaced, or why it could not be.
  struct Result {
    bool replaced = false;
    std::string failure;
  };

  /// `ticket_keys`: a file for read_ticket_keys, or empty. Without one each context has keys of its own, and sessions of the
  /// one before are not resumed.
  ReloadingServerContext(const Backend &backend, ServerConfig config, std::string ticket_keys = {})
      : backend_(backend),
        config_(std::move(config)),
        ticket_keys_(std::move(ticket_keys)),
        files_(files_of(config_.data())),
        stamps_(look()),
        current_(build()) {}
  ReloadingServerContext(const ReloadingServerContext &) = delete;
  ReloadingServerContext &operator=(const ReloadingServerContext &) = delete;
  ReloadingServerContext(ReloadingServerContext &&) = delete;
  ReloadingServerContext &operator=(ReloadingServerContext &&) = delete;
  ~ReloadingServerContext() = default;

  ServerContext current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }

  /// Builds the context anew, whatever the files look like. Throws what the context's constructor throws, and then nothing
  /// has changed.
  void reload() {
    const std::lock_guard one(reloading_);
    replace(look());
  }

  /// The same if a file has changed since the last time. Throws nothing of the files' content.
  Result reload_if_changed() {
    const std::lock_guard one(reloading_);
    std::vector<Stamp> now = look();
    if (now == stamps_) return {};
    try {
      replace(std::move(now));
      return {true, {}};
    } catch (const TlsError &error) {
      return {false, error.what()};  // and is tried again next time
    }
  }

  /// Calls reload_if_changed on a thread of its own every so often, until this object is gone. `report` is called there with
  /// each result in which something happened; it must not throw.
  void watch(std::chrono::milliseconds interval, std::function<void(const Result &)> report = {}) {
    watcher_ =
        std::jthread([this, interval, report = std::move(report)](const std::stop_token &stop) {
          std::mutex mutex;
          std::condition_variable_any asleep;
          std::unique_lock lock(mutex);
          while (!asleep.wait_for(lock, stop, interval, [] { return false; }) &&
                 !stop.stop_requested()) {
            const Result result = reload_if_changed();
            if (report && (result.replaced || !result.failure.empty())) report(result);
          }
        });
  }

 private:
  // What tells that a file is another one. The inode too: a file renamed into place may be older, and as long.
  struct Stamp {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t seconds = 0, nanoseconds = 0;

    bool operator==(const Stamp &) const = default;
  };

  static std::vector<std::string> files_of(const detail::ConfigData &data) {
    std::vector<std::string> out;
    const auto add = [&](std::uint32_t kind, std::string_view path) {
      if (kind == PLUGTLS_SOURCE_FILE || kind == PLUGTLS_SOURCE_DIRECTORY) out.emplace_back(path);
    };
    for (const detail::Identity &identity : data.identities) {
      for (const Certificate &certificate : identity.chain)
        add(certificate.source().kind, certificate.source().bytes);
      add(identity.key.material()->kind, detail::to_text(identity.key.material()->bytes.bytes()));
      if (identity.ocsp_response)
        add(identity.ocsp_response->source().kind, identity.ocsp_response->source().bytes);
    }
    for (const detail::Source &source : data.trust)
      add(source.kind, source.bytes);
    for (const RevocationList &list : data.crls)
      add(list.source().kind, list.source().bytes);
    return out;
  }

  static Stamp stamp_of(const std::string &path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return {};
    return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
            static_cast<std::uint64_t>(status.st_size), status.st_mtim.tv_sec,
            status.st_mtim.tv_nsec};
  }

  // Before the files are read: what changes in between is seen next time.
  std::vector<Stamp> look() const {
    std::vector<Stamp> out;
    for (const std::string &file : files_)
      out.push_back(stamp_of(file));
    if (!ticket_keys_.empty()) out.push_back(stamp_of(ticket_keys_));
    return out;
  }

  ServerContext build() const {
    ServerConfig config = config_;
    if (!ticket_keys_.empty()) config.set_ticket_keys(read_ticket_keys(ticket_keys_));
    return {backend_, config};
  }

  void replace(std::vector<Stamp> stamps) {
    ServerContext made = build();
    stamps_ = std::move(stamps);
    const std::lock_guard lock(mutex_);
    std::swap(current_, made);
  }

  Backend backend_;
  ServerConfig config_;
  std::string ticket_keys_;
  std::vector<std::string> files_;
  std::mutex reloading_;
  std::vector<Stamp> stamps_;
  mutable std::mutex mutex_;
  ServerContext current_;
  std::jthread watcher_;  // last, so that it is gone first
};

}  // namespace plugtls

#endif
