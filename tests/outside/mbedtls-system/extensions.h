// SPDX-License-Identifier: Apache-2.0
// What Mbed TLS does not read of a certificate, or lets pass.
#pragma once

#include "constraints.h"

#include <plugtls/types.h>

#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>

#include <stdbool.h>
#include <stdint.h>

struct extensions {
  // An extension twice, or more of them than anybody issues; a time that is none; an address of five bytes, say.
  bool malformed;
  bool unknown_critical;  // RFC 5280, 4.2
  // What follows points into the certificate, and is empty where there is none.
  plugtls_bytes authority_key_id, subject_key_id;  // RFC 5280, 4.2.1.1 and 4.2.1.2
  plugtls_bytes alt_names;                         // contents of GeneralNames
  struct constraints constraints;
};

struct extensions extensions_of(const mbedtls_x509_crt *certificate);

// Of a CRL, or an entry of one. What cannot be read counts as critical.
bool has_critical_extension(const mbedtls_x509_buf *list);
plugtls_bytes authority_key_id_of(const mbedtls_x509_buf *list);

bool has_explicit_curve(const mbedtls_x509_crt *certificate);
bool has_purpose(const mbedtls_x509_crt *certificate, bool server);

// Unix time in seconds.
int64_t seconds_of(const mbedtls_x509_time *time);
