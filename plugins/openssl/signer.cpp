// SPDX-License-Identifier: Apache-2.0
#include "signer.hpp"

#include "error.hpp"
#include "signer_parts.hpp"

#include <plugtls/kit/sized.hpp>

#include <openssl/core_dispatch.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/provider.h>

namespace plugtls::openssl {

namespace {

using namespace signer;

const OSSL_ALGORITHM *query(void *, int operation, int *no_cache) noexcept {
  constexpr const char *properties = "provider=plugtls-signer";
  static const OSSL_ALGORITHM keys[] = {
      {rsa.names, properties, key_functions(rsa), nullptr},
      {rsa_pss.names, properties, key_functions(rsa_pss), nullptr},
      {ecdsa.names, properties, key_functions(ecdsa), nullptr},
      {ed25519.names, properties, key_functions(ed25519), nullptr},
      {nullptr, nullptr, nullptr, nullptr}};
  static const OSSL_ALGORITHM signatures[] = {
      {"RSA", properties, signature_functions(), nullptr},
      {"ECDSA", properties, signature_functions(), nullptr},
      {"ED25519", properties, signature_functions(), nullptr},
      {nullptr, nullptr, nullptr, nullptr}};
  *no_cache = 0;
  if (operation == OSSL_OP_KEYMGMT) return keys;
  return operation == OSSL_OP_SIGNATURE ? signatures : nullptr;
}

int start_provider(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *, const OSSL_DISPATCH **out,
                   void **context) noexcept {
  static const OSSL_DISPATCH functions[] = {entry(OSSL_FUNC_PROVIDER_QUERY_OPERATION, &query),
                                            {0, nullptr}};
  *out = functions;
  *context = const_cast<OSSL_CORE_HANDLE *>(handle);  // NOLINT(*-const-cast): never looked at
  return 1;
}

const Type *type_of(const EVP_PKEY *key) noexcept {
  for (const Type *type : types)
    if (EVP_PKEY_is_a(key, type->name) == 1) return type;
  return nullptr;
}

using Parameters = kit::Handle<OSSL_PARAM, OSSL_PARAM_free>;

Key make_key(OSSL_LIB_CTX *library, const Type &type, const EVP_PKEY *leaf,
             const plugtls_signer *signer) {
  OSSL_PARAM *exported = nullptr;
  if (EVP_PKEY_todata(leaf, EVP_PKEY_PUBLIC_KEY, &exported) != 1) return {};
  const Parameters public_half(exported);
  const OSSL_PARAM own[] = {
      OSSL_PARAM_construct_octet_string(signer_param, static_cast<void *>(&signer), sizeof(void *)),
      OSSL_PARAM_construct_end()};
  const Parameters all(OSSL_PARAM_merge(public_half.get(), own));
  const kit::Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free> maker(
      EVP_PKEY_CTX_new_from_name(library, type.name, nullptr));
  EVP_PKEY *out = nullptr;
  if (!all || !maker || EVP_PKEY_fromdata_init(maker.get()) != 1 ||
      EVP_PKEY_fromdata(maker.get(), &out, EVP_PKEY_PUBLIC_KEY, all.get()) != 1)
    return {};
  return Key(out);
}

}  // namespace

OSSL_LIB_CTX *make_signer_library() {
  constexpr const char *name = "plugtls-signer";
  kit::Handle<OSSL_LIB_CTX, OSSL_LIB_CTX_free> library(OSSL_LIB_CTX_new());
  if (!library || OSSL_PROVIDER_add_builtin(library.get(), name, &start_provider) != 1 ||
      OSSL_PROVIDER_load(library.get(), name) == nullptr)
    raise_native(PLUGTLS_E_INTERNAL, "OpenSSL does not take the provider for signing callbacks");
  return library.release();
}

Key key_of_signer(OSSL_LIB_CTX *library, const plugtls_signer *signer, X509 *leaf) {
  const EVP_PKEY *public_half = X509_get0_pubkey(leaf);
  const Type *type = public_half != nullptr ? type_of(public_half) : nullptr;
  if (type == nullptr || type->number != kit::read_sized(signer).key_type)
    kit::raise(PLUGTLS_E_KEY_MISMATCH, "the signer's key type is not the leaf certificate's, %s",
               public_half != nullptr ? EVP_PKEY_get0_type_name(public_half) : "which is unknown");
  Key key = make_key(library, *type, public_half, signer);
  if (!key)
    raise_native(PLUGTLS_E_INTERNAL, "OpenSSL could not make a key for the signing callback");
  return key;
}

Handshaking::Handshaking(plugtls_backend_connection *connection) noexcept
    : before_(current_connection()) {
  current_connection() = connection;
}

Handshaking::~Handshaking() {
  current_connection() = before_;
}

}  // namespace plugtls::openssl
