// SPDX-License-Identifier: Apache-2.0
// The provider lives in library contexts of its own, one for each PKCS #11 module: in the process's own it would change what
// everybody else's OpenSSL calls do. Keys of such a context sign in connections of the other, by the provider they are of.
#include "pkcs11_provider.hpp"

#include "error.hpp"
#include "pkcs11.hpp"

#include <openssl/conf.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <map>
#include <mutex>

namespace plugtls::openssl {

namespace {

using Library = kit::Handle<OSSL_LIB_CTX, OSSL_LIB_CTX_free>;
using Configuration = kit::Handle<CONF, NCONF_free>;
using Bio = kit::Handle<BIO, BIO_free>;
using Method = kit::Handle<UI_METHOD, UI_destroy_method>;
using Info = kit::Handle<OSSL_STORE_INFO, OSSL_STORE_INFO_free>;

void close_store(OSSL_STORE_CTX *store) noexcept {
  OSSL_STORE_close(store);
}
using Store = kit::Handle<OSSL_STORE_CTX, close_store>;

// What means something in a configuration file is in no module's path.
void require_plain(const std::string &module) {
  const bool plain = std::all_of(module.begin(), module.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::strchr("/._-+", c) != nullptr;
  });
  if (!plain)
    kit::raise(PLUGTLS_E_INVALID_ARGUMENT,
               "the URI's module-path has other characters than letters, digits and /._-+");
}

// OpenSSL 3.0 takes a provider's parameters from a configuration only.
void configure(OSSL_LIB_CTX *library, const std::string &module) {
  std::string text =
      "openssl_conf = all\n[all]\nproviders = providers\n"
      "[providers]\ndefault = usual\npkcs11 = token\n[usual]\nactivate = 1\n[token]\n";
  if (!module.empty()) text += "pkcs11-module-path = " + module + "\n";
  text += "activate = 1\n";
  const Bio file(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  const Configuration configuration(NCONF_new_ex(library, nullptr));
  long line = 0;
  if (!file || !configuration || NCONF_load_bio(configuration.get(), file.get(), &line) <= 0)
    raise_native(PLUGTLS_E_INTERNAL, "the configuration of the PKCS #11 provider is not taken");
  // Fails where the provider is not installed, which the caller asks about.
  CONF_modules_load(configuration.get(), nullptr, CONF_MFLAGS_IGNORE_ERRORS);
}

// Nothing if there is no provider. For the process: keys need it to the end.
OSSL_LIB_CTX *library_for(const std::string &module) {
  static std::mutex mutex;
  static std::map<std::string, OSSL_LIB_CTX *> libraries;
  require_plain(module);
  const std::lock_guard lock(mutex);
  const auto known = libraries.find(module);
  if (known != libraries.end()) return known->second;
  if (libraries.empty()) OPENSSL_load_builtin_modules();
  Library library(OSSL_LIB_CTX_new());
  if (!library) throw std::bad_alloc();
  configure(library.get(), module);
  const bool there = OSSL_PROVIDER_available(library.get(), "pkcs11") == 1;
  ERR_clear_error();
  if (!there) return nullptr;
  libraries.emplace(module, library.get());
  return library.release();
}

// The first object of that kind, or nothing.
Info load(const std::string &module, const std::string &uri, int kind, kit::Password *pin) {
  const Method ask(pin != nullptr ? UI_UTIL_wrap_read_pem_callback(&give_pin, 0) : nullptr);
  const Store store(OSSL_STORE_open_ex(uri.c_str(), library_for(module), nullptr, ask.get(), pin,
                                       nullptr, nullptr, nullptr));
  while (store && OSSL_STORE_eof(store.get()) == 0) {
    Info info(OSSL_STORE_load(store.get()));
    if (!info) break;
    if (OSSL_STORE_INFO_get_type(info.get()) == kind) return info;
  }
  return {};
}

// The provider says only that it failed. Whether the public half is there tells what is likely, without trying the PIN once
// more, which some tokens count.
[[noreturn]] void refuse_key(const std::string &module, const std::string &uri) {
  std::string half = uri;
  if (const std::size_t type = half.find("type=private"); type != std::string::npos)
    half.replace(type, std::strlen("type=private"), "type=public");
  else
    half += ";type=public";
  if (load(module, half, OSSL_STORE_INFO_PUBKEY, nullptr))
    raise_native(
        PLUGTLS_E_PASSWORD_WRONG,
        uri + ": the token has its public key and does not give the private one for the PIN");
  raise_native(PLUGTLS_E_KEY_MALFORMED,
               uri + ": there is no such private key in a token, or the PIN is wrong");
}

}  // namespace

bool has_token_provider(const std::string &module) {
  return library_for(module) != nullptr;
}

Key read_key_by_provider(const std::string &module, const std::string &uri, kit::Password &pin) {
  // Now: it would ask the terminal where it gets none.
  if (!pin.get())
    kit::raise(PLUGTLS_E_PASSWORD_REQUIRED, "%s: the token wants a PIN and none was given",
               uri.c_str());
  const Info info = load(module, uri, OSSL_STORE_INFO_PKEY, &pin);
  Key key(info ? OSSL_STORE_INFO_get1_PKEY(info.get()) : nullptr);
  if (!key) refuse_key(module, uri);
  ERR_clear_error();
  return key;
}

Certificate read_certificate_by_provider(const std::string &module, const std::string &uri) {
  const Info info = load(module, uri, OSSL_STORE_INFO_CERT, nullptr);
  const X509 *found = info ? OSSL_STORE_INFO_get0_CERT(info.get()) : nullptr;
  if (found == nullptr)
    raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED,
                 uri + ": there is no such certificate in a token");
  // Anew, as one of the library context that it is used in.
  unsigned char *der = nullptr;
  const int size = i2d_X509(found, &der);
  const kit::Handle<unsigned char, [](unsigned char *bytes) { OPENSSL_free(bytes); }> owned(der);
  const unsigned char *at = der;
  Certificate out(size > 0 ? d2i_X509(nullptr, &at, size) : nullptr);
  if (!out) throw std::bad_alloc();
  ERR_clear_error();
  return out;
}

}  // namespace plugtls::openssl
