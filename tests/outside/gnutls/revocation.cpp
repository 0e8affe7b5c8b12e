// SPDX-License-Identifier: Apache-2.0
#include "revocation.hpp"

#include <plugtls/kit/distinguished_name.hpp>

#include <algorithm>

namespace plugtls_gnutls {

using namespace plugtls;

namespace {

// By name, and by key identifiers where both have them, as an issuer of certificates is found.
bool is_of_issuer(gnutls_x509_crl_t crl, const kit::CertificateFacts &issuer) {
  gnutls_datum_t name{};
  if (gnutls_x509_crl_get_raw_issuer_dn(crl, &name) < 0) return false;
  const kit::Handle<unsigned char, [](unsigned char *data) { gnutls_free(data); }> owned(name.data);
  if (kit::compare_names(issuer.subject, {name.data, name.size}, false) != kit::NameOrder::same)
    return false;
  std::vector<uint8_t> key(128);
  std::size_t size = key.size();
  unsigned critical = 0;
  if (gnutls_x509_crl_get_authority_key_id(crl, key.data(), &size, &critical) < 0) return true;
  return issuer.subject_key_id.empty() ||
         kit::same_bytes({key.data(), size}, issuer.subject_key_id);
}

bool is_current(gnutls_x509_crl_t crl, int64_t time) {
  if (time < int64_t{gnutls_x509_crl_get_this_update(crl)}) return false;
  const int64_t next = gnutls_x509_crl_get_next_update(crl);
  return next == -1 || time < next;
}

bool is_fit(gnutls_x509_crl_t crl, gnutls_x509_crt_t issuer, int64_t time) {
  unsigned status = 0;
  const int native =
      gnutls_x509_crl_verify(crl, &issuer, 1, GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &status);
  return native >= 0 && status == 0 && is_current(crl, time);
}

int32_t judge_one(const Der &certificate, const Der &issuer,
                  const kit::CertificateFacts &issuer_facts, const std::vector<Crl> &crls,
                  int64_t time) {
  int native = 0;
  const Certificate lower = parse_certificate(certificate, &native);
  const Certificate upper = parse_certificate(issuer, &native);
  if (!lower || !upper) return PLUGTLS_E_CERT_CRL_INVALID;
  bool found = false;
  bool fit = false;
  for (const Crl &crl : crls) {
    if (!is_of_issuer(crl.get(), issuer_facts)) continue;
    found = true;
    if (!is_fit(crl.get(), upper.get(), time)) continue;
    fit = true;
    gnutls_x509_crl_t list = crl.get();
    if (gnutls_x509_crt_check_revocation(lower.get(), &list, 1) != 0) return PLUGTLS_E_CERT_REVOKED;
  }
  if (fit) return PLUGTLS_E_NONE;
  return found ? PLUGTLS_E_CERT_CRL_INVALID : PLUGTLS_E_CERT_CRL_MISSING;
}

}  // namespace

kit::Verdict judge_revocation(const std::vector<Der> &path,
                              const std::vector<kit::CertificateFacts> &facts,
                              const std::vector<Crl> &crls, uint32_t crl_check, int64_t time) {
  if (crl_check == PLUGTLS_CRL_CHECK_NONE) return {};
  const std::size_t last = crl_check == PLUGTLS_CRL_CHECK_LEAF ? 1 : path.size();
  for (std::size_t i = 0; i + 1 < path.size() && i < last; ++i) {
    const int32_t code = judge_one(path[i], path[i + 1], facts[i + 1], crls, time);
    if (code != PLUGTLS_E_NONE) return kit::policy::refuse(code, i);
  }
  return {};
}

}  // namespace plugtls_gnutls
