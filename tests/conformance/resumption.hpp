// SPDX-License-Identifier: Apache-2.0
// Whether two ends can resume. Where they cannot, what each lacks has to be refused by name.
#ifndef PLUGTLS_TESTS_CONFORMANCE_RESUMPTION_HPP
#define PLUGTLS_TESTS_CONFORMANCE_RESUMPTION_HPP

#include "cases.hpp"

// What becomes of a connection of which one end does not resume: there is no session, and asking for one says why.
inline void check_no_session(const Ends &ends) {
  Pair pair(ends);
  pair.connect();
  CHECK(pair.to_client("hello") == "hello");
  plugtls_session *out = nullptr;
  Error error;
  CHECK(plugtls_session_get(pair.client.get(), &out, &error) == PLUGTLS_FAILED);
  CHECK(out == nullptr);
  if (supports(ends.client, PLUGTLS_FEATURE_RESUMPTION))
    CHECK(error.name() == "no_session");
  else
    check_unsupported(error, PLUGTLS_FEATURE_RESUMPTION, ends.client);
}

inline bool can_resume(const Ends &ends) {
  if (ends.support(PLUGTLS_FEATURE_RESUMPTION)) return true;
  check_no_session(ends);
  return false;
}

// Whether a backend's sessions travel as bytes.
inline bool has_session_bytes(const std::string &backend) {
  if (supports(backend, PLUGTLS_FEATURE_SESSION_BYTES)) return true;
  const ContextPtr context = make_context(backend, client_config());
  plugtls_session *out = nullptr;
  Error error;
  CHECK(plugtls_session_import(context.get(), as_bytes("rubbish"), &out, &error) == PLUGTLS_FAILED);
  check_unsupported(error, PLUGTLS_FEATURE_SESSION_BYTES, backend);
  return false;
}

#endif
