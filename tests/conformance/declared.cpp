// SPDX-License-Identifier: Apache-2.0
// The end of the conformance run: what each backend has not got.
#include "cases.hpp"
#include "support/summary.hpp"

#include <sstream>

namespace {

plugtls_capability ask(const std::string &backend, uint32_t feature) {
  plugtls_capability out{};
  out.size = sizeof out;
  plugtls_backend_capability(open_backend(backend), feature, &out);
  return out;
}

std::string library_of(const std::string &backend) {
  plugtls_backend_description out{};
  out.size = sizeof out;
  plugtls_backend_describe(open_backend(backend), &out);
  return std::string(out.library) + " " + out.library_version;
}

// "  cert_ed25519: Mbed TLS has no Ed25519 certificates"
std::string line_of(uint32_t feature, const plugtls_capability &answer) {
  const std::string part = answer.level == PLUGTLS_PARTIAL ? " (partly)" : "";
  return std::string("  ") + plugtls_feature_name(feature) + part + ": " + answer.note + '\n';
}

}  // namespace

TEST_CASE("B3 what a backend has not got is declared, with the reason", "[declared]") {
  std::ostringstream out;
  for (const std::string &name : backend_names()) {
    INFO("backend " << name);
    out << name << " (" << library_of(name) << ") declares missing:\n";
    for (uint32_t feature = PLUGTLS_FEATURE_NONE + 1; feature < PLUGTLS_FEATURE_COUNT; ++feature) {
      INFO(plugtls_feature_name(feature));
      const plugtls_capability answer = ask(name, feature);
      REQUIRE(answer.level <= PLUGTLS_YES);
      CHECK((answer.note[0] == '\0') == (answer.level == PLUGTLS_YES));
      if (answer.level != PLUGTLS_YES) out << line_of(feature, answer);
    }
  }
  publish("conformance_missing", out.str());
}

TEST_CASE("P-CAP-1 answers are the same before and after work, and a feature nobody has is missing",
          "[declared]") {
  FOR_EVERY_BACKEND(name);
  std::vector<plugtls_capability> before;
  for (uint32_t feature = 0; feature < PLUGTLS_FEATURE_COUNT; ++feature)
    before.push_back(ask(name, feature));
  Pair({name, name}).connect();
  for (uint32_t feature = 0; feature < PLUGTLS_FEATURE_COUNT; ++feature) {
    INFO(plugtls_feature_name(feature));
    const plugtls_capability after = ask(name, feature);
    CHECK(after.level == before[feature].level);
    CHECK(after.value == before[feature].value);
    CHECK(std::string(after.note) == before[feature].note);
  }
  CHECK(before[PLUGTLS_FEATURE_NONE].level == PLUGTLS_NO);
  CHECK(ask(name, 9999).level == PLUGTLS_NO);
}
