// SPDX-License-Identifier: Apache-2.0
// What came into force of a configuration (B21).
#include "algorithms.hpp"
#include "context.hpp"

#include <plugtls/kit/sized.hpp>

namespace plugtls::wolfssl {

size_t context_list(const plugtls_backend_context *context, uint32_t list, uint16_t *out,
                    size_t capacity) {
  std::vector<uint16_t> numbers;
  switch (list) {
    case PLUGTLS_LIST_CIPHER_SUITES:
      for (const uint16_t suite : context->suites) {
        const uint16_t version = is_tls13(suite) ? PLUGTLS_VERSION_TLS1_3 : PLUGTLS_VERSION_TLS1_2;
        if (context->versions.contains(version)) numbers.push_back(suite);
      }
      break;
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
      *out = context->store ? context->store->facts.size() : 0;
      return PLUGTLS_OK;
    case PLUGTLS_VALUE_IDENTITIES:
      *out = context->identities.size();
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
    // libplugtls refuses contexts that ask for it, see the capabilities; so it is off.
    case PLUGTLS_VALUE_EARLY_DATA_MAX:
      *out = 0;
      return PLUGTLS_OK;
    default:
      return PLUGTLS_FAILED;
  }
}

}  // namespace plugtls::wolfssl
