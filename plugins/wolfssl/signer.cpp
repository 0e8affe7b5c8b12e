// SPDX-License-Identifier: Apache-2.0
// wolfSSL's callbacks for signatures are a context's. So where a client has a key of its own beside one that is outside,
// and shows the identity of that, the signature is made here as wolfSSL would.
#include "signer.hpp"

#include "connection.hpp"
#include "error.hpp"
#include "keys.hpp"
#include "signature.hpp"

#include <plugtls/kit/signature_wanted.hpp>
#include <plugtls/kit/signed_object.hpp>

#include <wolfssl/wolfcrypt/sha256.h>

#include <array>
#include <string_view>

namespace plugtls::wolfssl {

namespace {

constexpr int no_signature = BAD_STATE_E;
constexpr std::size_t digest_info =
    19;  // bytes of a DigestInfo (RFC 8017, 9.2) before a digest of SHA-2

uint32_t number_of(kit::KeyType type) noexcept {
  switch (type) {
    case kit::KeyType::rsa:
      return PLUGTLS_KEY_RSA;
    case kit::KeyType::ec:
      return PLUGTLS_KEY_ECDSA;
    case kit::KeyType::ed25519:
      return PLUGTLS_KEY_ED25519;
    default:
      return 0;
  }
}

// The scheme of a kind, whose first is `sha256`, that goes with a digest of that size; 0 if there is none.
uint16_t scheme_for(uint16_t sha256, uint16_t step, std::size_t digest_size) noexcept {
  switch (digest_size) {
    case 32:
      return sha256;
    case 48:
      return static_cast<uint16_t>(sha256 + step);
    case 64:
      return static_cast<uint16_t>(sha256 + 2 * step);
    default:
      return 0;
  }
}

// What wolfSSL wants signed, and where to.
struct Request {
  WOLFSSL *ssl;
  kit::ByteView input;
  unsigned char *out;
  unsigned *size;  // there is room for so much, then: so much was written
  kit::ByteView key;
};

const Identity &identity_of(const plugtls_backend_connection &connection) {
  return connection.context->identities[connection.identity];
}

bool is_outside(const Request &request) {
  return identity_of(*connection_of(request.ssl)).signer != nullptr;
}

int ask_program(const Request &request, uint16_t scheme, uint32_t kind, kit::ByteView input) {
  plugtls_backend_connection &connection = *connection_of(request.ssl);
  if (scheme == 0) return BAD_FUNC_ARG;
  kit::SignatureWanted wanted{*identity_of(connection).signer,
                              scheme,
                              kind,
                              kit::as_bytes(input),
                              request.out,
                              *request.size};
  if (!kit::ask_signer(connection.suspension, wanted)) {
    connection.program_error = wanted.failure();
    connection.program_error.alert = kit::alert::internal_error;
    return no_signature;
  }
  *request.size = static_cast<unsigned>(wanted.size);
  return 0;
}

// wolfCrypt answers with how much it wrote.
int take_size(const Request &request, int native) {
  if (native <= 0) return native;
  *request.size = static_cast<unsigned>(native);
  return 0;
}

int sign_ecdsa(const Request &request) {
  if (is_outside(request))
    return ask_program(request, scheme_for(0x0403, 0x0100, request.input.size()),
                       PLUGTLS_SIGN_DIGEST, request.input);
  Ecc key;
  if (!read_private(request.key, key.get())) return ASN_PARSE_E;
  return wc_ecc_sign_hash(request.input.data(), static_cast<word32>(request.input.size()),
                          request.out, request.size, wolfSSL_GetRNG(request.ssl), key.get());
}

int sign_ed25519(const Request &request) {
  if (is_outside(request)) return ask_program(request, 0x0807, PLUGTLS_SIGN_MESSAGE, request.input);
  Ed25519 key;
  std::array<uint8_t, ED25519_PUB_KEY_SIZE> half{};
  if (!read_private(request.key, key.get()) ||
      wc_ed25519_make_public(key.get(), half.data(), half.size()) != 0 ||
      wc_ed25519_import_public(half.data(), half.size(), key.get()) != 0)
    return ASN_PARSE_E;
  return wc_ed25519_sign_msg(request.input.data(), static_cast<word32>(request.input.size()),
                             request.out, request.size, key.get());
}

// `input` is a DigestInfo.
int sign_pkcs1(const Request &request) {
  if (is_outside(request)) {
    if (request.input.size() < digest_info) return BAD_FUNC_ARG;
    const kit::ByteView digest = request.input.subspan(digest_info);
    return ask_program(request, scheme_for(0x0401, 0x0100, digest.size()), PLUGTLS_SIGN_DIGEST,
                       digest);
  }
  Rsa key;
  if (!read_private(request.key, key.get())) return ASN_PARSE_E;
  return take_size(
      request, wc_RsaSSL_Sign(request.input.data(), static_cast<word32>(request.input.size()),
                              request.out, *request.size, key.get(), wolfSSL_GetRNG(request.ssl)));
}

wc_HashType hash_of_size(std::size_t size) noexcept {
  if (size == 32) return WC_HASH_TYPE_SHA256;
  return size == 48 ? WC_HASH_TYPE_SHA384 : WC_HASH_TYPE_SHA512;
}

int sign_pss(const Request &request, int mask) {
  if (is_outside(request))
    return ask_program(request, scheme_for(0x0804, 1, request.input.size()), PLUGTLS_SIGN_DIGEST,
                       request.input);
  Rsa key;
  if (!read_private(request.key, key.get())) return ASN_PARSE_E;
  return take_size(
      request, wc_RsaPSS_Sign(request.input.data(), static_cast<word32>(request.input.size()),
                              request.out, *request.size, hash_of_size(request.input.size()), mask,
                              key.get(), wolfSSL_GetRNG(request.ssl)));
}

// NOLINTBEGIN(readability-non-const-parameter,readability-function-size): as wolfSSL has them
template <int (*Sign)(const Request &)>
int on_sign(WOLFSSL *ssl, const unsigned char *input, unsigned input_size, unsigned char *out,
            unsigned *size, const unsigned char *key, unsigned key_size, void *) {
  const Request request{ssl, {input, input_size}, out, size, {key, key_size}};
  return kit::guard_or(no_signature, [&] { return Sign(request); });
}

int on_sign_pss(WOLFSSL *ssl, const unsigned char *input, unsigned input_size, unsigned char *out,
                unsigned *size, int, int mask, const unsigned char *key, unsigned key_size,
                void *) {
  const Request request{ssl, {input, input_size}, out, size, {key, key_size}};
  return kit::guard_or(no_signature, [&] { return sign_pss(request, mask); });
}
// NOLINTEND(readability-non-const-parameter,readability-function-size)

}  // namespace

void use_signer(Identity &identity, const plugtls_signer *signer) {
  if (number_of(identity.type) != kit::read_sized(signer).key_type)
    kit::raise(PLUGTLS_E_KEY_MISMATCH, "the signer's key type is not that of the leaf certificate");
  const kit::DerView half = kit::public_key_info(identity.chain.front());
  identity.key.assign(half.begin(), half.end());
  identity.signer = signer;
}

bool signer_belongs(const Identity &identity) {
  constexpr std::string_view message = "plugtls";
  constexpr uint8_t sha256_with_rsa[] = {6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11, 5, 0};
  constexpr uint8_t ecdsa_with_sha256[] = {6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2};
  constexpr uint8_t by_ed25519[] = {6, 3, 0x2b, 0x65, 0x70};
  const auto *text = reinterpret_cast<const uint8_t *>(message.data());
  std::array<uint8_t, WC_SHA256_DIGEST_SIZE> digest{};
  require_crypt(wc_Sha256Hash(text, static_cast<word32>(message.size()), digest.data()),
                "compute SHA-256");
  std::array<uint8_t, 1024> signature{};
  kit::SignedObject object{{text, message.size()}, by_ed25519, {}};
  kit::SignatureWanted wanted{*identity.signer,           0x0807,           PLUGTLS_SIGN_MESSAGE,
                              kit::as_bytes(object.body), signature.data(), signature.size()};
  if (identity.type != kit::KeyType::ed25519) {
    const bool rsa = identity.type == kit::KeyType::rsa;
    object.algorithm = rsa ? kit::DerView(sha256_with_rsa) : kit::DerView(ecdsa_with_sha256);
    wanted.scheme = rsa ? 0x0401 : 0x0403;
    wanted.kind = PLUGTLS_SIGN_DIGEST;
    wanted.input = kit::as_bytes(digest);
  }
  if (!wanted() || !wanted.made()) return false;
  object.signature = kit::DerView(signature).first(wanted.size);
  return signature_holds(object, identity.chain.front());
}

void set_signing(WOLFSSL_CTX *native) {
  wolfSSL_CTX_SetEccSignCb(native, &on_sign<sign_ecdsa>);
  wolfSSL_CTX_SetEd25519SignCb(native, &on_sign<sign_ed25519>);
  wolfSSL_CTX_SetRsaSignCb(native, &on_sign<sign_pkcs1>);
  wolfSSL_CTX_SetRsaPssSignCb(native, &on_sign_pss);
}

}  // namespace plugtls::wolfssl
