// SPDX-License-Identifier: Apache-2.0
// RFC 9525: does a certificate speak for a name?
#pragma once

#include <plugtls/types.h>

#include <mbedtls/x509_crt.h>

#include <stdbool.h>

// PLUGTLS_E_NONE if the certificate's subjectAltName has any of the subjects, else the code of a mismatch.
int32_t match_names(const mbedtls_x509_crt *leaf, const plugtls_subject *subjects, size_t count);

// Distinguished names, as RFC 5280, 7.1, compares them: ASCII case does not count.
bool same_name(const mbedtls_x509_name *a, const mbedtls_x509_name *b);
