// SPDX-License-Identifier: Apache-2.0
// wolfSSL's headers, in the order that they insist on: how the library was built comes first, or its structs differ.
#pragma once

#include <wolfssl/options.h>
// What follows depends on it.
#include <plugtls/kit/handle.hpp>

#include <wolfssl/ssl.h>
#include <wolfssl/wolfcrypt/error-crypt.h>

namespace plugtls::wolfssl {

using NativeContext = kit::Handle<WOLFSSL_CTX, wolfSSL_CTX_free>;
using NativeConnection = kit::Handle<WOLFSSL, wolfSSL_free>;
using NativeSession = kit::Handle<WOLFSSL_SESSION, wolfSSL_SESSION_free>;

}  // namespace plugtls::wolfssl
