// SPDX-License-Identifier: Apache-2.0
// wolfSSL's headers, in the order that they insist on: how the library was built comes first, or its structs differ.
#pragma once

#include <wolfssl/options.h>
// What follows depends on it.
#include <plugtls/kit/handle.hpp>

#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/aes.h>
#include <wolfssl/wolfcrypt/error-crypt.h>

namespace plugtls::wolfssl {

using NativeContext = kit::Handle<WOLFSSL_CTX, wolfSSL_CTX_free>;
using NativeConnection = kit::Handle<WOLFSSL, wolfSSL_free>;
using NativeSession = kit::Handle<WOLFSSL_SESSION, wolfSSL_SESSION_free>;

inline void init_aes(Aes *aes) noexcept {
  (void)wc_AesInit(aes, nullptr, INVALID_DEVID);
}
using AesKey = kit::Pinned<Aes, init_aes, wc_AesFree>;

}  // namespace plugtls::wolfssl
