// The backend new-backend-name: what it is, what it can do, and its table.
#include "connection.hpp"
#include "context.hpp"

#include <plugtls/kit/selection.hpp>

#include <memory>
#include <mutex>

namespace new_backend_name {

using namespace plugtls;

namespace {

// What it can do; what is not in the table it cannot. A row is added, with PLUGTLS_YES or PLUGTLS_PARTIAL, by
// whoever makes it true: PLUGTLS_FEATURE_CLIENT, _SERVER, _TLS1_2 and _TLS1_3 come first.
constexpr kit::CapabilityRow capabilities[] = {
    {PLUGTLS_FEATURE_CLIENT, PLUGTLS_NO, 0, "new-backend-name makes no contexts yet"},
    {PLUGTLS_FEATURE_SERVER, PLUGTLS_NO, 0, "new-backend-name makes no contexts yet"},
};

// Functions of the TLS library, by the addresses this file reaches, for libplugtls to prove that nobody captured
// them (B18): {"SSL_new", reinterpret_cast<const void *>(&SSL_new)}.
plugtls_status info(const plugtls_backend_instance *, plugtls_backend_info *out) {
  kit::write_sized(out,
                   plugtls_backend_info{sizeof(plugtls_backend_info), 0, "new-backend-name",
                                        PLUGTLS_BACKEND_VERSION, "none yet", "0", "0", nullptr});
  return PLUGTLS_OK;
}

void capability(const plugtls_backend_instance *, uint32_t feature, plugtls_capability *out) {
  kit::answer_capability(capabilities, feature, out);
}

// Numbers of IANA's registries, in order of preference.
size_t list(const plugtls_backend_instance *, uint32_t /*which*/, uint16_t * /*out*/,
            size_t /*capacity*/) {
  return 0;
}

// The required slots. The optional ones are null, for which libplugtls answers `unsupported` (P-ABI-4).
constexpr plugtls_backend_table make_table() {
  plugtls_backend_table table{};
  table.size = sizeof table;
  table.abi_major = PLUGTLS_ABI_MAJOR;
  table.abi_minor = PLUGTLS_ABI_MINOR;
  table.info = &info;
  table.capability = &capability;
  table.list = &list;
  table.context_create = &context_create;
  table.context_free = &context_free;
  table.connection_create = &connection_create;
  table.connection_free = &connection_free;
  table.handshake = &handshake;
  table.read = &read;
  table.write = &write;
  table.shutdown = &shutdown;
  table.pending = &pending;
  table.connection_info = &connection_info;
  return table;
}

constexpr plugtls_backend_table table = make_table();

// The first host's services live as long as the process.
plugtls_backend_instance *instance_for(const plugtls_host &host) {
  static std::mutex mutex;
  static plugtls_backend_instance *instance = nullptr;
  const std::lock_guard lock(mutex);
  if (instance == nullptr) {
    auto made = std::make_unique<plugtls_backend_instance>();
    made->host = host;
    instance = made.release();
  }
  return instance;
}

}  // namespace

}  // namespace new_backend_name

// P-ENTRY-2: a library that is not the one compiled against is refused here.
plugtls_status plugtls_backend_entry(const plugtls_host *host, plugtls_backend_export *out,
                                     plugtls_error *err) {
  using namespace plugtls;
  return kit::guard(err, [&] {
    const plugtls_host services = kit::read_sized(host);
    if (services.abi_major != PLUGTLS_ABI_MAJOR)
      return kit::fail(err, PLUGTLS_E_ABI, "the host has ABI %u, this backend %u",
                       unsigned{services.abi_major}, unsigned{PLUGTLS_ABI_MAJOR});
    if (services.inner != nullptr)
      return kit::fail(err, PLUGTLS_E_BACKEND_REFUSED, "this backend wraps no other");
    kit::write_sized(
        out, plugtls_backend_export{sizeof(plugtls_backend_export), 0, &new_backend_name::table,
                                    new_backend_name::instance_for(services)});
    return plugtls_status{PLUGTLS_OK};
  });
}
