// SPDX-License-Identifier: Apache-2.0
// Name constraints (RFC 5280, 4.2.1.10): are a certificate's names within what a CA above it may speak for?
#pragma once

#include <plugtls/types.h>

#include <stdbool.h>

// Contents of GeneralSubtrees; both are empty where a CA is under no constraints.
struct constraints {
  plugtls_bytes permitted, excluded;
};

// From an extension's value. False if it is not what the RFC has it to be.
bool read_constraints(plugtls_bytes value, struct constraints *out);
bool read_alt_names(plugtls_bytes value, plugtls_bytes *out);

struct names {
  plugtls_bytes subject;    // a Name
  plugtls_bytes alt_names;  // contents of GeneralNames
  bool leaf;
};

// PLUGTLS_E_NONE, or what is wrong with it.
int32_t judge_names(const struct names *names, const struct constraints *issuer);
