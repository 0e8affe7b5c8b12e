// SPDX-License-Identifier: Apache-2.0
#include "settings.hpp"

#include "error.hpp"

#include <plugtls/kit/secure_bytes.hpp>

#include <algorithm>
#include <vector>

namespace plugtls::mbedtls {

namespace {

Digest digest_of(const mbedtls_x509_buf &raw) {
  return Hasher().add(std::span<const uint8_t>(raw.p, raw.len)).finish();
}

// Anchors and CRLs, in whatever order they came.
void add_store(Hasher &hasher, const Store &store) {
  std::vector<Digest> each;
  for (const kit::PathCertificate &anchor : store.facts)
    each.push_back(Hasher().add(anchor.der).finish());
  for (const mbedtls_x509_crl *crl = store.crls.get(); crl != nullptr && crl->raw.p != nullptr;
       crl = crl->next)
    each.push_back(digest_of(crl->raw));
  std::sort(each.begin(), each.end());
  for (const Digest &digest : each)
    hasher.add(digest);
}

template <class Number>
void add_numbers(Hasher &hasher, const std::vector<Number> &numbers) {
  hasher.add(uint64_t{numbers.size()});
  for (const Number number : numbers)
    hasher.add(static_cast<uint64_t>(number));
}

// What the program's own callback lets pass, only that callback can answer for: such sessions are this context's alone.
void add_program(Hasher &hasher, const plugtls_backend_callbacks &callbacks) {
  if (callbacks.verify == nullptr) return;
  Digest own{};
  require(random(nullptr, own.data(), own.size()), "make random bytes");
  hasher.add(own);
}

}  // namespace

Digest settings_digest(const plugtls_backend_context &context, const plugtls_config &config) {
  Hasher hasher;
  hasher.add("plugtls mbedtls 1").add(uint64_t{context.role}).add(context.flags);
  hasher.add(uint64_t{context.client_auth}).add(uint64_t{context.verify_depth});
  hasher.add(uint64_t{context.crl_check}).add(static_cast<uint64_t>(config.verify_time));
  hasher.add(uint64_t{context.versions.min}).add(uint64_t{context.versions.max});
  // Not the key, which bytes that leave the process must not tell anything of.
  hasher.add(std::span<const uint8_t>(context.psk_identity));
  add_numbers(hasher, context.suites);
  add_numbers(hasher, context.groups);
  add_numbers(hasher, context.schemes);
  hasher.add(uint64_t{context.identities.size()});
  for (const auto &identity : context.identities)
    hasher.add(digest_of(identity->chain->raw));
  if (context.store) add_store(hasher, *context.store);
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

}  // namespace plugtls::mbedtls
