/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of every struct that crosses a library boundary, and the value of every constant, as ABI 1.0 was
 * released with them, for 64-bit machines. It compiles, or somebody's built program or backend breaks.
 *
 * A line of this file is never changed. What a later minor version appends gets a file of its own.
 */
#include <plugtls/backend.h>
#include <plugtls/plugtls.h>

#include <stddef.h>

#define WHAT_TO_DO                                                                              \
  ": ABI 1.0 is frozen. Append members and constants, and leave what there is as it is; if it " \
  "cannot "                                                                                     \
  "stay, that is a new major version (docs/abi.md, Changing the ABI)"

#define MEMBER(type, member, offset, width)                                                    \
  _Static_assert(offsetof(type, member) == (offset) && sizeof(((type *)0)->member) == (width), \
                 #type "." #member " moved or changed its size" WHAT_TO_DO)
#define APPENDED_TO(type, least) \
  _Static_assert(sizeof(type) >= (least), #type " has lost a member" WHAT_TO_DO)
#define FROZEN_SIZE(type, all) \
  _Static_assert(sizeof(type) == (all), #type " may never have another member" WHAT_TO_DO)
#define VALUE(constant, number) \
  _Static_assert((constant) == (number), #constant " has another value" WHAT_TO_DO)

#if defined(__x86_64__) || defined(__aarch64__)

/* plugtls_bytes */
FROZEN_SIZE(plugtls_bytes, 16);
MEMBER(plugtls_bytes, data, 0, 8);
MEMBER(plugtls_bytes, size, 8, 8);

/* plugtls_error */
APPENDED_TO(plugtls_error, 776);
MEMBER(plugtls_error, size, 0, 4);
MEMBER(plugtls_error, code, 4, 4);
MEMBER(plugtls_error, alert, 8, 4);
MEMBER(plugtls_error, alert_received, 12, 4);
MEMBER(plugtls_error, feature, 16, 4);
MEMBER(plugtls_error, certificate_depth, 20, 4);
MEMBER(plugtls_error, os_error, 24, 4);
MEMBER(plugtls_error, reserved, 28, 4);
MEMBER(plugtls_error, native_code, 32, 8);
MEMBER(plugtls_error, backend, 40, 32);
MEMBER(plugtls_error, message, 72, 512);
MEMBER(plugtls_error, native, 584, 192);

/* plugtls_capability */
APPENDED_TO(plugtls_capability, 176);
MEMBER(plugtls_capability, size, 0, 4);
MEMBER(plugtls_capability, level, 4, 4);
MEMBER(plugtls_capability, value, 8, 8);
MEMBER(plugtls_capability, note, 16, 160);

/* plugtls_signer */
APPENDED_TO(plugtls_signer, 32);
MEMBER(plugtls_signer, size, 0, 4);
MEMBER(plugtls_signer, key_type, 4, 4);
MEMBER(plugtls_signer, user, 8, 8);
MEMBER(plugtls_signer, sign, 16, 8);
MEMBER(plugtls_signer, cancel, 24, 8);

/* plugtls_source */
APPENDED_TO(plugtls_source, 64);
MEMBER(plugtls_source, size, 0, 4);
MEMBER(plugtls_source, kind, 4, 4);
MEMBER(plugtls_source, bytes, 8, 16);
MEMBER(plugtls_source, password, 24, 16);
MEMBER(plugtls_source, ask_password, 40, 8);
MEMBER(plugtls_source, ask_password_user, 48, 8);
MEMBER(plugtls_source, signer, 56, 8);

/* plugtls_identity */
APPENDED_TO(plugtls_identity, 32);
MEMBER(plugtls_identity, size, 0, 4);
MEMBER(plugtls_identity, certificate_count, 4, 4);
MEMBER(plugtls_identity, certificates, 8, 8);
MEMBER(plugtls_identity, key, 16, 8);
MEMBER(plugtls_identity, ocsp_response, 24, 8);

/* plugtls_ticket_key */
APPENDED_TO(plugtls_ticket_key, 88);
MEMBER(plugtls_ticket_key, size, 0, 4);
MEMBER(plugtls_ticket_key, reserved, 4, 4);
MEMBER(plugtls_ticket_key, name, 8, 16);
MEMBER(plugtls_ticket_key, key, 24, 64);

/* plugtls_psk */
APPENDED_TO(plugtls_psk, 40);
MEMBER(plugtls_psk, size, 0, 4);
MEMBER(plugtls_psk, hash, 4, 4);
MEMBER(plugtls_psk, identity, 8, 16);
MEMBER(plugtls_psk, key, 24, 16);

/* plugtls_config */
APPENDED_TO(plugtls_config, 168);
MEMBER(plugtls_config, size, 0, 4);
MEMBER(plugtls_config, role, 4, 4);
MEMBER(plugtls_config, flags, 8, 8);
MEMBER(plugtls_config, version_min, 16, 2);
MEMBER(plugtls_config, version_max, 18, 2);
MEMBER(plugtls_config, client_auth, 20, 4);
MEMBER(plugtls_config, verify_time, 24, 8);
MEMBER(plugtls_config, verify_depth, 32, 4);
MEMBER(plugtls_config, crl_check, 36, 4);
MEMBER(plugtls_config, ocsp, 40, 4);
MEMBER(plugtls_config, record_size_limit, 44, 4);
MEMBER(plugtls_config, early_data_max, 48, 4);
MEMBER(plugtls_config, ticket_lifetime_s, 52, 4);
MEMBER(plugtls_config, cipher_suites, 56, 8);
MEMBER(plugtls_config, groups, 64, 8);
MEMBER(plugtls_config, signature_schemes, 72, 8);
MEMBER(plugtls_config, alpn, 80, 8);
MEMBER(plugtls_config, identities, 88, 8);
MEMBER(plugtls_config, trust, 96, 8);
MEMBER(plugtls_config, crls, 104, 8);
MEMBER(plugtls_config, ticket_keys, 112, 8);
MEMBER(plugtls_config, psks, 120, 8);
MEMBER(plugtls_config, cipher_suite_count, 128, 4);
MEMBER(plugtls_config, group_count, 132, 4);
MEMBER(plugtls_config, signature_scheme_count, 136, 4);
MEMBER(plugtls_config, alpn_count, 140, 4);
MEMBER(plugtls_config, identity_count, 144, 4);
MEMBER(plugtls_config, trust_count, 148, 4);
MEMBER(plugtls_config, crl_count, 152, 4);
MEMBER(plugtls_config, ticket_key_count, 156, 4);
MEMBER(plugtls_config, psk_count, 160, 4);
MEMBER(plugtls_config, ticket_count, 164, 4);

/* plugtls_transport */
APPENDED_TO(plugtls_transport, 40);
MEMBER(plugtls_transport, size, 0, 4);
MEMBER(plugtls_transport, reserved, 4, 4);
MEMBER(plugtls_transport, user, 8, 8);
MEMBER(plugtls_transport, read, 16, 8);
MEMBER(plugtls_transport, write, 24, 8);
MEMBER(plugtls_transport, last_os_error, 32, 8);

/* plugtls_connection_info */
APPENDED_TO(plugtls_connection_info, 56);
MEMBER(plugtls_connection_info, size, 0, 4);
MEMBER(plugtls_connection_info, version, 4, 2);
MEMBER(plugtls_connection_info, cipher_suite, 6, 2);
MEMBER(plugtls_connection_info, group, 8, 2);
MEMBER(plugtls_connection_info, signature_scheme, 10, 2);
MEMBER(plugtls_connection_info, resumed, 12, 4);
MEMBER(plugtls_connection_info, handshake_done, 16, 4);
MEMBER(plugtls_connection_info, early_data, 20, 4);
MEMBER(plugtls_connection_info, alpn, 24, 16);
MEMBER(plugtls_connection_info, server_name, 40, 16);

/* plugtls_subject */
FROZEN_SIZE(plugtls_subject, 24);
MEMBER(plugtls_subject, kind, 0, 4);
MEMBER(plugtls_subject, reserved, 4, 4);
MEMBER(plugtls_subject, value, 8, 16);

/* plugtls_verdict */
APPENDED_TO(plugtls_verdict, 56);
MEMBER(plugtls_verdict, size, 0, 4);
MEMBER(plugtls_verdict, code, 4, 4);
MEMBER(plugtls_verdict, certificate_depth, 8, 4);
MEMBER(plugtls_verdict, chain_count, 12, 4);
MEMBER(plugtls_verdict, chain, 16, 8);
MEMBER(plugtls_verdict, verified, 24, 8);
MEMBER(plugtls_verdict, verified_count, 32, 4);
MEMBER(plugtls_verdict, reserved, 36, 4);
MEMBER(plugtls_verdict, ocsp_response, 40, 16);

/* plugtls_verify_request */
APPENDED_TO(plugtls_verify_request, 48);
MEMBER(plugtls_verify_request, size, 0, 4);
MEMBER(plugtls_verify_request, purpose, 4, 4);
MEMBER(plugtls_verify_request, chain, 8, 8);
MEMBER(plugtls_verify_request, subjects, 16, 8);
MEMBER(plugtls_verify_request, chain_count, 24, 4);
MEMBER(plugtls_verify_request, subject_count, 28, 4);
MEMBER(plugtls_verify_request, ocsp_response, 32, 16);

/* plugtls_session_info */
APPENDED_TO(plugtls_session_info, 32);
MEMBER(plugtls_session_info, size, 0, 4);
MEMBER(plugtls_session_info, version, 4, 2);
MEMBER(plugtls_session_info, cipher_suite, 6, 2);
MEMBER(plugtls_session_info, created, 8, 8);
MEMBER(plugtls_session_info, expires, 16, 8);
MEMBER(plugtls_session_info, early_data_max, 24, 4);
MEMBER(plugtls_session_info, reserved, 28, 4);

/* plugtls_host */
APPENDED_TO(plugtls_host, 56);
MEMBER(plugtls_host, size, 0, 4);
MEMBER(plugtls_host, abi_major, 4, 2);
MEMBER(plugtls_host, abi_minor, 6, 2);
MEMBER(plugtls_host, user, 8, 8);
MEMBER(plugtls_host, log, 16, 8);
MEMBER(plugtls_host, secure_wipe, 24, 8);
MEMBER(plugtls_host, system_trust_bundle, 32, 8);
MEMBER(plugtls_host, now, 40, 8);
MEMBER(plugtls_host, inner, 48, 8);

/* plugtls_backend_callbacks */
APPENDED_TO(plugtls_backend_callbacks, 56);
MEMBER(plugtls_backend_callbacks, size, 0, 4);
MEMBER(plugtls_backend_callbacks, reserved, 4, 4);
MEMBER(plugtls_backend_callbacks, user, 8, 8);
MEMBER(plugtls_backend_callbacks, server_name, 16, 8);
MEMBER(plugtls_backend_callbacks, verify, 24, 8);
MEMBER(plugtls_backend_callbacks, keylog, 32, 8);
MEMBER(plugtls_backend_callbacks, new_session, 40, 8);
MEMBER(plugtls_backend_callbacks, psk, 48, 8);

/* plugtls_peer */
APPENDED_TO(plugtls_peer, 48);
MEMBER(plugtls_peer, size, 0, 4);
MEMBER(plugtls_peer, flags, 4, 4);
MEMBER(plugtls_peer, host_connection, 8, 8);
MEMBER(plugtls_peer, server_name, 16, 8);
MEMBER(plugtls_peer, subjects, 24, 8);
MEMBER(plugtls_peer, subject_count, 32, 4);
MEMBER(plugtls_peer, reserved, 36, 4);
MEMBER(plugtls_peer, session, 40, 8);

/* plugtls_anchor */
APPENDED_TO(plugtls_anchor, 16);
MEMBER(plugtls_anchor, symbol, 0, 8);
MEMBER(plugtls_anchor, address, 8, 8);

/* plugtls_backend_info */
APPENDED_TO(plugtls_backend_info, 56);
MEMBER(plugtls_backend_info, size, 0, 4);
MEMBER(plugtls_backend_info, anchor_count, 4, 4);
MEMBER(plugtls_backend_info, name, 8, 8);
MEMBER(plugtls_backend_info, version, 16, 8);
MEMBER(plugtls_backend_info, library, 24, 8);
MEMBER(plugtls_backend_info, library_version, 32, 8);
MEMBER(plugtls_backend_info, library_built, 40, 8);
MEMBER(plugtls_backend_info, anchors, 48, 8);

/* plugtls_backend_table */
APPENDED_TO(plugtls_backend_table, 280);
MEMBER(plugtls_backend_table, size, 0, 4);
MEMBER(plugtls_backend_table, abi_major, 4, 2);
MEMBER(plugtls_backend_table, abi_minor, 6, 2);
MEMBER(plugtls_backend_table, info, 8, 8);
MEMBER(plugtls_backend_table, capability, 16, 8);
MEMBER(plugtls_backend_table, list, 24, 8);
MEMBER(plugtls_backend_table, context_create, 32, 8);
MEMBER(plugtls_backend_table, context_free, 40, 8);
MEMBER(plugtls_backend_table, context_list, 48, 8);
MEMBER(plugtls_backend_table, context_value, 56, 8);
MEMBER(plugtls_backend_table, context_set_ticket_keys, 64, 8);
MEMBER(plugtls_backend_table, connection_create, 72, 8);
MEMBER(plugtls_backend_table, connection_free, 80, 8);
MEMBER(plugtls_backend_table, handshake, 88, 8);
MEMBER(plugtls_backend_table, read, 96, 8);
MEMBER(plugtls_backend_table, write, 104, 8);
MEMBER(plugtls_backend_table, shutdown, 112, 8);
MEMBER(plugtls_backend_table, pending, 120, 8);
MEMBER(plugtls_backend_table, connection_info, 128, 8);
MEMBER(plugtls_backend_table, connection_set_context, 136, 8);
MEMBER(plugtls_backend_table, connection_chain, 144, 8);
MEMBER(plugtls_backend_table, chain_size, 152, 8);
MEMBER(plugtls_backend_table, chain_at, 160, 8);
MEMBER(plugtls_backend_table, chain_free, 168, 8);
MEMBER(plugtls_backend_table, export_keying_material, 176, 8);
MEMBER(plugtls_backend_table, channel_binding, 184, 8);
MEMBER(plugtls_backend_table, key_update, 192, 8);
MEMBER(plugtls_backend_table, request_client_certificate, 200, 8);
MEMBER(plugtls_backend_table, write_early, 208, 8);
MEMBER(plugtls_backend_table, read_early, 216, 8);
MEMBER(plugtls_backend_table, attach_fd, 224, 8);
MEMBER(plugtls_backend_table, session_get, 232, 8);
MEMBER(plugtls_backend_table, session_export, 240, 8);
MEMBER(plugtls_backend_table, session_import, 248, 8);
MEMBER(plugtls_backend_table, session_info, 256, 8);
MEMBER(plugtls_backend_table, session_free, 264, 8);
MEMBER(plugtls_backend_table, verify_chain, 272, 8);

/* plugtls_backend_export */
APPENDED_TO(plugtls_backend_export, 24);
MEMBER(plugtls_backend_export, size, 0, 4);
MEMBER(plugtls_backend_export, reserved, 4, 4);
MEMBER(plugtls_backend_export, table, 8, 8);
MEMBER(plugtls_backend_export, instance, 16, 8);

/* plugtls_registry_options */
APPENDED_TO(plugtls_registry_options, 56);
MEMBER(plugtls_registry_options, size, 0, 4);
MEMBER(plugtls_registry_options, flags, 4, 4);
MEMBER(plugtls_registry_options, application, 8, 8);
MEMBER(plugtls_registry_options, config_file, 16, 8);
MEMBER(plugtls_registry_options, directories, 24, 8);
MEMBER(plugtls_registry_options, directory_count, 32, 8);
MEMBER(plugtls_registry_options, log, 40, 8);
MEMBER(plugtls_registry_options, log_user, 48, 8);

/* plugtls_candidate */
APPENDED_TO(plugtls_candidate, 88);
MEMBER(plugtls_candidate, size, 0, 4);
MEMBER(plugtls_candidate, origin, 4, 4);
MEMBER(plugtls_candidate, stage, 8, 4);
MEMBER(plugtls_candidate, code, 12, 4);
MEMBER(plugtls_candidate, priority, 16, 4);
MEMBER(plugtls_candidate, abi_major, 20, 4);
MEMBER(plugtls_candidate, name, 24, 8);
MEMBER(plugtls_candidate, manifest, 32, 8);
MEMBER(plugtls_candidate, library, 40, 8);
MEMBER(plugtls_candidate, description, 48, 8);
MEMBER(plugtls_candidate, vendor, 56, 8);
MEMBER(plugtls_candidate, license, 64, 8);
MEMBER(plugtls_candidate, isolation, 72, 8);
MEMBER(plugtls_candidate, detail, 80, 8);

/* plugtls_search_directory */
APPENDED_TO(plugtls_search_directory, 32);
MEMBER(plugtls_search_directory, size, 0, 4);
MEMBER(plugtls_search_directory, origin, 4, 4);
MEMBER(plugtls_search_directory, searched, 8, 4);
MEMBER(plugtls_search_directory, reserved, 12, 4);
MEMBER(plugtls_search_directory, path, 16, 8);
MEMBER(plugtls_search_directory, detail, 24, 8);

/* plugtls_resolution */
APPENDED_TO(plugtls_resolution, 32);
MEMBER(plugtls_resolution, size, 0, 4);
MEMBER(plugtls_resolution, rule, 4, 4);
MEMBER(plugtls_resolution, name_count, 8, 4);
MEMBER(plugtls_resolution, reserved, 12, 4);
MEMBER(plugtls_resolution, names, 16, 8);
MEMBER(plugtls_resolution, source, 24, 8);

/* plugtls_need */
APPENDED_TO(plugtls_need, 8);
MEMBER(plugtls_need, feature, 0, 4);
MEMBER(plugtls_need, allow_partial, 4, 4);

/* plugtls_backend_description */
APPENDED_TO(plugtls_backend_description, 64);
MEMBER(plugtls_backend_description, size, 0, 4);
MEMBER(plugtls_backend_description, abi_major, 4, 2);
MEMBER(plugtls_backend_description, abi_minor, 6, 2);
MEMBER(plugtls_backend_description, name, 8, 8);
MEMBER(plugtls_backend_description, version, 16, 8);
MEMBER(plugtls_backend_description, library, 24, 8);
MEMBER(plugtls_backend_description, library_version, 32, 8);
MEMBER(plugtls_backend_description, library_built, 40, 8);
MEMBER(plugtls_backend_description, path, 48, 8);
MEMBER(plugtls_backend_description, manifest, 56, 8);

/* plugtls_callbacks */
APPENDED_TO(plugtls_callbacks, 56);
MEMBER(plugtls_callbacks, size, 0, 4);
MEMBER(plugtls_callbacks, reserved, 4, 4);
MEMBER(plugtls_callbacks, user, 8, 8);
MEMBER(plugtls_callbacks, server_name, 16, 8);
MEMBER(plugtls_callbacks, verify, 24, 8);
MEMBER(plugtls_callbacks, insecure_keylog, 32, 8);
MEMBER(plugtls_callbacks, new_session, 40, 8);
MEMBER(plugtls_callbacks, psk, 48, 8);

/* plugtls_connection_options */
APPENDED_TO(plugtls_connection_options, 40);
MEMBER(plugtls_connection_options, size, 0, 4);
MEMBER(plugtls_connection_options, flags, 4, 4);
MEMBER(plugtls_connection_options, server_hostname, 8, 8);
MEMBER(plugtls_connection_options, subjects, 16, 8);
MEMBER(plugtls_connection_options, subject_count, 24, 8);
MEMBER(plugtls_connection_options, session, 32, 8);

VALUE(PLUGTLS_OK, 0);
VALUE(PLUGTLS_WANT_READ, 1);
VALUE(PLUGTLS_WANT_WRITE, 2);
VALUE(PLUGTLS_WANT_CALLBACK, 3);
VALUE(PLUGTLS_CLOSED, 4);
VALUE(PLUGTLS_TRUNCATED, 5);
VALUE(PLUGTLS_FAILED, 6);
VALUE(PLUGTLS_E_NONE, 0);
VALUE(PLUGTLS_E_INVALID_ARGUMENT, 100);
VALUE(PLUGTLS_E_UNSUPPORTED, 101);
VALUE(PLUGTLS_E_NO_CIPHER_SUITE, 102);
VALUE(PLUGTLS_E_VERSION_RANGE, 103);
VALUE(PLUGTLS_E_FILE, 104);
VALUE(PLUGTLS_E_CERTIFICATE_MALFORMED, 105);
VALUE(PLUGTLS_E_KEY_MALFORMED, 106);
VALUE(PLUGTLS_E_KEY_MISMATCH, 107);
VALUE(PLUGTLS_E_PASSWORD_REQUIRED, 108);
VALUE(PLUGTLS_E_PASSWORD_WRONG, 109);
VALUE(PLUGTLS_E_TRUST_STORE_EMPTY, 110);
VALUE(PLUGTLS_E_HOSTNAME_REQUIRED, 111);
VALUE(PLUGTLS_E_HOSTNAME_INVALID, 112);
VALUE(PLUGTLS_E_NOT_A_STREAM, 113);
VALUE(PLUGTLS_E_NO_CERTIFICATE, 114);
VALUE(PLUGTLS_E_CRL_MALFORMED, 115);
VALUE(PLUGTLS_E_CONFIGURATION_FILE, 116);
VALUE(PLUGTLS_E_BACKEND_NOT_FOUND, 200);
VALUE(PLUGTLS_E_BACKEND_UNUSABLE, 201);
VALUE(PLUGTLS_E_MANIFEST, 202);
VALUE(PLUGTLS_E_INSECURE_PERMISSIONS, 203);
VALUE(PLUGTLS_E_DIGEST, 204);
VALUE(PLUGTLS_E_NOT_A_BACKEND, 205);
VALUE(PLUGTLS_E_ABI, 206);
VALUE(PLUGTLS_E_LOAD, 207);
VALUE(PLUGTLS_E_BACKEND_BROKEN, 208);
VALUE(PLUGTLS_E_BACKEND_REFUSED, 209);
VALUE(PLUGTLS_E_SYMBOL_INTERPOSED, 210);
VALUE(PLUGTLS_E_NEED_UNMET, 211);
VALUE(PLUGTLS_E_OUT_OF_MEMORY, 212);
VALUE(PLUGTLS_E_INTERNAL, 213);
VALUE(PLUGTLS_E_CERT_EXPIRED, 300);
VALUE(PLUGTLS_E_CERT_NOT_YET_VALID, 301);
VALUE(PLUGTLS_E_CERT_UNKNOWN_ISSUER, 302);
VALUE(PLUGTLS_E_CERT_SELF_SIGNED, 303);
VALUE(PLUGTLS_E_CERT_UNTRUSTED_ROOT, 304);
VALUE(PLUGTLS_E_CERT_NAME_MISMATCH, 305);
VALUE(PLUGTLS_E_CERT_IP_MISMATCH, 306);
VALUE(PLUGTLS_E_CERT_KEY_USAGE, 307);
VALUE(PLUGTLS_E_CERT_EXTENDED_KEY_USAGE, 308);
VALUE(PLUGTLS_E_CERT_NOT_A_CA, 309);
VALUE(PLUGTLS_E_CERT_PATH_LENGTH, 310);
VALUE(PLUGTLS_E_CERT_NAME_CONSTRAINTS, 311);
VALUE(PLUGTLS_E_CERT_WEAK_SIGNATURE, 312);
VALUE(PLUGTLS_E_CERT_WEAK_KEY, 313);
VALUE(PLUGTLS_E_CERT_UNKNOWN_CRITICAL_EXTENSION, 314);
VALUE(PLUGTLS_E_CERT_BAD_SIGNATURE, 315);
VALUE(PLUGTLS_E_CERT_MALFORMED, 316);
VALUE(PLUGTLS_E_CERT_REVOKED, 317);
VALUE(PLUGTLS_E_CERT_CRL_MISSING, 318);
VALUE(PLUGTLS_E_CERT_CRL_INVALID, 319);
VALUE(PLUGTLS_E_CERT_OCSP_MISSING, 320);
VALUE(PLUGTLS_E_CERT_OCSP_INVALID, 321);
VALUE(PLUGTLS_E_CERT_MISSING, 322);
VALUE(PLUGTLS_E_CERT_REJECTED, 323);
VALUE(PLUGTLS_E_CERT_CHAIN_TOO_LONG, 324);
VALUE(PLUGTLS_E_CERT_OTHER, 325);
VALUE(PLUGTLS_E_PROTOCOL, 400);
VALUE(PLUGTLS_E_NOT_TLS, 401);
VALUE(PLUGTLS_E_BAD_RECORD, 402);
VALUE(PLUGTLS_E_NO_COMMON_VERSION, 403);
VALUE(PLUGTLS_E_NO_COMMON_PARAMETERS, 404);
VALUE(PLUGTLS_E_NO_COMMON_PROTOCOL, 405);
VALUE(PLUGTLS_E_UNRECOGNIZED_NAME, 406);
VALUE(PLUGTLS_E_RENEGOTIATION, 407);
VALUE(PLUGTLS_E_BAD_SIGNATURE, 408);
VALUE(PLUGTLS_E_ALERT_RECEIVED, 500);
VALUE(PLUGTLS_E_TRANSPORT, 600);
VALUE(PLUGTLS_E_TRUNCATED, 601);
VALUE(PLUGTLS_E_TIMED_OUT, 602);
VALUE(PLUGTLS_E_WRONG_STATE, 700);
VALUE(PLUGTLS_E_CLOSED_FOR_WRITING, 701);
VALUE(PLUGTLS_E_WRITE_RETRY, 702);
VALUE(PLUGTLS_E_DATA_PENDING, 703);
VALUE(PLUGTLS_E_NO_SESSION, 704);
VALUE(PLUGTLS_E_SESSION_INVALID, 705);
VALUE(PLUGTLS_E_CALLBACK, 706);
VALUE(PLUGTLS_E_BUFFER_TOO_SMALL, 707);
VALUE(PLUGTLS_CATEGORY_NONE, 0);
VALUE(PLUGTLS_CATEGORY_CONFIGURATION, 1);
VALUE(PLUGTLS_CATEGORY_BACKEND, 2);
VALUE(PLUGTLS_CATEGORY_CERTIFICATE, 3);
VALUE(PLUGTLS_CATEGORY_PEER, 4);
VALUE(PLUGTLS_CATEGORY_ALERT, 5);
VALUE(PLUGTLS_CATEGORY_TRANSPORT, 6);
VALUE(PLUGTLS_CATEGORY_PROGRAM, 7);
VALUE(PLUGTLS_ALERT_NONE, -1);
VALUE(PLUGTLS_FEATURE_NONE, 0);
VALUE(PLUGTLS_FEATURE_CLIENT, 1);
VALUE(PLUGTLS_FEATURE_SERVER, 2);
VALUE(PLUGTLS_FEATURE_TLS1_0, 3);
VALUE(PLUGTLS_FEATURE_TLS1_1, 4);
VALUE(PLUGTLS_FEATURE_TLS1_2, 5);
VALUE(PLUGTLS_FEATURE_TLS1_3, 6);
VALUE(PLUGTLS_FEATURE_CIPHER_SUITES, 7);
VALUE(PLUGTLS_FEATURE_GROUPS, 8);
VALUE(PLUGTLS_FEATURE_SIGNATURE_SCHEMES, 9);
VALUE(PLUGTLS_FEATURE_ALPN, 10);
VALUE(PLUGTLS_FEATURE_SNI, 11);
VALUE(PLUGTLS_FEATURE_SNI_CALLBACK, 12);
VALUE(PLUGTLS_FEATURE_SNI_SWITCH_CONTEXT, 13);
VALUE(PLUGTLS_FEATURE_SET_CONTEXT, 14);
VALUE(PLUGTLS_FEATURE_VERIFY_OFF, 15);
VALUE(PLUGTLS_FEATURE_VERIFY_CHAIN_ONLY, 16);
VALUE(PLUGTLS_FEATURE_VERIFY_IP, 17);
VALUE(PLUGTLS_FEATURE_VERIFY_SUBJECTS, 18);
VALUE(PLUGTLS_FEATURE_VERIFY_CALLBACK, 19);
VALUE(PLUGTLS_FEATURE_VERIFY_TIME, 20);
VALUE(PLUGTLS_FEATURE_VERIFY_OFFLINE, 21);
VALUE(PLUGTLS_FEATURE_CLIENT_CERTIFICATE, 22);
VALUE(PLUGTLS_FEATURE_CLIENT_AUTH, 23);
VALUE(PLUGTLS_FEATURE_MULTIPLE_IDENTITIES, 24);
VALUE(PLUGTLS_FEATURE_TRUST_SYSTEM, 25);
VALUE(PLUGTLS_FEATURE_TRUST_FILE, 26);
VALUE(PLUGTLS_FEATURE_TRUST_DIRECTORY, 27);
VALUE(PLUGTLS_FEATURE_TRUST_WITHOUT_SYSTEM, 28);
VALUE(PLUGTLS_FEATURE_KEY_ENCRYPTED, 29);
VALUE(PLUGTLS_FEATURE_KEY_PKCS11, 30);
VALUE(PLUGTLS_FEATURE_KEY_SIGNER, 31);
VALUE(PLUGTLS_FEATURE_KEY_SIGNER_ASYNC, 32);
VALUE(PLUGTLS_FEATURE_CERT_RSA, 33);
VALUE(PLUGTLS_FEATURE_CERT_RSA_PSS, 34);
VALUE(PLUGTLS_FEATURE_CERT_ECDSA, 35);
VALUE(PLUGTLS_FEATURE_CERT_ED25519, 36);
VALUE(PLUGTLS_FEATURE_PEER_CHAIN, 37);
VALUE(PLUGTLS_FEATURE_VERIFIED_CHAIN, 38);
VALUE(PLUGTLS_FEATURE_CRL, 39);
VALUE(PLUGTLS_FEATURE_OCSP_CLIENT, 40);
VALUE(PLUGTLS_FEATURE_OCSP_SERVER, 41);
VALUE(PLUGTLS_FEATURE_EXPORTER, 42);
VALUE(PLUGTLS_FEATURE_BINDING_TLS_EXPORTER, 43);
VALUE(PLUGTLS_FEATURE_BINDING_TLS_SERVER_END_POINT, 44);
VALUE(PLUGTLS_FEATURE_KEYLOG, 45);
VALUE(PLUGTLS_FEATURE_RESUMPTION, 46);
VALUE(PLUGTLS_FEATURE_SESSION_BYTES, 47);
VALUE(PLUGTLS_FEATURE_TICKET_KEYS, 48);
VALUE(PLUGTLS_FEATURE_PSK, 49);
VALUE(PLUGTLS_FEATURE_KEY_UPDATE, 50);
VALUE(PLUGTLS_FEATURE_RECORD_SIZE_LIMIT, 51);
VALUE(PLUGTLS_FEATURE_EARLY_DATA, 52);
VALUE(PLUGTLS_FEATURE_HALF_CLOSE, 53);
VALUE(PLUGTLS_FEATURE_POST_HANDSHAKE_AUTH, 54);
VALUE(PLUGTLS_FEATURE_HYBRID_KEY_EXCHANGE, 55);
VALUE(PLUGTLS_FEATURE_SUSPEND, 56);
VALUE(PLUGTLS_FEATURE_EFFECTIVE_CONFIG, 57);
VALUE(PLUGTLS_FEATURE_ATTACH_FD, 58);
VALUE(PLUGTLS_NO, 0);
VALUE(PLUGTLS_PARTIAL, 1);
VALUE(PLUGTLS_YES, 2);
VALUE(PLUGTLS_VERSION_UNSET, 0);
VALUE(PLUGTLS_VERSION_MINIMUM_SUPPORTED, 1);
VALUE(PLUGTLS_VERSION_SSL2, 2);
VALUE(PLUGTLS_VERSION_SSL3, 768);
VALUE(PLUGTLS_VERSION_TLS1_0, 769);
VALUE(PLUGTLS_VERSION_TLS1_1, 770);
VALUE(PLUGTLS_VERSION_TLS1_2, 771);
VALUE(PLUGTLS_VERSION_TLS1_3, 772);
VALUE(PLUGTLS_VERSION_MAXIMUM_SUPPORTED, 65535);
VALUE(PLUGTLS_SOURCE_BYTES, 1);
VALUE(PLUGTLS_SOURCE_FILE, 2);
VALUE(PLUGTLS_SOURCE_DIRECTORY, 3);
VALUE(PLUGTLS_SOURCE_URI, 4);
VALUE(PLUGTLS_SOURCE_SIGNER, 5);
VALUE(PLUGTLS_SOURCE_SYSTEM, 6);
VALUE(PLUGTLS_KEY_RSA, 1);
VALUE(PLUGTLS_KEY_RSA_PSS, 2);
VALUE(PLUGTLS_KEY_ECDSA, 4);
VALUE(PLUGTLS_KEY_ED25519, 8);
VALUE(PLUGTLS_SIGN_DIGEST, 1);
VALUE(PLUGTLS_SIGN_MESSAGE, 2);
VALUE(PLUGTLS_ROLE_CLIENT, 1);
VALUE(PLUGTLS_ROLE_SERVER, 2);
VALUE(PLUGTLS_CLIENT_AUTH_NONE, 0);
VALUE(PLUGTLS_CLIENT_AUTH_REQUEST, 1);
VALUE(PLUGTLS_CLIENT_AUTH_REQUIRE, 2);
VALUE(PLUGTLS_CRL_CHECK_NONE, 0);
VALUE(PLUGTLS_CRL_CHECK_LEAF, 1);
VALUE(PLUGTLS_CRL_CHECK_CHAIN, 2);
VALUE(PLUGTLS_OCSP_NONE, 0);
VALUE(PLUGTLS_OCSP_REQUEST, 1);
VALUE(PLUGTLS_OCSP_REQUIRE, 2);
VALUE(PLUGTLS_HASH_SHA256, 1);
VALUE(PLUGTLS_HASH_SHA384, 2);
VALUE(PLUGTLS_CONFIG_INSECURE_NO_VERIFICATION, 1);
VALUE(PLUGTLS_CONFIG_INSECURE_NO_HOSTNAME_CHECK, 2);
VALUE(PLUGTLS_CONFIG_INSECURE_ALLOW_KEYLOG_ENV, 4);
VALUE(PLUGTLS_CONFIG_VERIFY_TIME, 8);
VALUE(PLUGTLS_CONFIG_NO_RESUMPTION, 16);
VALUE(PLUGTLS_CONFIG_POST_HANDSHAKE_AUTH, 32);
VALUE(PLUGTLS_EARLY_DATA_NONE, 0);
VALUE(PLUGTLS_EARLY_DATA_REJECTED, 1);
VALUE(PLUGTLS_EARLY_DATA_ACCEPTED, 2);
VALUE(PLUGTLS_SUBJECT_DNS, 1);
VALUE(PLUGTLS_SUBJECT_IP, 2);
VALUE(PLUGTLS_VERIFY_KEEP, 0);
VALUE(PLUGTLS_VERIFY_REJECT, 1);
VALUE(PLUGTLS_VERIFY_INSECURE_ACCEPT, 2);
VALUE(PLUGTLS_VERIFY_PENDING, 3);
VALUE(PLUGTLS_PURPOSE_SERVER, 1);
VALUE(PLUGTLS_PURPOSE_CLIENT, 2);
VALUE(PLUGTLS_CHAIN_PEER, 1);
VALUE(PLUGTLS_CHAIN_VERIFIED, 2);
VALUE(PLUGTLS_LIST_CIPHER_SUITES, 1);
VALUE(PLUGTLS_LIST_GROUPS, 2);
VALUE(PLUGTLS_LIST_SIGNATURE_SCHEMES, 3);
VALUE(PLUGTLS_LIST_VERSIONS, 4);
VALUE(PLUGTLS_VALUE_FLAGS, 1);
VALUE(PLUGTLS_VALUE_CLIENT_AUTH, 2);
VALUE(PLUGTLS_VALUE_VERIFY_DEPTH, 3);
VALUE(PLUGTLS_VALUE_RECORD_SIZE_LIMIT, 4);
VALUE(PLUGTLS_VALUE_EARLY_DATA_MAX, 5);
VALUE(PLUGTLS_VALUE_TICKET_LIFETIME, 6);
VALUE(PLUGTLS_VALUE_TICKET_COUNT, 7);
VALUE(PLUGTLS_VALUE_CRL_CHECK, 8);
VALUE(PLUGTLS_VALUE_OCSP, 9);
VALUE(PLUGTLS_VALUE_TRUST_ANCHORS, 10);
VALUE(PLUGTLS_VALUE_IDENTITIES, 11);
VALUE(PLUGTLS_BINDING_TLS_EXPORTER, 1);
VALUE(PLUGTLS_BINDING_TLS_SERVER_END_POINT, 2);
VALUE(PLUGTLS_KEY_UPDATE_REQUEST_PEER, 1);
VALUE(PLUGTLS_LOG_ERROR, 1);
VALUE(PLUGTLS_LOG_WARNING, 2);
VALUE(PLUGTLS_LOG_INFO, 3);
VALUE(PLUGTLS_LOG_DEBUG, 4);
VALUE(PLUGTLS_PEER_INSECURE_NO_HOSTNAME_CHECK, 1);
VALUE(PLUGTLS_REGISTRY_IGNORE_ENVIRONMENT, 1);
VALUE(PLUGTLS_REGISTRY_IGNORE_CONFIG, 2);
VALUE(PLUGTLS_REGISTRY_ONLY_DIRECTORIES, 4);
VALUE(PLUGTLS_ORIGIN_PROGRAM, 1);
VALUE(PLUGTLS_ORIGIN_ENVIRONMENT, 2);
VALUE(PLUGTLS_ORIGIN_USER, 3);
VALUE(PLUGTLS_ORIGIN_SYSTEM, 4);
VALUE(PLUGTLS_ORIGIN_INSTALLED, 5);
VALUE(PLUGTLS_STAGE_FOUND, 1);
VALUE(PLUGTLS_STAGE_SHADOWED, 2);
VALUE(PLUGTLS_STAGE_REFUSED, 3);
VALUE(PLUGTLS_STAGE_OPENED, 4);
VALUE(PLUGTLS_RULE_ARGUMENT, 1);
VALUE(PLUGTLS_RULE_ENVIRONMENT, 2);
VALUE(PLUGTLS_RULE_CONFIG, 3);
VALUE(PLUGTLS_RULE_PRIORITY, 4);
VALUE(PLUGTLS_CONNECTION_INSECURE_NO_HOSTNAME_CHECK, 1);

#endif

/* ISO C wants a declaration at least. */
extern int plugtls_layout_1_0;
