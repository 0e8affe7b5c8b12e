// SPDX-License-Identifier: Apache-2.0
// What came into force of a configuration (B21).
#include "algorithms.hpp"
#include "context.hpp"

#include <plugtls/kit/sized.hpp>

namespace plugtls::openssl {

size_t context_list(const plugtls_backend_context *context, uint32_t list, uint16_t *out,
                    size_t capacity) {
  std::vector<uint16_t> numbers;
  switch (list) {
    case PLUGTLS_LIST_CIPHER_SUITES: {
      const STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(context->ctx.get());
      for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
        const uint16_t number = SSL_CIPHER_get_protocol_id(sk_SSL_CIPHER_value(ciphers, i));
        if (context->versions.contains(is_tls13(number) ? PLUGTLS_VERSION_TLS1_3
                                                        : PLUGTLS_VERSION_TLS1_2))
          numbers.push_back(number);
      }
      break;
    }
    case PLUGTLS_LIST_GROUPS:
      numbers = context->groups;
      break;
    case PLUGTLS_LIST_SIGNATURE_SCHEMES:
      numbers = context->schemes;
      break;
    case PLUGTLS_LIST_VERSIONS:
      for (const uint16_t version : versions)
        if (context->versions.contains(version)) numbers.push_back(version);
      break;
    default:
      break;
  }
  return kit::copy_list(numbers, out, capacity);
}

plugtls_status context_value(const plugtls_backend_context *context, uint32_t value,
                             uint64_t *out) {
  switch (value) {
    case PLUGTLS_VALUE_FLAGS:
      *out = context->flags;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_CLIENT_AUTH:
      *out = context->client_auth;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_VERIFY_DEPTH:
      *out = context->verify_depth;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_CRL_CHECK:
      *out = context->crl_check;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_TRUST_ANCHORS:
      *out = context->anchors;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_IDENTITIES:
      *out = context->identities;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_TICKET_LIFETIME:
      *out = context->ticket_lifetime;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_TICKET_COUNT:
      *out = context->ticket_count;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_RECORD_SIZE_LIMIT:
      *out = context->record_size;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_OCSP:
      *out = context->ocsp;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_EARLY_DATA_MAX:
      *out = context->early_data_max;
      return PLUGTLS_OK;
    default:
      return PLUGTLS_FAILED;
  }
}

}  // namespace plugtls::openssl
