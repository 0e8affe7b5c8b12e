// SPDX-License-Identifier: Apache-2.0
/// Private keys: from bytes, from a file, or kept outside the program (S28, S30).
#ifndef PLUGTLS_PRIVATE_KEY_HPP
#define PLUGTLS_PRIVATE_KEY_HPP

#include "plugtls/detail/pending_exception.hpp"
#include "plugtls/detail/source.hpp"
#include "plugtls/secret.hpp"
#include "plugtls/signature_scheme.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace plugtls {

/// The password of an encrypted key, as bytes or as a function that is called only if the key is encrypted. For a key that
/// is not encrypted it is ignored. An exception from the function is thrown by the context's constructor.
class Password {
 public:
  Password() = default;
  Password(std::string_view password) : value_(Secret(password)) {}  // NOLINT(*-explicit-*)
  Password(const char *password)                                     // NOLINT(*-explicit-*)
      : Password(std::string_view(password)) {}
  Password(std::span<const std::byte> password)  // NOLINT(*-explicit-*)
      : value_(Secret(password)) {}
  template <typename Ask>
  // NOLINTNEXTLINE(*-explicit-*)
  requires std::is_invocable_r_v<Secret, Ask &> Password(Ask ask)
      : value_(std::function<Secret()>(std::move(ask))) {}

  bool is_given() const noexcept { return !std::holds_alternative<std::monostate>(value_); }
  const Secret *bytes() const noexcept { return std::get_if<Secret>(&value_); }
  const std::function<Secret()> *function() const noexcept {
    return std::get_if<std::function<Secret()>>(&value_);
  }

 private:
  std::variant<std::monostate, Secret, std::function<Secret()>> value_;
};

enum class KeyType : std::uint32_t {
  rsa = PLUGTLS_KEY_RSA,
  rsa_pss = PLUGTLS_KEY_RSA_PSS,
  ecdsa = PLUGTLS_KEY_ECDSA,
  ed25519 = PLUGTLS_KEY_ED25519,
};

/// What a Signer is asked for.
struct SignRequest {
  SignatureScheme scheme;
  /// True: `input` is the digest that `scheme` names; false: it is the whole message (always for Ed25519).
  bool is_digest = false;
  std::span<const std::byte> input;
  /// Where the signature goes: DER for ECDSA, raw bytes for the others.
  std::span<std::byte> signature;
  /// Null the first time; whatever the signer sets comes back when the same signature is asked for again.
  void **operation = nullptr;
};

/// A private key that stays with the program: an HSM, a key server, another process. It is called by the thread that runs
/// the handshake, by several at once if several threads handshake; an exception ends the handshake and is thrown by it.
class Signer {
 public:
  Signer() = default;
  Signer(const Signer &) = delete;
  Signer &operator=(const Signer &) = delete;
  Signer(Signer &&) = delete;
  Signer &operator=(Signer &&) = delete;
  virtual ~Signer() = default;

  virtual KeyType key_type() const noexcept = 0;
  /// The signature's size in bytes, or nothing: not done yet. The handshake then ends in want_callback and the next call
  /// asks again; needs Feature::key_signer_async.
  virtual std::optional<std::size_t> sign(const SignRequest &request) = 0;
  /// The connection that waited for `operation` is gone.
  virtual void cancel(void *operation) noexcept { (void)operation; }
};

namespace detail {

/// The C view of a Signer. The struct has to outlive every context built from it, so contexts hold it.
class SignerAdapter {
 public:
  explicit SignerAdapter(std::shared_ptr<Signer> signer) : signer_(std::move(signer)) {
    c_.size = sizeof c_;
    c_.key_type = static_cast<std::uint32_t>(signer_->key_type());
    c_.user = signer_.get();
    c_.sign = &sign;
    c_.cancel = [](void *user, void *operation) { static_cast<Signer *>(user)->cancel(operation); };
  }
  const plugtls_signer &c() const noexcept { return c_; }

 private:
  static plugtls_status sign(void *user, void **operation, std::uint16_t scheme, std::uint32_t kind,
                             plugtls_bytes input, std::uint8_t *signature, std::size_t capacity,
                             std::size_t *out_size) noexcept {
    const SignRequest request{static_cast<SignatureScheme>(scheme),
                              kind == PLUGTLS_SIGN_DIGEST,
                              to_span(input),
                              {reinterpret_cast<std::byte *>(signature), capacity},
                              operation};
    try {
      const std::optional<std::size_t> size = static_cast<Signer *>(user)->sign(request);
      if (!size) return PLUGTLS_WANT_CALLBACK;
      if (*size > capacity) return PLUGTLS_FAILED;
      *out_size = *size;
      return PLUGTLS_OK;
    } catch (...) {
      pending_exception() = std::current_exception();
      return PLUGTLS_FAILED;
    }
  }

  std::shared_ptr<Signer> signer_;
  plugtls_signer c_{};
};

/// What a key is made of, shared by its copies and wiped with the last of them.
struct KeyMaterial {
  std::uint32_t kind = 0;
  Secret bytes;
  Password password;
  std::unique_ptr<SignerAdapter> signer;

  plugtls_source view() const noexcept {
    plugtls_source out{};
    out.size = sizeof out;
    out.kind = kind;
    out.bytes = to_c(bytes.bytes());
    if (const Secret *given = password.bytes()) out.password = to_c(given->bytes());
    if (password.function() != nullptr) {
      out.ask_password = &ask;
      // The C type of a user pointer; the function behind it is only called.
      out.ask_password_user = const_cast<std::function<Secret()> *>(  // NOLINT(*-const-cast)
          password.function());
    }
    if (signer) out.signer = &signer->c();
    return out;
  }

 private:
  static plugtls_status ask(void *user, std::uint8_t *buffer, std::size_t capacity,
                            std::size_t *out_size) noexcept {
    try {
      const Secret password = (*static_cast<const std::function<Secret()> *>(user))();
      if (password.size() > capacity)
        throw_error(errc::invalid_argument, "the password is longer than the backend takes");
      if (!password.empty()) std::memcpy(buffer, password.bytes().data(), password.size());
      *out_size = password.size();
      return PLUGTLS_OK;
    } catch (...) {
      pending_exception() = std::current_exception();
      return PLUGTLS_FAILED;
    }
  }
};

}  // namespace detail

/// A private key, or where it is. Copies share the bytes, which are wiped with the last copy, contexts and configurations
/// that hold one included. PEM by its preamble, else DER; PKCS#1, SEC1, PKCS#8. Nothing is read before a context is built.
class PrivateKey {
 public:
  static PrivateKey from_buffer(std::span<const std::byte> encoding, Password password = {}) {
    return make(PLUGTLS_SOURCE_BYTES, encoding, std::move(password));
  }
  static PrivateKey from_buffer(std::string_view encoding, Password password = {}) {
    return from_buffer(std::as_bytes(std::span(encoding)), std::move(password));
  }
  static PrivateKey from_file(std::string_view path, Password password = {}) {
    return make(PLUGTLS_SOURCE_FILE, std::as_bytes(std::span(path)), std::move(password));
  }
  /// A PKCS#11 URI (RFC 7512); needs Feature::key_pkcs11.
  static PrivateKey from_uri(std::string_view uri, Password pin = {}) {
    return make(PLUGTLS_SOURCE_URI, std::as_bytes(std::span(uri)), std::move(pin));
  }
  /// The program signs; needs Feature::key_signer.
  static PrivateKey from_signer(std::shared_ptr<Signer> signer) {
    if (!signer) throw_error(errc::invalid_argument, "the signer is null");
    auto material = std::make_shared<detail::KeyMaterial>();
    material->kind = PLUGTLS_SOURCE_SIGNER;
    material->signer = std::make_unique<detail::SignerAdapter>(std::move(signer));
    return PrivateKey(std::move(material));
  }

  const std::shared_ptr<const detail::KeyMaterial> &material() const noexcept { return material_; }

 private:
  explicit PrivateKey(std::shared_ptr<const detail::KeyMaterial> material)
      : material_(std::move(material)) {}

  static PrivateKey make(std::uint32_t kind, std::span<const std::byte> bytes, Password password) {
    if (bytes.empty())
      throw_error(errc::invalid_argument, "the private key, or its path, is empty");
    auto material = std::make_shared<detail::KeyMaterial>();
    material->kind = kind;
    material->bytes = Secret(bytes);
    material->password = std::move(password);
    return PrivateKey(std::move(material));
  }

  std::shared_ptr<const detail::KeyMaterial> material_;
};

}  // namespace plugtls

#endif
