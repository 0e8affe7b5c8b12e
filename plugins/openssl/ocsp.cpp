// SPDX-License-Identifier: Apache-2.0
// OCSP_basic_verify judges the responder by the clock and by the store alone. Here it is judged by the time of verification
// and by the policy's rules, and against the issuer that the path has.
#include "ocsp.hpp"

#include "certificates.hpp"

#include <plugtls/kit/certificate.hpp>
#include <plugtls/kit/policy.hpp>

#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include <new>

namespace plugtls::openssl {

namespace {

using Response = kit::Handle<OCSP_RESPONSE, OCSP_RESPONSE_free>;
using Basic = kit::Handle<OCSP_BASICRESP, OCSP_BASICRESP_free>;
using CertId = kit::Handle<OCSP_CERTID, OCSP_CERTID_free>;
using Stack = kit::Handle<STACK_OF(X509), [](STACK_OF(X509) * stack) { sk_X509_free(stack); }>;
using Features = kit::Handle<TLS_FEATURE, TLS_FEATURE_free>;

// Where a responder does not say when the next answer comes, RFC 6960, 4.2.2.1, has one always: then a day is enough.
constexpr int64_t longest_without_next = int64_t{24} * 60 * 60;

constexpr long status_request = TLSEXT_TYPE_status_request;

// RFC 7633: the certificate is good only with a staple.
bool must_staple(X509 *leaf) {
  const Features features(
      static_cast<TLS_FEATURE *>(X509_get_ext_d2i(leaf, NID_tlsfeature, nullptr, nullptr)));
  for (int i = 0; i < sk_ASN1_INTEGER_num(features.get()); ++i)
    if (ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features.get(), i)) == status_request) return true;
  return false;
}

// Nothing but the response, and that a successful one.
Basic parse(std::span<const uint8_t> bytes) {
  const uint8_t *at = bytes.data();
  const Response response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(bytes.size())));
  if (!response || at != bytes.data() + bytes.size() ||
      OCSP_response_status(response.get()) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
    return {};
  return Basic(OCSP_response_get1_basic(response.get()));
}

// OpenSSL's functions take the ids of a response as if they would change them.
OCSP_CERTID *id_of(OCSP_SINGLERESP *single) {
  return const_cast<OCSP_CERTID *>(OCSP_SINGLERESP_get0_id(single));  // NOLINT(*-const-cast)
}

bool is_about(OCSP_SINGLERESP *single, X509 *leaf, X509 *issuer) {
  ASN1_OBJECT *hash = nullptr;
  ASN1_INTEGER *serial = nullptr;
  if (OCSP_id_get0_info(nullptr, &hash, nullptr, &serial, id_of(single)) != 1) return false;
  if (issuer == nullptr) return ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(leaf)) == 0;
  const EVP_MD *digest = EVP_get_digestbyobj(hash);
  if (digest == nullptr) return false;
  const CertId wanted(OCSP_cert_to_id(digest, leaf, issuer));
  return wanted && OCSP_id_cmp(id_of(single), wanted.get()) == 0;
}

OCSP_SINGLERESP *find_about(OCSP_BASICRESP *basic, X509 *leaf, X509 *issuer) {
  for (int i = 0; i < OCSP_resp_count(basic); ++i)
    if (OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i); is_about(single, leaf, issuer))
      return single;
  return nullptr;
}

bool is_weak(const OCSP_BASICRESP *basic) {
  const ASN1_OBJECT *algorithm = nullptr;
  int digest = NID_undef;
  X509_ALGOR_get0(&algorithm, nullptr, nullptr, OCSP_resp_get0_tbs_sigalg(basic));
  OBJ_find_sigid_algs(OBJ_obj2nid(algorithm), &digest, nullptr);
  return digest == NID_sha1 || digest == NID_md5;
}

// RFC 6960, 4.2.2.2: the issuer itself, by whichever of its certificates, or whom it has certified to answer for it.
bool may_answer(X509 *responder, X509 *issuer, int64_t time) {
  EVP_PKEY *issuer_key = X509_get0_pubkey(issuer);
  const bool same_name =
      X509_NAME_cmp(X509_get_subject_name(responder), X509_get_subject_name(issuer)) == 0;
  if (same_name && EVP_PKEY_eq(X509_get0_pubkey(responder), issuer_key) == 1) return true;
  if (X509_check_issued(issuer, responder) != X509_V_OK || X509_verify(responder, issuer_key) != 1)
    return false;
  const std::vector<uint8_t> der = to_der(responder);
  const kit::CertificateFacts facts = kit::facts_of(der);
  const bool certified = (X509_get_extension_flags(responder) & EXFLAG_XKUSAGE) != 0 &&
                         (X509_get_extended_key_usage(responder) & XKU_OCSP_SIGN) != 0;
  return certified && !facts.malformed && !facts.unknown_critical_extension &&
         !kit::policy::is_weak_key(facts) && !kit::policy::is_weak_signature(facts) &&
         kit::policy::judge_time(facts, 0, time).good();
}

bool is_authentic(OCSP_BASICRESP *basic, X509 *issuer, int64_t time) {
  const Stack known(sk_X509_new_null());
  if (!known || sk_X509_push(known.get(), issuer) == 0) throw std::bad_alloc();
  X509 *responder = nullptr;
  if (is_weak(basic) || OCSP_resp_get0_signer(basic, &responder, known.get()) != 1) return false;
  return may_answer(responder, issuer, time) &&
         OCSP_basic_verify(basic, known.get(), nullptr, OCSP_NOVERIFY) == 1;
}

bool is_current(const ASN1_GENERALIZEDTIME *since, const ASN1_GENERALIZEDTIME *until,
                int64_t time) {
  const int begun = ASN1_TIME_cmp_time_t(since, time);
  if (begun != 0 && begun != -1) return false;
  if (until != nullptr) return ASN1_TIME_cmp_time_t(until, time) == 1;
  return ASN1_TIME_cmp_time_t(since, time - longest_without_next) >= 0;
}

int32_t judge_response(std::span<const uint8_t> response, X509 *leaf, X509 *issuer, int64_t time) {
  const Basic basic = parse(response);
  OCSP_SINGLERESP *single = basic ? find_about(basic.get(), leaf, issuer) : nullptr;
  if (single == nullptr || !is_authentic(basic.get(), issuer, time))
    return PLUGTLS_E_CERT_OCSP_INVALID;
  ASN1_GENERALIZEDTIME *since = nullptr;
  ASN1_GENERALIZEDTIME *until = nullptr;
  const int status = OCSP_single_get0_status(single, nullptr, nullptr, &since, &until);
  if (since == nullptr || !is_current(since, until, time)) return PLUGTLS_E_CERT_OCSP_INVALID;
  if (status == V_OCSP_CERTSTATUS_REVOKED) return PLUGTLS_E_CERT_REVOKED;
  return status == V_OCSP_CERTSTATUS_GOOD ? PLUGTLS_E_NONE + 0 : PLUGTLS_E_CERT_OCSP_INVALID + 0;
}

}  // namespace

int32_t judge_staple(const Staple &staple, X509 *leaf, X509 *issuer, int64_t time) {
  if (!staple.response.empty()) return judge_response(staple.response, leaf, issuer, time);
  const bool required = staple.mode == PLUGTLS_OCSP_REQUIRE ||
                        (staple.mode == PLUGTLS_OCSP_REQUEST && must_staple(leaf));
  return required ? PLUGTLS_E_CERT_OCSP_MISSING + 0 : PLUGTLS_E_NONE + 0;
}

bool is_staple_for(std::span<const uint8_t> response, X509 *leaf, X509 *issuer) {
  const Basic basic = parse(response);
  return basic && find_about(basic.get(), leaf, issuer) != nullptr;
}

}  // namespace plugtls::openssl
