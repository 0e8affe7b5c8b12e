// SPDX-License-Identifier: Apache-2.0
// A certificate's DER to the facts the policy judges by.
#pragma once

#include <plugtls/kit/facts.hpp>

namespace plugtls::kit {

// Reads a whole certificate (RFC 5280, 4.1). What cannot be read, or is not as the RFC has it, is
// `malformed`; the facts read up to there stand. The views point into `der`, which has to outlive them.
inline CertificateFacts facts_of(DerView der) noexcept;

}  // namespace plugtls::kit
