// SPDX-License-Identifier: Apache-2.0
// Takes over a backend's table: checks what must be there, fills what may be missing, so that no caller ever tests a
// slot for null.
#include "backend.hpp"
#include "error.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace plugtls::loader {

namespace {

// An optional slot that is absent. libplugtls adds the backend's name on the way out.
plugtls_status unsupported(plugtls_error *err, uint32_t feature) noexcept {
  return fail_feature(err, feature, {},
                      "the backend does not have '%s'; choose another by need, or do without",
                      plugtls_feature_name(feature));
}

// One stub for every signature: the error is always the last parameter.
template <uint32_t feature, typename Slot>
struct Stub;

template <uint32_t feature, typename... Arguments>
struct Stub<feature, plugtls_status (*)(Arguments...)> {
  static plugtls_status answer(Arguments... arguments) noexcept {
    plugtls_error *err = nullptr;
    const auto keep = [&err]([[maybe_unused]] auto argument) {
      if constexpr (std::is_same_v<decltype(argument), plugtls_error *>) err = argument;
    };
    (keep(arguments), ...);
    return unsupported(err, feature);
  }
};

template <uint32_t feature, typename Slot>
void fill(Slot &slot) {
  if (slot == nullptr) slot = &Stub<feature, Slot>::answer;
}

size_t no_list(const plugtls_backend_context *, uint32_t, uint16_t *, size_t) noexcept {
  return 0;
}
size_t no_chain_size(const plugtls_backend_chain *) noexcept {
  return 0;
}
void no_chain_free(plugtls_backend_chain *) noexcept {}
void no_session_free(plugtls_backend_session *) noexcept {}

void fill_gaps(plugtls_backend_table &table) {
  if (table.context_list == nullptr) table.context_list = &no_list;
  if (table.chain_size == nullptr) table.chain_size = &no_chain_size;
  if (table.chain_free == nullptr) table.chain_free = &no_chain_free;
  if (table.session_free == nullptr) table.session_free = &no_session_free;
  fill<PLUGTLS_FEATURE_EFFECTIVE_CONFIG>(table.context_value);
  fill<PLUGTLS_FEATURE_TICKET_KEYS>(table.context_set_ticket_keys);
  fill<PLUGTLS_FEATURE_SET_CONTEXT>(table.connection_set_context);
  fill<PLUGTLS_FEATURE_PEER_CHAIN>(table.connection_chain);
  fill<PLUGTLS_FEATURE_PEER_CHAIN>(table.chain_at);
  fill<PLUGTLS_FEATURE_EXPORTER>(table.export_keying_material);
  fill<PLUGTLS_FEATURE_BINDING_TLS_EXPORTER>(table.channel_binding);
  fill<PLUGTLS_FEATURE_KEY_UPDATE>(table.key_update);
  fill<PLUGTLS_FEATURE_POST_HANDSHAKE_AUTH>(table.request_client_certificate);
  fill<PLUGTLS_FEATURE_EARLY_DATA>(table.write_early);
  fill<PLUGTLS_FEATURE_EARLY_DATA>(table.read_early);
  fill<PLUGTLS_FEATURE_ATTACH_FD>(table.attach_fd);
  fill<PLUGTLS_FEATURE_RESUMPTION>(table.session_get);
  fill<PLUGTLS_FEATURE_SESSION_BYTES>(table.session_export);
  fill<PLUGTLS_FEATURE_SESSION_BYTES>(table.session_import);
  fill<PLUGTLS_FEATURE_RESUMPTION>(table.session_info);
  fill<PLUGTLS_FEATURE_VERIFY_OFFLINE>(table.verify_chain);
}

const char *missing_slot(const plugtls_backend_table &table) {
  if (table.info == nullptr) return "info";
  if (table.capability == nullptr) return "capability";
  if (table.list == nullptr) return "list";
  if (table.context_create == nullptr) return "context_create";
  if (table.context_free == nullptr) return "context_free";
  if (table.connection_create == nullptr) return "connection_create";
  if (table.connection_free == nullptr) return "connection_free";
  if (table.handshake == nullptr) return "handshake";
  if (table.read == nullptr) return "read";
  if (table.write == nullptr) return "write";
  if (table.shutdown == nullptr) return "shutdown";
  if (table.pending == nullptr) return "pending";
  return table.connection_info == nullptr ? "connection_info" : nullptr;
}

// An optional slot, and a feature that is nothing without it.
struct Dependence {
  uint32_t feature;
  const char *slot;
  bool absent;
};

template <typename Slot>
Dependence needs(uint32_t feature, const char *name, Slot slot) {
  return {feature, name, slot == nullptr};
}

auto dependences(const plugtls_backend_table &table) {
  return std::array{
      needs(PLUGTLS_FEATURE_EFFECTIVE_CONFIG, "context_list", table.context_list),
      needs(PLUGTLS_FEATURE_EFFECTIVE_CONFIG, "context_value", table.context_value),
      needs(PLUGTLS_FEATURE_TICKET_KEYS, "context_set_ticket_keys", table.context_set_ticket_keys),
      needs(PLUGTLS_FEATURE_SET_CONTEXT, "connection_set_context", table.connection_set_context),
      needs(PLUGTLS_FEATURE_PEER_CHAIN, "connection_chain", table.connection_chain),
      needs(PLUGTLS_FEATURE_PEER_CHAIN, "chain_size", table.chain_size),
      needs(PLUGTLS_FEATURE_PEER_CHAIN, "chain_at", table.chain_at),
      needs(PLUGTLS_FEATURE_PEER_CHAIN, "chain_free", table.chain_free),
      needs(PLUGTLS_FEATURE_VERIFIED_CHAIN, "connection_chain", table.connection_chain),
      needs(PLUGTLS_FEATURE_EXPORTER, "export_keying_material", table.export_keying_material),
      needs(PLUGTLS_FEATURE_BINDING_TLS_EXPORTER, "channel_binding", table.channel_binding),
      needs(PLUGTLS_FEATURE_BINDING_TLS_SERVER_END_POINT, "channel_binding", table.channel_binding),
      needs(PLUGTLS_FEATURE_KEY_UPDATE, "key_update", table.key_update),
      needs(PLUGTLS_FEATURE_POST_HANDSHAKE_AUTH, "request_client_certificate",
            table.request_client_certificate),
      needs(PLUGTLS_FEATURE_EARLY_DATA, "write_early", table.write_early),
      needs(PLUGTLS_FEATURE_EARLY_DATA, "read_early", table.read_early),
      needs(PLUGTLS_FEATURE_ATTACH_FD, "attach_fd", table.attach_fd),
      needs(PLUGTLS_FEATURE_RESUMPTION, "session_get", table.session_get),
      needs(PLUGTLS_FEATURE_RESUMPTION, "session_info", table.session_info),
      needs(PLUGTLS_FEATURE_RESUMPTION, "session_free", table.session_free),
      needs(PLUGTLS_FEATURE_SESSION_BYTES, "session_export", table.session_export),
      needs(PLUGTLS_FEATURE_SESSION_BYTES, "session_import", table.session_import),
      needs(PLUGTLS_FEATURE_VERIFY_OFFLINE, "verify_chain", table.verify_chain),
  };
}

// P-CAP-2: what is declared whole has its slots. What is partial may leave one out, whose calls are then refused.
bool keeps_its_word(const plugtls_backend_table &table, const plugtls_backend_instance *instance,
                    std::string &why) {
  for (const Dependence &each : dependences(table)) {
    if (!each.absent) continue;
    plugtls_capability capability{};
    capability.size = sizeof capability;
    table.capability(instance, each.feature, &capability);
    if (capability.level != PLUGTLS_YES) continue;
    why = std::string("it declares the feature '") + plugtls_feature_name(each.feature) +
          "', and its table lacks the slot '" + each.slot + "'";
    return false;
  }
  return true;
}

constexpr std::size_t largest_table = 65536;

}  // namespace

bool adopt_table(const plugtls_backend_export &exported, plugtls_backend_table &out, int32_t &code,
                 std::string &why) {
  const plugtls_backend_table *theirs = exported.table;
  code = PLUGTLS_E_BACKEND_BROKEN;
  if (theirs == nullptr) {
    why = "its entry function succeeded without handing out a table";
    return false;
  }
  if (theirs->size < offsetof(plugtls_backend_table, info) || theirs->size > largest_table ||
      theirs->size % sizeof(void *) != 0) {
    why = "its table claims a size of " + std::to_string(theirs->size) + " bytes";
    return false;
  }
  if (theirs->abi_major != PLUGTLS_ABI_MAJOR) {
    code = PLUGTLS_E_ABI;
    why = "its table is of ABI " + std::to_string(theirs->abi_major) +
          " though its ELF note says otherwise";
    return false;
  }
  out = {};
  std::memcpy(&out, theirs, std::min<std::size_t>(theirs->size, sizeof out));
  out.size = sizeof out;
  if (const char *slot = missing_slot(out)) {
    why = std::string("its table lacks the required slot '") + slot + "'";
    return false;
  }
  return true;
}

bool complete_table(const plugtls_backend_instance *instance, plugtls_backend_table &table,
                    std::string &why) {
  if (!keeps_its_word(table, instance, why)) return false;
  fill_gaps(table);
  return true;
}

}  // namespace plugtls::loader
