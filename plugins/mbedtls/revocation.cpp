// SPDX-License-Identifier: Apache-2.0
#include "revocation.hpp"

#include "wrap.hpp"

#include <plugtls/kit/certificate.hpp>
#include <plugtls/kit/der.hpp>
#include <plugtls/kit/distinguished_name.hpp>

#include <mbedtls/md.h>

#include <array>
#include <string_view>

namespace plugtls::mbedtls {

namespace {

int64_t seconds_of(const mbedtls_x509_time &time) {
  const int64_t days = kit::days_from_epoch(time.year, time.mon, time.day);
  return ((days * 24 + time.hour) * 60 + time.min) * 60 + time.sec;
}

// The key that a CRL says it is signed with (RFC 5280, 5.2.1); empty if it does not.
kit::DerView key_id_of(const mbedtls_x509_crl &crl) {
  using namespace std::string_view_literals;
  kit::DerReader outer({crl.crl_ext.p, crl.crl_ext.len});
  kit::DerReader extensions(outer.contents(kit::der_tag::sequence));
  while (!extensions.at_end()) {
    const auto extension = kit::next_extension(extensions);
    if (!extension) return {};
    if (kit::is_oid(extension->oid, "\x55\x1d\x23"sv))
      return kit::parse_authority_key_id(extension->value).value_or(kit::DerView{});
  }
  return {};
}

// By name, and by key identifiers where both have them, as an issuer of certificates is found.
bool is_of_issuer(const mbedtls_x509_crl &crl, const kit::CertificateFacts &issuer) {
  const kit::DerView name{crl.issuer_raw.p, crl.issuer_raw.len};
  if (kit::compare_names(issuer.subject, name, false) != kit::NameOrder::same) return false;
  const kit::DerView key = key_id_of(crl);
  return key.empty() || issuer.subject_key_id.empty() ||
         kit::same_bytes(key, issuer.subject_key_id);
}

bool is_current(const mbedtls_x509_crl &crl, int64_t time) {
  if (time < seconds_of(crl.this_update)) return false;
  return crl.next_update.year == 0 || time < seconds_of(crl.next_update);
}

bool is_fit(const mbedtls_x509_crl &crl, const mbedtls_x509_crt &issuer,
            const kit::CertificateFacts &issuer_facts, int64_t time) {
  const auto &usage = issuer_facts.key_usage;
  if (usage && (*usage & kit::key_usage::crl_sign) == 0) return false;
  return is_current(crl, time) &&
         signature_holds(crl.tbs, crl.sig, crl.sig_md, crl.sig_pk, crl.sig_opts, issuer.pk);
}

int32_t judge_one(const mbedtls_x509_crt &certificate, const mbedtls_x509_crt &issuer,
                  const kit::CertificateFacts &issuer_facts, const mbedtls_x509_crl *crls,
                  int64_t time) {
  bool found = false;
  bool fit = false;
  for (const mbedtls_x509_crl *crl = crls; crl != nullptr && crl->raw.p != nullptr;
       crl = crl->next) {
    if (!is_of_issuer(*crl, issuer_facts)) continue;
    found = true;
    if (!is_fit(*crl, issuer, issuer_facts, time)) continue;
    fit = true;
    if (mbedtls_x509_crt_is_revoked(&certificate, crl) != 0) return PLUGTLS_E_CERT_REVOKED;
  }
  if (fit) return PLUGTLS_E_NONE;
  return found ? PLUGTLS_E_CERT_CRL_INVALID : PLUGTLS_E_CERT_CRL_MISSING;
}

}  // namespace

bool signature_holds(const mbedtls_x509_buf &signed_bytes, const mbedtls_x509_buf &signature,
                     mbedtls_md_type_t hash, mbedtls_pk_type_t type, const void *options,
                     const mbedtls_pk_context &key) {
  const mbedtls_md_info_t *info = mbedtls_md_info_from_type(hash);
  std::array<unsigned char, MBEDTLS_MD_MAX_SIZE> digest{};
  if (info == nullptr || mbedtls_pk_can_do(&key, type) == 0) return false;
  if (mbedtls_md(info, signed_bytes.p, signed_bytes.len, digest.data()) != 0) return false;
  mbedtls_pk_context reader = key;  // the library takes it as not const, and only reads
  return __real_mbedtls_pk_verify_ext(type, options, &reader, hash, digest.data(),
                                      mbedtls_md_get_size(info), signature.p, signature.len) == 0;
}

kit::Verdict judge_revocation(const std::vector<const mbedtls_x509_crt *> &certificates,
                              const std::vector<kit::CertificateFacts> &facts,
                              const mbedtls_x509_crl *crls, uint32_t crl_check, int64_t time) {
  if (crl_check == PLUGTLS_CRL_CHECK_NONE) return {};
  for (std::size_t i = 0; i + 1 < certificates.size(); ++i) {
    if (i > 0 && crl_check == PLUGTLS_CRL_CHECK_LEAF) break;
    const int32_t code =
        judge_one(*certificates[i], *certificates[i + 1], facts[i + 1], crls, time);
    if (code != PLUGTLS_E_NONE) return kit::policy::refuse(code, i);
  }
  return {};
}

}  // namespace plugtls::mbedtls
