// SPDX-License-Identifier: Apache-2.0
#include "record.hpp"

#include <plugtls/kit/client_hello.hpp>

#include <wolfssl/wolfcrypt/chacha20_poly1305.h>
#include <wolfssl/wolfcrypt/kdf.h>

#include <algorithm>
#include <array>

namespace plugtls::wolfssl {

namespace {

constexpr std::size_t alert_size = 2;

std::array<uint8_t, kit::tls::record_header> header_for(std::size_t size) {
  return {kit::tls::application_data, 3, 3, static_cast<uint8_t>(size >> 8U),
          static_cast<uint8_t>(size)};
}

// Where the last record of several begins; nothing if they are not whole.
std::optional<std::size_t> last_record(kit::ByteView flight) {
  std::size_t at = 0;
  std::size_t begin = 0;
  while (at < flight.size()) {
    kit::ByteReader reader(flight.subspan(at));
    reader.take(3);
    const std::size_t size = kit::tls::record_header + reader.vector(2).size();
    if (!reader.good()) return std::nullopt;
    begin = at;
    at += size;
  }
  return flight.empty() ? std::nullopt : std::optional(begin);
}

// The number of the record that was sealed last.
uint64_t number_of_last(WOLFSSL *ssl) {
  word64 next = 0;
  (void)wolfSSL_GetSequenceNumber(ssl, &next);
  return next - 1;
}

bool is_tls13(WOLFSSL *ssl) {
  return wolfSSL_version(ssl) == TLS1_3_VERSION;
}

// Puts `wanted` in the place of what is in the encrypted record that begins there, if that is of the same kind and
// length. That it can be opened proves that keys and number are those it was sealed with.
bool reseal(WOLFSSL *ssl, bool client, std::vector<uint8_t> &flight, std::size_t begin,
            kit::ByteView wanted) {
  const RecordKeys keys(ssl, client);
  const uint64_t number = number_of_last(ssl);
  const auto inner = keys.open(kit::ByteView(flight).subspan(begin), number);
  if (!inner || inner->size() != wanted.size() || inner->back() != wanted.back()) return false;
  const std::vector<uint8_t> sealed = keys.seal(wanted, number);
  if (sealed.empty()) return false;
  flight.resize(begin);
  flight.insert(flight.end(), sealed.begin(), sealed.end());
  return true;
}

}  // namespace

void TrafficSecret::set(kit::ByteView bytes, int digest) noexcept {
  size_ = std::min(bytes.size(), bytes_.size());
  std::copy_n(bytes.begin(), size_, bytes_.begin());
  digest_ = digest;
}

void TrafficSecret::clear() noexcept {
  kit::wipe(bytes_.data(), bytes_.size());
  size_ = 0;
}

bool TrafficSecret::derive(std::string_view label, uint8_t *out, std::size_t size) const noexcept {
  constexpr std::string_view protocol = "tls13 ";
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<const byte *>(text.data());
  };
  return size_ > 0 && wc_Tls13_HKDF_Expand_Label(
                          out, static_cast<word32>(size), bytes_.data(), static_cast<word32>(size_),
                          bytes(protocol), static_cast<word32>(protocol.size()), bytes(label),
                          static_cast<word32>(label.size()), bytes(""), 0, digest_) == 0;
}

void RecordKeys::choose(WOLFSSL *ssl) noexcept {
  if (!is_tls13(ssl)) return;
  const int size = wolfSSL_GetKeySize(ssl);
  if (size <= 0 || static_cast<std::size_t>(size) > key_.size()) return;
  key_size_ = static_cast<std::size_t>(size);
  switch (wolfSSL_get_current_cipher_suite(ssl)) {
    case 0x1301:
    case 0x1302:
      cipher_ = Cipher::gcm;
      break;
    case 0x1303:
      cipher_ = Cipher::chacha;
      break;
    case 0x1304:
      cipher_ = Cipher::ccm;
      break;
    case 0x1305:
      cipher_ = Cipher::ccm8;
      break;
    default:
      break;
  }
}

RecordKeys::RecordKeys(WOLFSSL *ssl, bool of_client) noexcept {
  choose(ssl);
  const byte *key = of_client ? wolfSSL_GetClientWriteKey(ssl) : wolfSSL_GetServerWriteKey(ssl);
  const byte *iv = of_client ? wolfSSL_GetClientWriteIV(ssl) : wolfSSL_GetServerWriteIV(ssl);
  if (key == nullptr || iv == nullptr || cipher_ == Cipher::none) {
    cipher_ = Cipher::none;
    return;
  }
  std::copy_n(key, key_size_, key_.begin());
  std::copy_n(iv, nonce_size, iv_.begin());
}

RecordKeys::RecordKeys(WOLFSSL *ssl, const TrafficSecret &secret) noexcept {
  choose(ssl);
  if (!secret.derive("key", key_.data(), key_size_) || !secret.derive("iv", iv_.data(), nonce_size))
    cipher_ = Cipher::none;
}

RecordKeys::Nonce RecordKeys::nonce_of(uint64_t number) const noexcept {
  Nonce out = iv_;
  for (std::size_t i = 0; i < 8; ++i)
    out[nonce_size - 1 - i] ^= static_cast<uint8_t>(number >> (8 * i));
  return out;
}

bool RecordKeys::decrypt(const Nonce &nonce, kit::ByteView header, kit::ByteView sealed,
                         uint8_t *out) const {
  const kit::ByteView text = sealed.first(sealed.size() - tag_size());
  const kit::ByteView tag = sealed.last(tag_size());
  const auto size = static_cast<word32>(text.size());
  const auto header_size = static_cast<word32>(header.size());
  const auto key_size = static_cast<word32>(key_size_);
  if (cipher_ == Cipher::chacha)
    return wc_ChaCha20Poly1305_Decrypt(key_.data(), nonce.data(), header.data(), header_size,
                                       text.data(), size, tag.data(), out) == 0;
  AesKey aes;
  if (cipher_ == Cipher::gcm)
    return wc_AesGcmSetKey(aes.get(), key_.data(), key_size) == 0 &&
           wc_AesGcmDecrypt(aes.get(), out, text.data(), size, nonce.data(), nonce_size, tag.data(),
                            static_cast<word32>(tag.size()), header.data(), header_size) == 0;
  return wc_AesCcmSetKey(aes.get(), key_.data(), key_size) == 0 &&
         wc_AesCcmDecrypt(aes.get(), out, text.data(), size, nonce.data(), nonce_size, tag.data(),
                          static_cast<word32>(tag.size()), header.data(), header_size) == 0;
}

bool RecordKeys::encrypt(const Nonce &nonce, kit::ByteView header, kit::ByteView plain,
                         uint8_t *out) const {
  uint8_t *tag = out + plain.size();
  const auto size = static_cast<word32>(plain.size());
  const auto header_size = static_cast<word32>(header.size());
  const auto key_size = static_cast<word32>(key_size_);
  const auto tag_bytes = static_cast<word32>(tag_size());
  if (cipher_ == Cipher::chacha)
    return wc_ChaCha20Poly1305_Encrypt(key_.data(), nonce.data(), header.data(), header_size,
                                       plain.data(), size, out, tag) == 0;
  AesKey aes;
  if (cipher_ == Cipher::gcm)
    return wc_AesGcmSetKey(aes.get(), key_.data(), key_size) == 0 &&
           wc_AesGcmEncrypt(aes.get(), out, plain.data(), size, nonce.data(), nonce_size, tag,
                            tag_bytes, header.data(), header_size) == 0;
  return wc_AesCcmSetKey(aes.get(), key_.data(), key_size) == 0 &&
         wc_AesCcmEncrypt(aes.get(), out, plain.data(), size, nonce.data(), nonce_size, tag,
                          tag_bytes, header.data(), header_size) == 0;
}

std::optional<std::vector<uint8_t>> RecordKeys::open(kit::ByteView record, uint64_t number) const {
  if (cipher_ == Cipher::none || record.size() <= kit::tls::record_header + tag_size())
    return std::nullopt;
  const kit::ByteView header = record.first(kit::tls::record_header);
  const kit::ByteView sealed = record.subspan(kit::tls::record_header);
  std::vector<uint8_t> out(sealed.size() - tag_size());
  if (!decrypt(nonce_of(number), header, sealed, out.data())) return std::nullopt;
  while (!out.empty() && out.back() == 0)
    out.pop_back();
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

std::vector<uint8_t> RecordKeys::seal(kit::ByteView inner, uint64_t number) const {
  if (cipher_ == Cipher::none) return {};
  const auto header = header_for(inner.size() + tag_size());
  std::vector<uint8_t> out(header.begin(), header.end());
  out.resize(header.size() + inner.size() + tag_size());
  if (!encrypt(nonce_of(number), header, inner, out.data() + header.size())) out.clear();
  return out;
}

bool replace_alert(WOLFSSL *ssl, bool client, std::vector<uint8_t> &flight, int32_t alert) {
  const auto begin = last_record(flight);
  if (!begin) return false;
  const std::array<uint8_t, 3> wanted{kit::tls::fatal, static_cast<uint8_t>(alert),
                                      kit::tls::alert};
  const bool clear = flight[*begin] == kit::tls::alert &&
                     flight.size() - *begin == kit::tls::record_header + alert_size;
  if (clear) std::copy_n(wanted.begin(), alert_size, flight.end() - alert_size);
  return clear || reseal(ssl, client, flight, *begin, wanted);
}

bool replace_key_update(WOLFSSL *ssl, bool client, std::vector<uint8_t> &flight, bool ask) {
  const auto begin = last_record(flight);
  const std::array<uint8_t, 6> wanted{
      24, 0, 0, 1, ask ? uint8_t{1} : uint8_t{0}, kit::tls::handshake};
  return begin && reseal(ssl, client, flight, *begin, wanted);
}

}  // namespace plugtls::wolfssl
