// SPDX-License-Identifier: Apache-2.0
// By the engine of libp11, which both Debian releases have and which tells what went wrong, or else by the provider that is to
// replace it. Engines are deprecated since OpenSSL 3.0 and still there; the provider is not in Debian 12.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "pkcs11.hpp"

#include "error.hpp"
#include "pkcs11_provider.hpp"

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

std::string uri_of(const plugtls_source &source) {
  std::string uri(kit::as_text(kit::as_span(source.bytes)));
  if (uri.starts_with("pkcs11:") && uri.find('\0') == std::string::npos) return uri;
  kit::raise(PLUGTLS_E_INVALID_ARGUMENT, "'%s' is no PKCS #11 URI (RFC 7512): 'pkcs11:...'",
             uri.c_str());
}

// A PIN in a string is wiped, whatever becomes of the key.
class Wiped {
 public:
  explicit Wiped(std::string &text) noexcept : text_(text) {}
  Wiped(const Wiped &) = delete;
  Wiped &operator=(const Wiped &) = delete;
  ~Wiped() { kit::wipe(text_.data(), text_.size()); }

 private:
  std::string &text_;
};

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

#ifndef OPENSSL_NO_ENGINE

using Method = kit::Handle<UI_METHOD, UI_destroy_method>;

constexpr int pin_incorrect = 0xa0;  // CKR_PIN_INCORRECT, which libp11 hands on as its reason

// One for the process, as the engine is; its module can be named only before it begins.
class Engine {
 public:
  static Engine &instance() {
    static Engine engine;
    return engine;
  }

  // Nothing if OpenSSL finds no such engine.
  ENGINE *open(const std::string &module) {
    const std::lock_guard lock(mutex_);
    if (engine_ == nullptr) {
      if (!start(module)) return nullptr;
      module_ = module;
    }
    if (!module.empty() && module != module_)
      kit::raise(PLUGTLS_E_INVALID_ARGUMENT,
                 "the URI's module-path is %s, and this process uses PKCS #11 by %s already",
                 module.c_str(), module_.empty() ? "p11-kit's choice" : module_.c_str());
    return engine_;
  }

 private:
  bool start(const std::string &module) {
    kit::Handle<ENGINE, ENGINE_free> engine(ENGINE_by_id("pkcs11"));
    if (!engine) {
      ERR_clear_error();
      return false;
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
    return true;
  }

  std::mutex mutex_;
  ENGINE *engine_ = nullptr;
  std::string module_;
};

[[noreturn]] void refuse_key(const std::string &uri, const kit::Password &pin) {
  const std::string where = without_query(uri);
  if (pin.wanted() && !pin.given())
    raise_native(PLUGTLS_E_PASSWORD_REQUIRED, where + ": the token wants a PIN and none was given");
  if (ERR_GET_REASON(ERR_peek_error()) == pin_incorrect ||
      ERR_GET_REASON(ERR_peek_last_error()) == pin_incorrect)
    raise_native(PLUGTLS_E_PASSWORD_WRONG, where + ": the token does not take the PIN");
  raise_native(PLUGTLS_E_KEY_MALFORMED, where + ": there is no such private key in a token");
}

Key read_key(ENGINE *engine, const std::string &uri, kit::Password &pin) {
  // Never the terminal, which OpenSSL would ask by itself.
  const Method ask(UI_UTIL_wrap_read_pem_callback(&give_pin, 0));
  if (!ask) throw std::bad_alloc();
  Key key(ENGINE_load_private_key(engine, uri.c_str(), ask.get(), &pin));
  if (!key) refuse_key(uri, pin);
  ERR_clear_error();
  return key;
}

Certificate read_certificate(ENGINE *engine, const std::string &uri) {
  struct {
    const char *id;
    X509 *certificate;
  } wanted{uri.c_str(), nullptr};  // as libp11 has it
  const bool done = ENGINE_ctrl_cmd(engine, "LOAD_CERT_CTRL", 0, &wanted, nullptr, 0) == 1;
  Certificate out(wanted.certificate);
  if (!done || !out)
    raise_native(PLUGTLS_E_CERTIFICATE_MALFORMED,
                 uri + ": there is no such certificate in a token");
  ERR_clear_error();
  return out;
}

ENGINE *engine_for(const std::string &module) {
  return Engine::instance().open(module);
}

#else

ENGINE *engine_for(const std::string &) {
  return nullptr;
}
Key read_key(ENGINE *, const std::string &, kit::Password &) {
  return {};
}
Certificate read_certificate(ENGINE *, const std::string &) {
  return {};
}

#endif

void require_provider(const std::string &module) {
  if (has_token_provider(module)) return;
  throw kit::Error(kit::unsupported(PLUGTLS_FEATURE_KEY_PKCS11,
                                    "PKCS #11 takes libp11's engine 'pkcs11' or the provider "
                                    "'pkcs11', and OpenSSL finds neither; install "
                                    "one (Debian: libengine-pkcs11-openssl or pkcs11-provider)"));
}

}  // namespace

int give_pin(char *out, int capacity, int, void *user) {
  const auto &pin = static_cast<kit::Password *>(user)->get();
  if (!pin || pin->size() > static_cast<std::size_t>(capacity)) return -1;
  if (!pin->empty()) std::memcpy(out, pin->data(), pin->size());
  return static_cast<int>(pin->size());
}

Key read_token_key(const plugtls_source &source) {
  const std::string uri = uri_of(source);
  const std::string path = without_query(uri);
  const std::string module = query_value(uri, "module-path");
  std::string pin_value = query_value(uri, "pin-value");
  plugtls_source with_pin = source;
  const bool given = source.password.data != nullptr || source.ask_password != nullptr;
  if (!given && !pin_value.empty())
    with_pin.password =
        kit::as_bytes({reinterpret_cast<const uint8_t *>(pin_value.data()), pin_value.size()});
  const Wiped wiped{pin_value};
  kit::Password pin(with_pin);
  if (ENGINE *engine = engine_for(module)) return read_key(engine, path, pin);
  require_provider(module);
  return read_key_by_provider(module, path, pin);
}

Certificate read_token_certificate(const plugtls_source &source) {
  const std::string uri = uri_of(source);
  const std::string path = without_query(uri);
  const std::string module = query_value(uri, "module-path");
  if (ENGINE *engine = engine_for(module)) return read_certificate(engine, path);
  require_provider(module);
  return read_certificate_by_provider(module, path);
}

}  // namespace plugtls::openssl
