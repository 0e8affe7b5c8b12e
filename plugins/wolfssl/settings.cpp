// SPDX-License-Identifier: Apache-2.0
#include "settings.hpp"

#include <plugtls/kit/secure_bytes.hpp>

#include <algorithm>
#include <vector>

namespace plugtls::wolfssl {

namespace {

// Anchors and CRLs, in whatever order they came.
void add_store(Hasher &hasher, const Store &store) {
  std::vector<Digest> each;
  for (const auto &anchor : store.anchors)
    each.push_back(Hasher().add(anchor).finish());
  for (const auto &crl : store.revocations)
    each.push_back(Hasher().add(crl).finish());
  std::sort(each.begin(), each.end());
  for (const Digest &digest : each)
    hasher.add(digest);
}

void add_numbers(Hasher &hasher, const std::vector<uint16_t> &numbers) {
  hasher.add(uint64_t{numbers.size()});
  for (const uint16_t number : numbers)
    hasher.add(uint64_t{number});
}

// What the program's own callback lets pass, only that callback can answer for: such sessions are this context's alone.
void add_program(Hasher &hasher, const plugtls_backend_callbacks &callbacks) {
  if (callbacks.verify == nullptr) return;
  Digest own{};
  fill_random(own);
  hasher.add(own);
}

}  // namespace

Digest settings_digest(const plugtls_backend_context &context, const plugtls_config &config) {
  Hasher hasher;
  hasher.add("plugtls wolfssl 3").add(uint64_t{context.role}).add(context.flags);
  hasher.add(uint64_t{context.client_auth}).add(uint64_t{context.verify_depth});
  hasher.add(uint64_t{context.ocsp}).add(uint64_t{context.crl_check});
  hasher.add(static_cast<uint64_t>(config.verify_time));
  hasher.add(uint64_t{context.versions.min}).add(uint64_t{context.versions.max});
  add_numbers(hasher, context.suites);
  add_numbers(hasher, context.groups);
  add_numbers(hasher, context.schemes);
  hasher.add(uint64_t{context.identities.size()});
  for (const Identity &identity : context.identities)
    hasher.add(identity.chain.front());
  if (context.store) add_store(hasher, *context.store);
  hasher.add(context.psk.identity).add(context.psk.key).add(uint64_t{context.psk.hash});
  hasher.add(uint64_t{context.callbacks.psk != nullptr ? 1U : 0U});
  add_program(hasher, context.callbacks);
  return hasher.finish();
}

Digest peer_digest(const plugtls_peer &peer, bool name_checked) {
  Hasher hasher;
  hasher.add(std::string_view(peer.server_name != nullptr ? peer.server_name : ""));
  hasher.add(uint64_t{name_checked ? 1U : 0U});
  for (uint32_t i = 0; i < peer.subject_count; ++i)
    hasher.add(uint64_t{peer.subjects[i].kind}).add(kit::as_span(peer.subjects[i].value));
  return hasher.finish();
}

}  // namespace plugtls::wolfssl
