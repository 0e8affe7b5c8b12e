// SPDX-License-Identifier: Apache-2.0
// Where certificates, keys, trust anchors and CRLs come from: plugtls_source to bytes.
#pragma once

#include <plugtls/kit/fail.hpp>
#include <plugtls/kit/secure_bytes.hpp>
#include <plugtls/types.h>

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace plugtls::kit {

// One encoding and where it came from, for messages.
struct Blob {
  SecureBytes bytes;
  std::string origin;

  // PEM is told by its preamble, which may follow explanatory text (RFC 7468, 2); all else is DER.
  [[nodiscard]] bool is_pem() const noexcept {
    return as_text(bytes).find("-----BEGIN ") != std::string_view::npos;
  }
};

// A certificate bundle of all the world's authorities is under one MiB; this bounds a mistaken path.
inline constexpr std::size_t largest_source = std::size_t{64} << 20;

[[noreturn]] inline void raise_file_error(const std::string &path, const char *what, int number) {
  plugtls_error error =
      make_error(PLUGTLS_E_FILE, "%s: %s: %s", path.c_str(), what, std::strerror(number));
  error.os_error = number;
  throw Error(error);
}

// A path as the C library wants it.
inline std::string path_of(plugtls_bytes bytes) {
  std::string path{as_text(as_span(bytes))};
  if (path.empty()) raise(PLUGTLS_E_INVALID_ARGUMENT, "a source names no file: its path is empty");
  if (path.find('\0') != std::string::npos) {
    raise(PLUGTLS_E_INVALID_ARGUMENT, "a source's path holds a NUL byte");
  }
  return path;
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) (void)::close(fd_);
  }
  FileDescriptor(const FileDescriptor &) = delete;
  FileDescriptor &operator=(const FileDescriptor &) = delete;
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

inline SecureBytes read_all(int fd, const std::string &path) {
  SecureBytes bytes;
  struct stat status {};
  if (::fstat(fd, &status) == 0 && status.st_size > 0) {
    bytes.reserve(std::min(static_cast<std::size_t>(status.st_size) + 1, largest_source + 1));
  }
  while (true) {
    const std::size_t had = bytes.size();
    const std::size_t step = std::max<std::size_t>(bytes.capacity() - had, 4096);
    bytes.resize(had + step);
    const ssize_t got = ::read(fd, bytes.data() + had, step);
    if (got < 0 && errno == EINTR) {
      bytes.resize(had);
      continue;
    }
    if (got < 0) raise_file_error(path, "cannot be read", errno);
    bytes.resize(had + static_cast<std::size_t>(got));
    if (got == 0) return bytes;
    if (bytes.size() > largest_source) raise_file_error(path, "is too large", EFBIG);
  }
}

// A whole file. A FIFO nobody writes to must not hang the program: hence O_NONBLOCK.
inline Blob read_file(const std::string &path) {
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) raise_file_error(path, "cannot be opened", errno);
  return Blob{read_all(fd.get(), path), path};
}

// Every regular file of a directory, sorted by name, links to regular files included.
inline std::vector<Blob> read_directory(const std::string &path) {
  DIR *const directory = ::opendir(path.c_str());
  if (directory == nullptr) raise_file_error(path, "cannot be opened as a directory", errno);
  std::vector<std::string> names;
  try {
    while (const dirent *entry = ::readdir(directory))
      names.emplace_back(entry->d_name);
  } catch (...) {
    (void)::closedir(directory);
    throw;
  }
  (void)::closedir(directory);
  std::sort(names.begin(), names.end());
  std::vector<Blob> blobs;
  for (const std::string &name : names) {
    std::string file = path;
    file.append("/").append(name);
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    blobs.push_back(read_file(file));
  }
  return blobs;
}

inline Blob read_bytes(plugtls_bytes bytes) {
  const auto span = as_span(bytes);
  return Blob{SecureBytes(span.begin(), span.end()), "the bytes given"};
}

// Bytes and files. What else a source may be, the backend deals with before it comes here.
inline Blob read_source(const plugtls_source &source) {
  switch (source.kind) {
    case PLUGTLS_SOURCE_BYTES:
      return read_bytes(source.bytes);
    case PLUGTLS_SOURCE_FILE:
      return read_file(path_of(source.bytes));
    case PLUGTLS_SOURCE_DIRECTORY:
      raise(PLUGTLS_E_INVALID_ARGUMENT, "a directory can hold trust anchors and CRLs only");
    case PLUGTLS_SOURCE_SYSTEM:
      raise(PLUGTLS_E_INVALID_ARGUMENT, "the system's store can be a source of trust anchors only");
    default:
      raise(PLUGTLS_E_INVALID_ARGUMENT, "a source of kind %u cannot be read as bytes", source.kind);
  }
}

// Whether a key of the configuration only signs, outside (S30).
inline bool has_signer(const plugtls_config &config) noexcept {
  return std::any_of(config.identities, config.identities + config.identity_count,
                     [](const plugtls_identity *identity) {
                       return identity->key->kind == PLUGTLS_SOURCE_SIGNER;
                     });
}

// Likewise, by the program or by a token.
inline bool only_signs(const plugtls_config &config) noexcept {
  return has_signer(config) ||
         std::any_of(config.identities, config.identities + config.identity_count,
                     [](const plugtls_identity *identity) {
                       return identity->key->kind == PLUGTLS_SOURCE_URI;
                     });
}

// The password of one key: asked for at most once, only when wanted, and wiped.
class Password {
 public:
  explicit Password(const plugtls_source &source) noexcept : source_(source) {}

  // Empty if there is none to be had. `wanted()` tells afterwards that the key was encrypted.
  [[nodiscard]] const std::optional<SecureBytes> &get() {
    if (wanted_) return bytes_;
    wanted_ = true;
    if (source_.password.data != nullptr) {
      const auto span = as_span(source_.password);
      bytes_.emplace(span.begin(), span.end());
    } else if (source_.ask_password != nullptr) {
      ask();
    }
    return bytes_;
  }

  [[nodiscard]] bool wanted() const noexcept { return wanted_; }
  [[nodiscard]] bool given() const noexcept { return bytes_.has_value(); }

 private:
  void ask() {
    SecureBytes buffer(capacity);
    std::size_t size = 0;
    const plugtls_status status =
        source_.ask_password(source_.ask_password_user, buffer.data(), buffer.size(), &size);
    if (status != PLUGTLS_OK || size > buffer.size()) return;
    buffer.resize(size);
    bytes_ = std::move(buffer);
  }

  static constexpr std::size_t capacity = 1024;
  const plugtls_source &source_;
  std::optional<SecureBytes> bytes_;
  bool wanted_ = false;
};

}  // namespace plugtls::kit
