// SPDX-License-Identifier: Apache-2.0
// Keys and certificates in tokens (S30, S31), for backends that can sign by a plugtls_signer.
#pragma once

#include <plugtls/kit/pkcs11_module.hpp>
#include <plugtls/kit/pkcs11_uri.hpp>
#include <plugtls/kit/source.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plugtls::kit {

namespace pkcs11 {

// A session with the token that a URI names.
class Session {
 public:
  // Throws PLUGTLS_E_FILE for the module, `code` if there is no such token.
  Session(const Pkcs11Uri &uri, int32_t code) : functions_(Modules::instance().open(module(uri))) {
    for (const Ulong slot : slots())
      if (functions_->get_token_info(slot, &token_) == ok && fits(uri, token_) &&
          functions_->open_session(slot, serial_session, nullptr, nullptr, &session_) == ok)
        return;
    raise(code, "%s: there is no such token", uri.text());
  }
  Session(const Session &) = delete;
  Session &operator=(const Session &) = delete;
  ~Session() { (void)functions_->close_session(session_); }

  // A token that has been opened stays open to all of the process, and then takes any PIN.
  void login(const Pkcs11Uri &uri, Password &pin) {
    if ((token_.flags & login_required) == 0) return;
    if (!pin.get())
      raise(PLUGTLS_E_PASSWORD_REQUIRED, "%s: the token wants a PIN and none was given",
            uri.text());
    const Rv rv =
        functions_->login(session_, user, pin.get()->data(), static_cast<Ulong>(pin.get()->size()));
    if (rv >= pin_incorrect && rv <= pin_locked)
      raise(PLUGTLS_E_PASSWORD_WRONG, "%s: the token does not take the PIN", uri.text());
    if (rv != ok && rv != user_already_logged_in)
      raise(PLUGTLS_E_KEY_MALFORMED, "%s: the token does not open (error 0x%lx)", uri.text(), rv);
  }

  // The first object of the class that the URI names; nothing if there is none.
  [[nodiscard]] std::optional<Handle> find(const Pkcs11Uri &uri, Ulong kind) {
    std::vector<Attribute> wanted{{attribute_class, &kind, sizeof kind}};
    std::string label = uri.find("object") != nullptr ? *uri.find("object") : std::string();
    std::string id = uri.find("id") != nullptr ? *uri.find("id") : std::string();
    if (!label.empty()) wanted.push_back({attribute_label, label.data(), label.size()});
    if (!id.empty()) wanted.push_back({attribute_id, id.data(), id.size()});
    Handle out = 0;
    Ulong count = 0;
    if (functions_->find_objects_init(session_, wanted.data(), wanted.size()) != ok)
      return std::nullopt;
    const Rv rv = functions_->find_objects(session_, &out, 1, &count);
    (void)functions_->find_objects_final(session_);
    return rv == ok && count == 1 ? std::optional(out) : std::nullopt;
  }

  [[nodiscard]] std::vector<uint8_t> attribute(Handle object, Ulong type) {
    Attribute wanted{type, nullptr, 0};
    if (functions_->get_attribute_value(session_, object, &wanted, 1) != ok ||
        wanted.size == ~Ulong{0})
      return {};
    std::vector<uint8_t> out(wanted.size);
    wanted.value = out.data();
    if (functions_->get_attribute_value(session_, object, &wanted, 1) != ok) out.clear();
    return out;
  }

  // The size of the signature; 0 if there is none.
  [[nodiscard]] std::size_t sign(Handle key, Mechanism mechanism, std::span<const uint8_t> input,
                                 std::span<uint8_t> out) {
    Ulong size = out.size();
    if (functions_->sign_init(session_, &mechanism, key) != ok ||
        functions_->sign(session_, input.data(), input.size(), out.data(), &size) != ok)
      return 0;
    return size;
  }

 private:
  static std::string module(const Pkcs11Uri &uri) {
    const std::string *path = uri.find("module-path");
    return path != nullptr ? *path : "p11-kit-proxy.so";
  }

  [[nodiscard]] std::vector<Ulong> slots() const {
    Ulong count = 0;
    if (functions_->get_slot_list(1, nullptr, &count) != ok) return {};
    std::vector<Ulong> out(count);
    if (functions_->get_slot_list(1, out.data(), &count) != ok) return {};
    out.resize(std::min<std::size_t>(out.size(), count));
    return out;
  }

  template <std::size_t Size>
  static bool fits(const std::string *wanted, const uint8_t (&padded)[Size]) {
    std::string_view own(reinterpret_cast<const char *>(padded), Size);
    own = own.substr(0, own.find_last_not_of(' ') + 1);
    return wanted == nullptr || *wanted == own;
  }

  static bool fits(const Pkcs11Uri &uri, const TokenInfo &token) {
    return fits(uri.find("token"), token.label) &&
           fits(uri.find("manufacturer"), token.manufacturer) &&
           fits(uri.find("model"), token.model) && fits(uri.find("serial"), token.serial);
  }

  const Functions *functions_;
  TokenInfo token_{};
  Handle session_ = 0;
};

// What TLS signs with, in the token's terms.
struct Signing {
  Mechanism mechanism{};
  PssParameters pss{};
  std::vector<uint8_t> input = {};

  // False if there is no such scheme. `wanted` is the digest, or for Ed25519 the message.
  bool choose(uint16_t scheme, std::span<const uint8_t> wanted) {
    input.assign(wanted.begin(), wanted.end());
    const std::size_t hash = wanted.size() / 16 - 2;  // SHA-256, SHA-384, SHA-512
    switch (scheme) {
      case 0x0401:
      case 0x0501:
      case 0x0601: {
        // RFC 8017, 9.2: a DigestInfo; the algorithms and lengths of the three differ in three bytes.
        constexpr uint8_t algorithms[] = {1, 2, 3};
        const auto size = static_cast<uint8_t>(wanted.size());
        const uint8_t info[] = {0x30,
                                static_cast<uint8_t>(17 + size),
                                0x30,
                                0x0d,
                                0x06,
                                0x09,
                                0x60,
                                0x86,
                                0x48,
                                0x01,
                                0x65,
                                0x03,
                                0x04,
                                0x02,
                                algorithms[hash],
                                0x05,
                                0x00,
                                0x04,
                                size};
        input.insert(input.begin(), std::begin(info), std::end(info));
        mechanism.mechanism = mechanism_rsa_pkcs;
        return true;
      }
      case 0x0804:
      case 0x0805:
      case 0x0806:
        pss = {0x250 + 0x10 * static_cast<Ulong>(hash), 2 + static_cast<Ulong>(hash),
               static_cast<Ulong>(wanted.size())};
        mechanism = {mechanism_rsa_pss, &pss, sizeof pss};
        return true;
      case 0x0403:
      case 0x0503:
      case 0x0603:
        mechanism.mechanism = mechanism_ecdsa;
        return true;
      case 0x0807:
        mechanism.mechanism = mechanism_eddsa;
        return true;
      default:
        return false;
    }
  }
};

inline void append_integer(std::vector<uint8_t> &to, std::span<const uint8_t> number) {
  while (number.size() > 1 && number.front() == 0)
    number = number.subspan(1);
  const bool padded = number.front() >= 0x80;
  to.push_back(0x02);
  to.push_back(static_cast<uint8_t>(number.size() + (padded ? 1 : 0)));
  if (padded) to.push_back(0);
  to.insert(to.end(), number.begin(), number.end());
}

// Tokens answer with r and s one behind the other, TLS wants them in DER (RFC 8422, 5.4).
inline std::vector<uint8_t> ecdsa_in_der(std::span<const uint8_t> both) {
  std::vector<uint8_t> numbers;
  append_integer(numbers, both.first(both.size() / 2));
  append_integer(numbers, both.subspan(both.size() / 2));
  std::vector<uint8_t> out{0x30};
  if (numbers.size() >= 0x80) out.push_back(0x81);
  out.push_back(static_cast<uint8_t>(numbers.size()));
  out.insert(out.end(), numbers.begin(), numbers.end());
  return out;
}

}  // namespace pkcs11

// A private key in a token, as a signer that always answers at once. May be used by any number of threads, which take
// turns: a session of PKCS #11 does one thing at a time.
class TokenKey {
 public:
  // Throws PLUGTLS_E_KEY_MALFORMED if there is none, PLUGTLS_E_PASSWORD_... for the PIN, PLUGTLS_E_FILE for the module.
  explicit TokenKey(const plugtls_source &source) : TokenKey(source, Pkcs11Uri(text_of(source))) {}
  ~TokenKey() = default;
  TokenKey(const TokenKey &) = delete;
  TokenKey &operator=(const TokenKey &) = delete;

  // PLUGTLS_KEY_..., 0 if it is of no type that TLS knows.
  [[nodiscard]] uint32_t type() const noexcept { return signer_.key_type; }
  [[nodiscard]] const plugtls_signer *signer() const noexcept { return &signer_; }

 private:
  TokenKey(const plugtls_source &source, const Pkcs11Uri &uri)
      : session_(uri, PLUGTLS_E_KEY_MALFORMED) {
    open(source, uri);
    const auto found = session_.find(uri, pkcs11::private_key_object);
    if (!found)
      raise(PLUGTLS_E_KEY_MALFORMED, "%s: there is no such private key in a token", uri.text());
    key_ = *found;
    signer_.size = sizeof signer_;
    signer_.key_type = type_of(session_.attribute(key_, pkcs11::attribute_key_type));
    signer_.user = this;
    signer_.sign = &on_sign;
  }

  static std::string_view text_of(const plugtls_source &source) {
    return as_text(as_span(source.bytes));
  }

  void open(const plugtls_source &source, const Pkcs11Uri &uri) {
    plugtls_source with_pin = source;
    const std::string *pin = uri.find("pin-value");
    if (source.password.data == nullptr && source.ask_password == nullptr && pin != nullptr)
      with_pin.password = as_bytes({reinterpret_cast<const uint8_t *>(pin->data()), pin->size()});
    Password password(with_pin);
    session_.login(uri, password);
  }

  static uint32_t type_of(const std::vector<uint8_t> &attribute) noexcept {
    pkcs11::Ulong number = ~pkcs11::Ulong{0};
    if (attribute.size() == sizeof number) std::memcpy(&number, attribute.data(), sizeof number);
    switch (number) {
      case 0x00:
        return PLUGTLS_KEY_RSA;
      case 0x03:
        return PLUGTLS_KEY_ECDSA;
      case 0x40:
        return PLUGTLS_KEY_ED25519;
      default:
        return 0;
    }
  }

  static plugtls_status on_sign(void *self, void **, uint16_t scheme, uint32_t, plugtls_bytes input,
                                uint8_t *out, size_t capacity, size_t *out_size) {
    return guard_or(plugtls_status{PLUGTLS_FAILED}, [&] {
      return static_cast<TokenKey *>(self)->sign(scheme, as_span(input), {out, capacity}, out_size);
    });
  }

  plugtls_status sign(uint16_t scheme, std::span<const uint8_t> input, std::span<uint8_t> out,
                      size_t *out_size) {
    pkcs11::Signing signing;
    if (!signing.choose(scheme, input)) return PLUGTLS_FAILED;
    std::array<uint8_t, 1024> raw{};
    std::size_t size = 0;
    {
      const std::lock_guard lock(mutex_);
      size = session_.sign(key_, signing.mechanism, signing.input, raw);
    }
    if (size == 0) return PLUGTLS_FAILED;
    std::vector<uint8_t> signature(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(size));
    if (signing.mechanism.mechanism == pkcs11::mechanism_ecdsa)
      signature = pkcs11::ecdsa_in_der(signature);
    if (signature.size() > out.size()) return PLUGTLS_FAILED;
    std::copy(signature.begin(), signature.end(), out.begin());
    *out_size = signature.size();
    return PLUGTLS_OK;
  }

  pkcs11::Session session_;
  pkcs11::Handle key_ = 0;
  plugtls_signer signer_{};
  std::mutex mutex_;
};

// A certificate in a token, as DER. Throws PLUGTLS_E_CERTIFICATE_MALFORMED if there is none.
inline Blob read_token_certificate(const plugtls_source &source) {
  const Pkcs11Uri uri(as_text(as_span(source.bytes)));
  pkcs11::Session session(uri, PLUGTLS_E_CERTIFICATE_MALFORMED);
  const auto found = session.find(uri, pkcs11::certificate_object);
  std::vector<uint8_t> der;
  if (found) der = session.attribute(*found, pkcs11::attribute_value);
  if (der.empty())
    raise(PLUGTLS_E_CERTIFICATE_MALFORMED, "%s: there is no such certificate in a token",
          uri.text());
  return {{der.begin(), der.end()}, uri.text()};
}

}  // namespace plugtls::kit
