// SPDX-License-Identifier: Apache-2.0
#include "wrap.hpp"

#include "algorithms.hpp"
#include "certificates.hpp"
#include "client_identity.hpp"
#include "connection.hpp"
#include "error.hpp"
#include "proven.hpp"
#include "signer.hpp"
#include "verify.hpp"

#include <plugtls/kit/alert.hpp>
#include <plugtls/kit/certificate_reason.hpp>
#include <plugtls/kit/certificate_request.hpp>

#include <mbedtls/oid.h>

using namespace plugtls;
using mbedtls::Current;
using mbedtls::Proven;

namespace {

// The signature by which the peer proves that it holds its key. False if the scheme was not offered, which Mbed TLS's
// servers do not look at in TLS 1.2.
bool may_prove_by(mbedtls_pk_type_t type, mbedtls_md_type_t hash) {
  plugtls_backend_connection *connection = Current::of_thread();
  if (connection == nullptr || connection->verifying) return true;
  const uint16_t scheme = mbedtls::scheme_of(type, hash);
  connection->peer_scheme = scheme;
  if (scheme == 0 || kit::contains(connection->context->schemes, scheme)) return true;
  connection->certificate_error = kit::scheme_not_offered(scheme);
  return false;
}

// Who signs with the key in Mbed TLS's place, if somebody does. The key is noted.
const plugtls_signer *note_key(const mbedtls_pk_context *key) {
  plugtls_backend_connection *connection = Current::of_thread();
  if (connection == nullptr) return nullptr;
  connection->signed_with = key;
  return mbedtls::signer_of(*connection, key);
}

// The alert that goes with the code, where it was us who refused the certificate, or the program that ended it.
unsigned char alert_of(const plugtls_backend_connection &connection, unsigned char proposed) {
  if (connection.program_error.code != PLUGTLS_E_NONE)
    return static_cast<unsigned char>(connection.program_error.alert > 0
                                          ? connection.program_error.alert
                                          : kit::alert::internal_error);
  const plugtls_error &error = connection.certificate_error;
  if (error.code == PLUGTLS_E_NONE) return proposed;
  if (error.alert > 0) return static_cast<unsigned char>(error.alert);
  const bool tls13 =
      mbedtls_ssl_get_version_number(connection.ssl->get()) == MBEDTLS_SSL_VERSION_TLS1_3;
  return static_cast<unsigned char>(kit::alert_of_certificate(error.code, tls13));
}

// The only certificate a server has is shown whatever it says of its use: the client is to judge it, and to tell why.
bool is_only_identity(const mbedtls_x509_crt *certificate) {
  const plugtls_backend_connection *connection = Current::of_thread();
  if (connection == nullptr) return false;
  const auto &identities = connection->context->identities;
  return identities.size() == 1 && identities.front()->chain.get() == certificate;
}

// The library answers with a code of its own, and by it. A ticket's session is read by the same function.
void note_unreadable(kit::DerView leaf, int native) {
  plugtls_backend_connection *connection = Current::of_thread();
  if (connection == nullptr) return;
  const int state = connection->ssl->get()->state;
  if (state != MBEDTLS_SSL_SERVER_CERTIFICATE && state != MBEDTLS_SSL_CLIENT_CERTIFICATE) return;
  const kit::Verdict verdict = mbedtls::judge_unreadable(leaf);
  connection->certificate_error = kit::certificate_refused(verdict.code, verdict.depth);
  mbedtls::set_native(connection->certificate_error, native);
}

// Mbed TLS goes over to the next keys later than RFC 8446, 7.3, has it; an alert in between would be sent under keys
// that the peer no longer expects.
void use_due_keys(mbedtls_ssl_context *ssl) {
  if (ssl->conf == nullptr || mbedtls_ssl_is_handshake_over(ssl) == 1 ||
      mbedtls_ssl_get_version_number(ssl) != MBEDTLS_SSL_VERSION_TLS1_3)
    return;
  const bool server = ssl->conf->endpoint == MBEDTLS_SSL_IS_SERVER;
  const bool finished = ssl->state == MBEDTLS_SSL_CLIENT_CERTIFICATE ||
                        ssl->state == MBEDTLS_SSL_CLIENT_CERTIFICATE_VERIFY ||
                        ssl->state == MBEDTLS_SSL_CLIENT_FINISHED;
  mbedtls_ssl_transform *due = ssl->transform_out;
  if (server && finished) due = ssl->transform_application;
  if (!server && due == nullptr) due = ssl->transform_in;
  if (due != nullptr && due != ssl->transform_out) mbedtls_ssl_set_outbound_transform(ssl, due);
}

}  // namespace

// The linker's names, the library's parameters.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming,readability-function-size)
extern "C" {

// Critical extensions that the library does not know are the policy's to judge, and a certificate above the leaf that
// cannot be read is nobody's issuer.
int __wrap_mbedtls_x509_crt_parse_der(mbedtls_x509_crt *chain, const unsigned char *der,
                                      size_t size) {
  const bool leaf = chain->raw.p == nullptr;
  const int native = mbedtls::parse_certificate(chain, der, size);
  if (native == MBEDTLS_ERR_X509_ALLOC_FAILED || leaf) {
    if (native != 0 && native != MBEDTLS_ERR_X509_ALLOC_FAILED)
      note_unreadable({der, size}, native);
    // The library would go on without a leaf whose signature it does not know.
    return native == MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG + MBEDTLS_ERR_OID_NOT_FOUND
               ? MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG
               : native;
  }
  return 0;
}

int __wrap_mbedtls_x509_crt_verify_restartable(mbedtls_x509_crt *chain, mbedtls_x509_crt *,
                                               mbedtls_x509_crl *, const mbedtls_x509_crt_profile *,
                                               const char *, uint32_t *flags,
                                               int (*)(void *, mbedtls_x509_crt *, int, uint32_t *),
                                               void *connection, mbedtls_x509_crt_restart_ctx *) {
  return mbedtls::verify_peer(chain, *static_cast<plugtls_backend_connection *>(connection), flags);
}

int __wrap_mbedtls_ssl_send_alert_message(mbedtls_ssl_context *ssl, unsigned char level,
                                          unsigned char message) {
  auto *connection = static_cast<plugtls_backend_connection *>(mbedtls_ssl_get_user_data_p(ssl));
  if (level != MBEDTLS_SSL_ALERT_LEVEL_FATAL || connection == nullptr)
    return __real_mbedtls_ssl_send_alert_message(ssl, level, message);
  message = alert_of(*connection, message);
  connection->alert_sent = message;
  use_due_keys(ssl);
  return __real_mbedtls_ssl_send_alert_message(ssl, level, message);
}

// Alerts that the library puts off until a step of the handshake ends.
int __wrap_mbedtls_ssl_handle_pending_alert(mbedtls_ssl_context *ssl) {
  auto *connection = static_cast<plugtls_backend_connection *>(mbedtls_ssl_get_user_data_p(ssl));
  if (ssl->send_alert != 0 && connection != nullptr) {
    if (ssl->alert_reason == MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE)
      ssl->alert_type = kit::alert::certificate_required;
    ssl->alert_type = alert_of(*connection, ssl->alert_type);
    connection->alert_sent = ssl->alert_type;
    use_due_keys(ssl);
  }
  return __real_mbedtls_ssl_handle_pending_alert(ssl);
}

int __wrap_mbedtls_ssl_send_fatal_handshake_failure(mbedtls_ssl_context *ssl) {
  return __wrap_mbedtls_ssl_send_alert_message(ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL,
                                               MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE);
}

int __wrap_mbedtls_pk_verify_ext(mbedtls_pk_type_t type, const void *options,
                                 mbedtls_pk_context *key, mbedtls_md_type_t hash,
                                 const unsigned char *digest, size_t digest_size,
                                 const unsigned char *signature, size_t signature_size) {
  const Proven *proven = Proven::of_thread();
  if (proven != nullptr && proven->has(key, signature)) return 0;
  if (!may_prove_by(type, hash)) return MBEDTLS_ERR_PK_TYPE_MISMATCH;
  return __real_mbedtls_pk_verify_ext(type, options, key, hash, digest, digest_size, signature,
                                      signature_size);
}

int __wrap_mbedtls_pk_verify(mbedtls_pk_context *key, mbedtls_md_type_t hash,
                             const unsigned char *digest, size_t digest_size,
                             const unsigned char *signature, size_t signature_size) {
  if (!may_prove_by(mbedtls_pk_get_type(key), hash)) return MBEDTLS_ERR_PK_TYPE_MISMATCH;
  return __real_mbedtls_pk_verify(key, hash, digest, digest_size, signature, signature_size);
}

int __wrap_mbedtls_pk_verify_restartable(mbedtls_pk_context *key, mbedtls_md_type_t hash,
                                         const unsigned char *digest, size_t digest_size,
                                         const unsigned char *signature, size_t signature_size,
                                         mbedtls_pk_restart_ctx *restart) {
  if (!may_prove_by(mbedtls_pk_get_type(key), hash)) return MBEDTLS_ERR_PK_TYPE_MISMATCH;
  return __real_mbedtls_pk_verify_restartable(key, hash, digest, digest_size, signature,
                                              signature_size, restart);
}

int __wrap_mbedtls_pk_sign(mbedtls_pk_context *key, mbedtls_md_type_t hash,
                           const unsigned char *digest, size_t digest_size,
                           unsigned char *signature, size_t capacity, size_t *signature_size,
                           int (*rng)(void *, unsigned char *, size_t), void *rng_user) {
  if (const plugtls_signer *signer = note_key(key))
    return mbedtls::sign_outside(
        *Current::of_thread(), *signer,
        {mbedtls_pk_get_type(key), hash, digest, digest_size, signature, capacity}, signature_size);
  return __real_mbedtls_pk_sign(key, hash, digest, digest_size, signature, capacity, signature_size,
                                rng, rng_user);
}

int __wrap_mbedtls_pk_sign_ext(mbedtls_pk_type_t type, mbedtls_pk_context *key,
                               mbedtls_md_type_t hash, const unsigned char *digest,
                               size_t digest_size, unsigned char *signature, size_t capacity,
                               size_t *signature_size, int (*rng)(void *, unsigned char *, size_t),
                               void *rng_user) {
  if (const plugtls_signer *signer = note_key(key))
    return mbedtls::sign_outside(*Current::of_thread(), *signer,
                                 {type, hash, digest, digest_size, signature, capacity},
                                 signature_size);
  return __real_mbedtls_pk_sign_ext(type, key, hash, digest, digest_size, signature, capacity,
                                    signature_size, rng, rng_user);
}

// By this one clients of TLS 1.2 sign.
int __wrap_mbedtls_pk_sign_restartable(mbedtls_pk_context *key, mbedtls_md_type_t hash,
                                       const unsigned char *digest, size_t digest_size,
                                       unsigned char *signature, size_t capacity,
                                       size_t *signature_size,
                                       int (*rng)(void *, unsigned char *, size_t), void *rng_user,
                                       mbedtls_pk_restart_ctx *restart) {
  if (const plugtls_signer *signer = note_key(key))
    return mbedtls::sign_outside(
        *Current::of_thread(), *signer,
        {mbedtls_pk_get_type(key), hash, digest, digest_size, signature, capacity}, signature_size);
  return __real_mbedtls_pk_sign_restartable(key, hash, digest, digest_size, signature, capacity,
                                            signature_size, rng, rng_user, restart);
}

int __wrap_mbedtls_ssl_set_hs_psk(mbedtls_ssl_context *ssl, const unsigned char *key, size_t size) {
  if (auto *connection =
          static_cast<plugtls_backend_connection *>(mbedtls_ssl_get_user_data_p(ssl)))
    mbedtls::note_psk(*connection, key);
  return __real_mbedtls_ssl_set_hs_psk(ssl, key, size);
}

// Between two pieces of early data the library would go on with the handshake, which is the program's to begin.
int __wrap_mbedtls_ssl_handshake(mbedtls_ssl_context *ssl) {
  const plugtls_backend_connection *connection = Current::of_thread();
  if (connection != nullptr && connection->early.writing) return MBEDTLS_ERR_SSL_WANT_READ;
  return __real_mbedtls_ssl_handshake(ssl);
}

int __wrap_mbedtls_ssl_read_record(mbedtls_ssl_context *ssl, unsigned update_hs_digest) {
  const int native = __real_mbedtls_ssl_read_record(ssl, update_hs_digest);
  if (native == 0) mbedtls::choose_identity(ssl);
  return native;
}

int __wrap_mbedtls_x509_crt_check_key_usage(const mbedtls_x509_crt *certificate,
                                            unsigned int usage) {
  if (is_only_identity(certificate)) return 0;
  return __real_mbedtls_x509_crt_check_key_usage(certificate, usage);
}

int __wrap_mbedtls_x509_crt_check_extended_key_usage(const mbedtls_x509_crt *certificate,
                                                     const char *usage, size_t size) {
  if (is_only_identity(certificate)) return 0;
  return __real_mbedtls_x509_crt_check_extended_key_usage(certificate, usage, size);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming,readability-function-size)
