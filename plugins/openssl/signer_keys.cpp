// SPDX-License-Identifier: Apache-2.0
// Key management: everything public is handed on to OpenSSL's own.
#include "signer_parts.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <cstring>
#include <memory>
#include <new>

namespace plugtls::openssl::signer {

namespace {

template <const Type &type>
void *new_key(void *) noexcept {
  return new (std::nothrow) SignerKey{&type};
}

void free_key(void *data) noexcept {
  const std::unique_ptr<SignerKey> owned(key_from(data));
}

int has(const void *data, int selection) noexcept {
  const SignerKey *key = key_from(data);
  const bool wants_private = (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0;
  return key != nullptr && key->public_half && (!wants_private || key->signer != nullptr) ? 1 : 0;
}

int match(const void *left, const void *right, int) noexcept {
  const SignerKey *one = key_from(left);
  const SignerKey *other = key_from(right);
  return one->public_half && other->public_half &&
                 EVP_PKEY_eq(one->public_half.get(), other->public_half.get()) == 1
             ? 1
             : 0;
}

int import_key(void *data, int, const OSSL_PARAM *parameters) noexcept {
  SignerKey *key = key_from(data);
  const kit::Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free> maker(
      EVP_PKEY_CTX_new_from_name(nullptr, key->type->name, nullptr));
  EVP_PKEY *made = nullptr;
  // OpenSSL takes what it does not change as if it might.
  if (!maker || EVP_PKEY_fromdata_init(maker.get()) != 1 ||
      EVP_PKEY_fromdata(maker.get(), &made, EVP_PKEY_PUBLIC_KEY,
                        const_cast<OSSL_PARAM *>(parameters)) != 1)  // NOLINT(*-const-cast)
    return 0;
  key->public_half.reset(made);
  const OSSL_PARAM *signer = OSSL_PARAM_locate_const(parameters, signer_param);
  if (signer != nullptr && signer->data_size == sizeof(void *))
    std::memcpy(static_cast<void *>(&key->signer), signer->data, sizeof(void *));
  return 1;
}

// Only what is public: where OpenSSL wants more it has to come to this provider for the signature.
int export_key(void *data, int selection, OSSL_CALLBACK *take, void *user) noexcept {
  const SignerKey *key = key_from(data);
  if (!key->public_half || (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0) return 0;
  return EVP_PKEY_export(key->public_half.get(), selection, take, user);
}

// What keys of all these types are made of: the names that OpenSSL's own key managements export under.
const OSSL_PARAM *key_types(int) noexcept {
  static constexpr OSSL_PARAM list[] = {plain(OSSL_PKEY_PARAM_RSA_N, OSSL_PARAM_UNSIGNED_INTEGER),
                                        plain(OSSL_PKEY_PARAM_RSA_E, OSSL_PARAM_UNSIGNED_INTEGER),
                                        plain(OSSL_PKEY_PARAM_GROUP_NAME, OSSL_PARAM_UTF8_STRING),
                                        plain(OSSL_PKEY_PARAM_PUB_KEY, OSSL_PARAM_OCTET_STRING),
                                        plain(signer_param, OSSL_PARAM_OCTET_STRING),
                                        OSSL_PARAM_END};
  return list;
}

int get_key_params(void *data, OSSL_PARAM *parameters) noexcept {
  const SignerKey *key = key_from(data);
  return key->public_half ? EVP_PKEY_get_params(key->public_half.get(), parameters) : 0;
}

const OSSL_PARAM *gettable_key_params(void *) noexcept {
  static constexpr OSSL_PARAM list[] = {
      plain(OSSL_PKEY_PARAM_BITS, OSSL_PARAM_INTEGER),
      plain(OSSL_PKEY_PARAM_SECURITY_BITS, OSSL_PARAM_INTEGER),
      plain(OSSL_PKEY_PARAM_MAX_SIZE, OSSL_PARAM_INTEGER),
      plain(OSSL_PKEY_PARAM_DEFAULT_DIGEST, OSSL_PARAM_UTF8_STRING),
      plain(OSSL_PKEY_PARAM_MANDATORY_DIGEST, OSSL_PARAM_UTF8_STRING),
      plain(OSSL_PKEY_PARAM_GROUP_NAME, OSSL_PARAM_UTF8_STRING),
      plain(OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, OSSL_PARAM_UTF8_STRING),
      plain(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, OSSL_PARAM_OCTET_STRING),
      plain(OSSL_PKEY_PARAM_PUB_KEY, OSSL_PARAM_OCTET_STRING),
      plain(OSSL_PKEY_PARAM_RSA_N, OSSL_PARAM_UNSIGNED_INTEGER),
      plain(OSSL_PKEY_PARAM_RSA_E, OSSL_PARAM_UNSIGNED_INTEGER),
      OSSL_PARAM_END};
  return list;
}

template <const Type &type>
const char *operation_name(int) noexcept {
  return type.operation;
}

template <const Type &type>
const OSSL_DISPATCH *functions_of() noexcept {
  static const OSSL_DISPATCH list[] = {
      entry(OSSL_FUNC_KEYMGMT_NEW, &new_key<type>),
      entry(OSSL_FUNC_KEYMGMT_FREE, &free_key),
      entry(OSSL_FUNC_KEYMGMT_HAS, &has),
      entry(OSSL_FUNC_KEYMGMT_MATCH, &match),
      entry(OSSL_FUNC_KEYMGMT_IMPORT, &import_key),
      entry(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, &key_types),
      entry(OSSL_FUNC_KEYMGMT_EXPORT, &export_key),
      entry(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, &key_types),
      entry(OSSL_FUNC_KEYMGMT_GET_PARAMS, &get_key_params),
      entry(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, &gettable_key_params),
      entry(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, &operation_name<type>),
      {0, nullptr}};
  return list;
}

}  // namespace

const OSSL_DISPATCH *key_functions(const Type &type) noexcept {
  switch (type.number) {
    case PLUGTLS_KEY_RSA:
      return functions_of<rsa>();
    case PLUGTLS_KEY_RSA_PSS:
      return functions_of<rsa_pss>();
    case PLUGTLS_KEY_ECDSA:
      return functions_of<ecdsa>();
    default:
      return functions_of<ed25519>();
  }
}

}  // namespace plugtls::openssl::signer
