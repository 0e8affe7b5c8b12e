// SPDX-License-Identifier: Apache-2.0
#include "settings.hpp"

#include "certificates.hpp"
#include "error.hpp"

#include <plugtls/kit/secure_bytes.hpp>

#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <vector>

namespace plugtls::openssl {

namespace {

std::vector<uint8_t> encoding_of(X509_OBJECT *object) {
  if (X509_OBJECT_get_type(object) == X509_LU_X509) return to_der(X509_OBJECT_get0_X509(object));
  X509_CRL *crl = X509_OBJECT_get0_X509_CRL(object);
  uint8_t *bytes = nullptr;
  const int size = i2d_X509_CRL(crl, &bytes);
  std::vector<uint8_t> out(bytes, bytes + std::max(size, 0));
  OPENSSL_free(bytes);
  return out;
}

// Anchors and CRLs, in whatever order they came.
void add_store(Hasher &hasher, X509_STORE *store) {
  const STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(store);
  std::vector<Digest> each;
  each.reserve(static_cast<std::size_t>(std::max(sk_X509_OBJECT_num(objects), 0)));
  for (int i = 0; i < sk_X509_OBJECT_num(objects); ++i)
    each.push_back(Hasher().add(encoding_of(sk_X509_OBJECT_value(objects, i))).finish());
  std::sort(each.begin(), each.end());
  for (const Digest &digest : each)
    hasher.add(digest);
}

void add_identities(Hasher &hasher, SSL_CTX *ctx) {
  std::vector<Digest> each;
  for (long more = SSL_CTX_set_current_cert(ctx, SSL_CERT_SET_FIRST); more == 1;
       more = SSL_CTX_set_current_cert(ctx, SSL_CERT_SET_NEXT))
    each.push_back(Hasher().add(to_der(SSL_CTX_get0_certificate(ctx))).finish());
  SSL_CTX_set_current_cert(ctx, SSL_CERT_SET_FIRST);
  hasher.add(uint64_t{each.size()});
  for (const Digest &digest : each)
    hasher.add(digest);
}

void add_numbers(Hasher &hasher, const std::vector<uint16_t> &numbers) {
  hasher.add(uint64_t{numbers.size()});
  for (const uint16_t number : numbers)
    hasher.add(uint64_t{number});
}

void add_suites(Hasher &hasher, SSL_CTX *ctx) {
  const STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(ctx);
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i)
    hasher.add(uint64_t{SSL_CIPHER_get_protocol_id(sk_SSL_CIPHER_value(ciphers, i))});
}

// What the program's own callback lets pass, only that callback can answer for: such sessions are this context's alone.
void add_program(Hasher &hasher, const plugtls_backend_callbacks &callbacks) {
  if (callbacks.verify == nullptr) return;
  Digest own{};
  if (RAND_bytes(own.data(), static_cast<int>(own.size())) != 1)
    raise_native(PLUGTLS_E_INTERNAL, "OpenSSL has no random bytes");
  hasher.add(own);
}

}  // namespace

Digest settings_digest(const plugtls_backend_context &context, const plugtls_config &config) {
  Hasher hasher;
  hasher.add("plugtls openssl 1").add(uint64_t{context.role}).add(context.flags);
  hasher.add(uint64_t{context.client_auth}).add(uint64_t{context.verify_depth});
  hasher.add(uint64_t{context.ocsp})
      .add(uint64_t{context.crl_check})
      .add(static_cast<uint64_t>(config.verify_time));
  hasher.add(uint64_t{context.versions.min}).add(uint64_t{context.versions.max});
  // Not the key, which bytes that leave the process must not tell anything of.
  hasher.add(context.psk.identity);
  add_suites(hasher, context.ctx.get());
  add_numbers(hasher, context.groups);
  add_numbers(hasher, context.schemes);
  add_identities(hasher, context.ctx.get());
  if (context.verifies()) add_store(hasher, SSL_CTX_get_cert_store(context.ctx.get()));
  add_program(hasher, context.callbacks);
  return hasher.finish();
}

Digest peer_digest(const plugtls_peer &peer, bool name_checked) {
  Hasher hasher;
  hasher.add(peer.server_name != nullptr ? peer.server_name : "");
  hasher.add(uint64_t{name_checked ? 1U : 0U});
  for (uint32_t i = 0; i < peer.subject_count; ++i)
    hasher.add(uint64_t{peer.subjects[i].kind}).add(kit::as_span(peer.subjects[i].value));
  return hasher.finish();
}

}  // namespace plugtls::openssl
