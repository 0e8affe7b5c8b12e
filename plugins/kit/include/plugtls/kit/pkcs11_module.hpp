// SPDX-License-Identifier: Apache-2.0
// Modules of PKCS #11 (OASIS, version 2.40), and as much of that interface as a key that signs takes.
#pragma once

#include <plugtls/kit/fail.hpp>

#include <dlfcn.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace plugtls::kit::pkcs11 {

using Ulong = unsigned long;
using Rv = Ulong;
using Handle = Ulong;

inline constexpr Rv ok = 0;
inline constexpr Rv pin_incorrect = 0xa0;
inline constexpr Rv pin_locked = 0xa4;
inline constexpr Rv user_already_logged_in = 0x100;
inline constexpr Rv already_initialized = 0x191;

inline constexpr Ulong os_locking_ok = 2;
inline constexpr Ulong serial_session = 4;
inline constexpr Ulong login_required = 4;
inline constexpr Ulong user = 1;

inline constexpr Ulong attribute_class = 0x00;
inline constexpr Ulong attribute_label = 0x03;
inline constexpr Ulong attribute_value = 0x11;
inline constexpr Ulong attribute_key_type = 0x100;
inline constexpr Ulong attribute_id = 0x102;

inline constexpr Ulong certificate_object = 1;
inline constexpr Ulong private_key_object = 3;

inline constexpr Ulong mechanism_rsa_pkcs = 0x01;
inline constexpr Ulong mechanism_rsa_pss = 0x0d;
inline constexpr Ulong mechanism_ecdsa = 0x1041;
inline constexpr Ulong mechanism_eddsa = 0x1057;

struct Version {
  std::uint8_t major;
  std::uint8_t minor;
};

struct TokenInfo {
  std::uint8_t label[32];  // this one and the next three are filled up with spaces
  std::uint8_t manufacturer[32];
  std::uint8_t model[16];
  std::uint8_t serial[16];
  Ulong flags;
  Ulong limits[10];
  Version hardware;
  Version firmware;
  std::uint8_t time[16];
};

struct Attribute {
  Ulong type;
  void *value;
  Ulong size;
};

struct Mechanism {
  Ulong mechanism;
  void *parameter;
  Ulong parameter_size;
};

struct PssParameters {
  Ulong hash;
  Ulong mask;
  Ulong salt;
};

struct InitializeArguments {
  void *mutexes[4];
  Ulong flags;
  void *reserved;
};

// CK_FUNCTION_LIST, whose order never changes, as far as it is used.
struct Functions {
  using Unused = void (*)();
  Version version;
  Rv (*initialize)(void *arguments);
  Unused finalize_to_get_function_list[3];
  Rv (*get_slot_list)(unsigned char with_token, Ulong *slots, Ulong *count);
  Unused get_slot_info;
  Rv (*get_token_info)(Ulong slot, TokenInfo *out);
  Unused get_mechanism_list_to_set_pin[5];
  Rv (*open_session)(Ulong slot, Ulong flags, void *user, void *notify, Handle *out);
  Rv (*close_session)(Handle session);
  Unused close_all_sessions_to_set_operation_state[4];
  Rv (*login)(Handle session, Ulong who, const std::uint8_t *pin, Ulong size);
  Unused logout_to_get_object_size[5];
  Rv (*get_attribute_value)(Handle session, Handle object, Attribute *list, Ulong count);
  Unused set_attribute_value;
  Rv (*find_objects_init)(Handle session, Attribute *list, Ulong count);
  Rv (*find_objects)(Handle session, Handle *out, Ulong most, Ulong *count);
  Rv (*find_objects_final)(Handle session);
  Unused encrypt_init_to_digest_final[13];
  Rv (*sign_init)(Handle session, Mechanism *mechanism, Handle key);
  Rv (*sign)(Handle session, const std::uint8_t *data, Ulong size, std::uint8_t *out,
             Ulong *out_size);
};

// Modules stay open for the process, as their threads and atexit functions expect.
class Modules {
 public:
  static Modules &instance() {
    static Modules modules;
    return modules;
  }

  // Throws PLUGTLS_E_FILE.
  const Functions *open(const std::string &path) {
    const std::lock_guard lock(mutex_);
    const Functions *&known = open_[path];
    if (known == nullptr) known = load(path);
    return known;
  }

 private:
  static const Functions *load(const std::string &path) {
    void *const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
      raise(PLUGTLS_E_FILE, "the PKCS #11 module %s cannot be opened: %s", path.c_str(),
            ::dlerror());
    using GetFunctionList = Rv (*)(const Functions **out);
    const auto get = reinterpret_cast<GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
    const Functions *functions = nullptr;
    if (get == nullptr || get(&functions) != ok || functions == nullptr)
      raise(PLUGTLS_E_FILE, "%s is no PKCS #11 module", path.c_str());
    InitializeArguments arguments{{}, os_locking_ok, nullptr};
    const Rv rv = functions->initialize(&arguments);
    if (rv != ok && rv != already_initialized)
      raise(PLUGTLS_E_FILE, "the PKCS #11 module %s cannot be used (error 0x%lx)", path.c_str(),
            rv);
    return functions;
  }

  std::mutex mutex_;
  std::map<std::string, const Functions *> open_;
};

}  // namespace plugtls::kit::pkcs11
