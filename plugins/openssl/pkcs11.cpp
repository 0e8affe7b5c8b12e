// SPDX-License-Identifier: Apache-2.0
// By the engine of libp11, which both Debian releases have. Engines are deprecated since OpenSSL 3.0 and still there; the
// provider that is to replace this one is not in Debian 12.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "pkcs11.hpp"

#include "error.hpp"

#include <plugtls/kit/secure_bytes.hpp>

#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/ui.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <string>

namespace plugtls::openssl {

namespace {

#ifndef OPENSSL_NO_ENGINE

using Method = kit::Handle<UI_METHOD, UI_destroy_method>;

constexpr int pin_incorrect = 0xa0;  // CKR_PIN_INCORRECT, which libp11 hands on as its reason

std::string uri_of(const plugtls_source &source) {
  std::string uri(kit::as_text(kit::as_span(source.bytes)));
  if (uri.starts_with("pkcs11:") && uri.find('\0') == std::string::npos) return uri;
  kit::raise(PLUGTLS_E_INVALID_ARGUMENT, "'%s' is no PKCS #11 URI (RFC 7512): 'pkcs11:...'",
             uri.c_str());
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decoded(const std::string &text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool pair = text[i] == '%' && i + 2 < text.size();
    const int high = pair ? hex_digit(text[i + 1]) : -1;
    const int low = pair ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

// RFC 7512, 2.3: an attribute of the query, which libp11 does not understand and the messages leave out.
std::string query_value(const std::string &uri, const std::string &name) {
  const std::size_t query = uri.find('?');
  if (query == std::string::npos) return {};
  std::size_t at = query + 1;
  while (at < uri.size()) {
    const std::size_t end = std::min(uri.find('&', at), uri.size());
    if (uri.compare(at, name.size() + 1, name + "=") == 0)
      return decoded(uri.substr(at + name.size() + 1, end - at - name.size() - 1));
    at = end + 1;
  }
  return {};
}

std::string without_query(const std::string &uri) {
  return uri.substr(0, uri.find('?'));
}

// One for the process, as the engine is; its module can be named only before it begins.
class Engine {
 public:
  static Engine &instance() {
    static Engine engine;
    return engine;
  }

  ENGINE *open(const std::string &module) {
    const std::lock_guard lock(mutex_);
    if (engine_ == nullptr) {
      start(module);
      module_ = module;
    }
    if (!module.empty() && module != module_)
      kit::raise(PLUGTLS_E_INVALID_ARGUMENT,
                 "the URI's module-path is %s, and this process uses PKCS #11 by %s already",
                 module.c_str(), module_.empty() ? "p11-kit's choice" : module_.c_str());
    return engine_;
  }

 private:
  void start(const std::string &module) {
    kit::Handle<ENGINE, ENGINE_free> engine(ENGINE_by_id("pkcs11"));
    if (!engine) {
      plugtls_error error = kit::unsupported(
          PLUGTLS_FEATURE_KEY_PKCS11,
          "PKCS #11 takes libp11's engine 'pkcs11', which OpenSSL does not find; install it "
          "(Debian: libengine-pkcs11-openssl)");
      take_native(error);
      throw kit::Error(error);
    }
    // It would tell the terminal what it tells us.
    ENGINE_ctrl_cmd_string(engine.get(), "QUIET", nullptr, 0);
    const bool named = module.empty() ||
                       ENGINE_ctrl_cmd_string(engine.get(), "MODULE_PATH", module.c_str(), 0) == 1;
    if (!named || ENGINE_init(engine.get()) != 1)
      raise_native(PLUGTLS_E_FILE, "the PKCS #11 module " +
                                       (module.empty() ? "that p11-kit chooses" : module) +
                                       " cannot be used");
    engine_ = engine.release();  // for the process: keys need it to the end
  }

  std::mutex mutex_;
  ENGINE *engine_ = nullptr;
  std::string module_;
};

int give_pin(char *out, int capacity, int, void *user) {
  const auto &pin = static_cast<kit::Password *>(user)->get();
  if (!pin || pin->size() > static_cast<std::size_t>(capacity)) return -1;
  if (!pin->empty()) std::memcpy(out, pin->data(), pin->size());
  return static_cast<int>(pin->size());
}

[[noreturn]] void refuse_key(const std::string &uri, const kit::Password &pin) {
  const std::string where = without_query(uri);
  if (pin.wanted() && !pin.given())
    raise_native(PLUGTLS_E_PASSWORD_REQUIRED, where + ": the token wants a PIN and none was given");
  if (ERR_GET_REASON(ERR_peek_error()) == pin_incorrect ||
      ERR_GET_REASON(ERR_peek_last_error()) == pin_incorrect)
    raise_native(PLUGTLS_E_PASSWORD_WRONG, where + ": the token does not take the PIN");
  raise_native(PLUGTLS_E_KEY_MALFORMED, where + ": there is no such private key in a token");
}

#endif

}  // namespace

#ifndef OPENSSL_NO_ENGINE

Key read_token_key(const plugtls_source &source) {
  const std::string uri = uri_of(source);
  ENGINE *engine = Engine::instance().open(query_value(uri, "module-path"));
  std::string pin_value = query_value(uri, "pin-value");
  plugtls_source with_pin = source;
  const bool given = source.password.data != nullptr || source.ask_password != nullptr;
  if (!given && !pin_value.empty())
    with_pin.password =
        kit::as_bytes({reinterpret_cast<const uint8_t *>(pin_value.data()), pin_value.size()});
  kit::Password pin(with_pin);
  // Never the terminal, which OpenSSL would ask by itself.
  const Method ask(UI_UTIL_wrap_read_pem_callback(&give_pin, 0));
  if (!ask) throw std::bad_alloc();
  Key key(ENGINE_load_private_key(engine, without_query(uri).c_str(), ask.get(), &pin));
  kit::wipe(pin_value.data(), pin_value.size());
  if (!key) refuse_key(uri, pin);
  ERR_clear_error();
  return key;
}

Certificate read_token_certificate(const plugtls_source &source) {
  const std::string uri = uri_of(source);
  ENGINE *engine = Engine::instance().open(query_value(uri, "module-path"));
  const std::string path = without_query(uri);
  struct {
    const char *id;
    X509 *certificate;
  } wanted{path.c_str(), nullptr};  // as libp11 has it
  const bool done = ENGINE_ctrl_cmd(engine, "LOAD_CERT_CTRL", 0, &wanted, nullptr, 0) == 1;
  Certificate out(wanted.certificate);
  if (!done || !out)
    raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED,
                 path + ": there is no such certificate in a token");
  ERR_clear_error();
  return out;
}

#else

namespace {

[[noreturn]] void refuse() {
  throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_KEY_PKCS11,
                                    "PKCS #11 takes engines, and this OpenSSL has none"));
}

}  // namespace

Key read_token_key(const plugtls_source &) {
  refuse();
}

Certificate read_token_certificate(const plugtls_source &) {
  refuse();
}

#endif

}  // namespace plugtls::openssl
