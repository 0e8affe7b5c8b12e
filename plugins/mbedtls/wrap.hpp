// SPDX-License-Identifier: Apache-2.0
// The linker puts our functions in the place of a few of Mbed TLS's where one part of the library calls another
// (--wrap, in CMakeLists.txt): what a TLS connection parses, verifies, signs and sends, it does by these, and offers no
// callback for it.
#pragma once

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include <cstddef>
#include <cstdint>

// The linker's names, the library's parameters.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming,readability-function-size)
extern "C" {
int __real_mbedtls_ssl_send_alert_message(mbedtls_ssl_context *ssl, unsigned char level,
                                          unsigned char message);
int __real_mbedtls_ssl_handle_pending_alert(mbedtls_ssl_context *ssl);
int __real_mbedtls_x509_crt_verify_restartable(
    mbedtls_x509_crt *crt, mbedtls_x509_crt *trust_ca, mbedtls_x509_crl *ca_crl,
    const mbedtls_x509_crt_profile *profile, const char *cn, uint32_t *flags,
    int (*f_vrfy)(void *, mbedtls_x509_crt *, int, uint32_t *), void *p_vrfy,
    mbedtls_x509_crt_restart_ctx *rs_ctx);
int __real_mbedtls_pk_verify_ext(mbedtls_pk_type_t type, const void *options,
                                 mbedtls_pk_context *ctx, mbedtls_md_type_t md_alg,
                                 const unsigned char *hash, size_t hash_len,
                                 const unsigned char *sig, size_t sig_len);
int __real_mbedtls_pk_verify(mbedtls_pk_context *ctx, mbedtls_md_type_t md_alg,
                             const unsigned char *hash, size_t hash_len, const unsigned char *sig,
                             size_t sig_len);
int __real_mbedtls_pk_verify_restartable(mbedtls_pk_context *ctx, mbedtls_md_type_t md_alg,
                                         const unsigned char *hash, size_t hash_len,
                                         const unsigned char *sig, size_t sig_len,
                                         mbedtls_pk_restart_ctx *rs_ctx);
int __real_mbedtls_pk_sign(mbedtls_pk_context *ctx, mbedtls_md_type_t md_alg,
                           const unsigned char *hash, size_t hash_len, unsigned char *sig,
                           size_t sig_size, size_t *sig_len,
                           int (*f_rng)(void *, unsigned char *, size_t), void *p_rng);
int __real_mbedtls_pk_sign_ext(mbedtls_pk_type_t pk_type, mbedtls_pk_context *ctx,
                               mbedtls_md_type_t md_alg, const unsigned char *hash, size_t hash_len,
                               unsigned char *sig, size_t sig_size, size_t *sig_len,
                               int (*f_rng)(void *, unsigned char *, size_t), void *p_rng);
int __real_mbedtls_pk_sign_restartable(mbedtls_pk_context *ctx, mbedtls_md_type_t md_alg,
                                       const unsigned char *hash, size_t hash_len,
                                       unsigned char *sig, size_t sig_size, size_t *sig_len,
                                       int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
                                       mbedtls_pk_restart_ctx *rs_ctx);
int __real_mbedtls_ssl_set_hs_psk(mbedtls_ssl_context *ssl, const unsigned char *psk,
                                  size_t psk_len);
int __real_mbedtls_ssl_handshake(mbedtls_ssl_context *ssl);
int __real_mbedtls_ssl_read_record(mbedtls_ssl_context *ssl, unsigned update_hs_digest);
int __real_mbedtls_x509_crt_check_key_usage(const mbedtls_x509_crt *crt, unsigned int usage);
int __real_mbedtls_x509_crt_check_extended_key_usage(const mbedtls_x509_crt *crt,
                                                     const char *usage_oid, size_t usage_len);
// The library's own, which its headers keep to itself.
void mbedtls_ssl_set_outbound_transform(mbedtls_ssl_context *ssl, mbedtls_ssl_transform *transform);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming,readability-function-size)
