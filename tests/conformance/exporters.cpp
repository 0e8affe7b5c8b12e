// SPDX-License-Identifier: Apache-2.0
#include "cases.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace {

// Nothing if the backend has no exporters; that it says so is checked then.
std::optional<std::string> material(const End &end, const std::string &backend, const char *label,
                                    std::optional<std::string_view> context, size_t size = 32) {
  std::string out(size, '\0');
  Error error;
  const plugtls_bytes bytes = context ? as_bytes(*context) : plugtls_bytes{nullptr, 0};
  const plugtls_status status = plugtls_export_keying_material(
      end.get(), label, bytes, reinterpret_cast<uint8_t *>(out.data()), out.size(), &error);
  if (supports(backend, PLUGTLS_FEATURE_EXPORTER)) {
    INFO(error.text());
    REQUIRE(status == PLUGTLS_OK);
    return out;
  }
  CHECK(status == PLUGTLS_FAILED);
  check_unsupported(error, PLUGTLS_FEATURE_EXPORTER, backend);
  return std::nullopt;
}

std::optional<std::string> binding(const End &end, const std::string &backend, uint32_t which,
                                   uint32_t feature) {
  uint8_t out[64] = {};
  size_t size = 0;
  Error error;
  const plugtls_status status =
      plugtls_channel_binding(end.get(), which, out, sizeof out, &size, &error);
  if (supports(backend, feature)) {
    INFO(error.text());
    REQUIRE(status == PLUGTLS_OK);
    return as_string({out, size});
  }
  CHECK(status == PLUGTLS_FAILED);
  check_unsupported(error, feature, backend);
  return std::nullopt;
}

}  // namespace

TEST_CASE("B9 both ends export the same, and something else for every label", "[exporters]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.client.version(version);
  Pair pair(ends, options);
  pair.connect();
  const auto client = material(pair.client, ends.client, "EXPERIMENTAL one", "context");
  const auto server = material(pair.server, ends.server, "EXPERIMENTAL one", "context");
  if (!client || !server) return;
  CHECK((client == server));
  CHECK(client != std::string(32, '\0'));
  CHECK((material(pair.client, ends.client, "EXPERIMENTAL two", "context") != client));
  CHECK((material(pair.client, ends.client, "EXPERIMENTAL one", "other") != client));
  // RFC 5705, 4: TLS 1.2 tells no context from an empty one; RFC 8446, 7.5: TLS 1.3 does not.
  const auto none = material(pair.client, ends.client, "EXPERIMENTAL one", std::nullopt);
  const auto empty = material(pair.client, ends.client, "EXPERIMENTAL one", "");
  CHECK((none == empty) == (version == PLUGTLS_VERSION_TLS1_3));
  CHECK((material(pair.server, ends.server, "EXPERIMENTAL one", std::nullopt) == none));
  CHECK((material(pair.server, ends.server, "EXPERIMENTAL one", "") == empty));
}

TEST_CASE("B9 tls-exporter is the exporter of RFC 9266, the same on both ends", "[exporters]") {
  FOR_EVERY_PAIR(ends);
  Pair pair(ends);
  pair.connect();
  constexpr uint32_t which = PLUGTLS_BINDING_TLS_EXPORTER;
  constexpr uint32_t feature = PLUGTLS_FEATURE_BINDING_TLS_EXPORTER;
  const auto client = binding(pair.client, ends.client, which, feature);
  const auto server = binding(pair.server, ends.server, which, feature);
  if (!client || !server) return;
  CHECK(client->size() == 32);
  CHECK((client == server));
  if (supports(ends.client, PLUGTLS_FEATURE_EXPORTER))
    CHECK((material(pair.client, ends.client, "EXPORTER-Channel-Binding", "") == client));
}

TEST_CASE("B9 tls-server-end-point is the certificate's hash, the same on both ends",
          "[exporters]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  PairOptions options;
  options.client.version(version);
  Pair pair(ends, options);
  pair.connect();
  constexpr uint32_t which = PLUGTLS_BINDING_TLS_SERVER_END_POINT;
  constexpr uint32_t feature = PLUGTLS_FEATURE_BINDING_TLS_SERVER_END_POINT;
  const auto client = binding(pair.client, ends.client, which, feature);
  const auto server = binding(pair.server, ends.server, which, feature);
  if (!client || !server) return;
  CHECK(client->size() == 32);  // SHA-256, as the certificate's signature
  CHECK((client == server));
}

TEST_CASE("B9 the key log callback sees NSS lines, the same on both ends", "[exporters]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  std::vector<std::string> client, server;
  const auto collect = [](Config *config, std::vector<std::string> *lines) {
    config->callbacks.user = lines;
    config->callbacks.insecure_keylog = [](void *self, plugtls_connection *, const char *line) {
      static_cast<std::vector<std::string> *>(self)->emplace_back(line);
    };
  };
  PairOptions options;
  options.client.version(version);
  collect(&options.client, &client);
  collect(&options.server, &server);
  const bool one = made_or_refused(ends.client, options.client, PLUGTLS_FEATURE_KEYLOG);
  const bool other = made_or_refused(ends.server, options.server, PLUGTLS_FEATURE_KEYLOG);
  if (!one || !other) return;
  Pair(ends, options).connect();
  std::sort(client.begin(), client.end());
  std::sort(server.begin(), server.end());
  CHECK((client == server));
  const std::string label =
      version == PLUGTLS_VERSION_TLS1_3 ? "CLIENT_TRAFFIC_SECRET_0 " : "CLIENT_RANDOM ";
  CHECK(std::any_of(client.begin(), client.end(),
                    [&](const std::string &line) { return line.rfind(label, 0) == 0; }));
}

TEST_CASE("B9 SSLKEYLOGFILE is obeyed only where the program allows it", "[exporters]") {
  FOR_EVERY_PAIR(ends);
  const bool allowed = GENERATE(true, false);
  const auto path = std::filesystem::temp_directory_path() /
                    ("plugtls-keylog-" + std::to_string(getpid()) + (allowed ? "-yes" : "-no"));
  std::filesystem::remove(path);
  setenv("SSLKEYLOGFILE", path.c_str(), 1);
  PairOptions options;
  if (allowed) options.client.flags = PLUGTLS_CONFIG_INSECURE_ALLOW_KEYLOG_ENV;
  if (!allowed || made_or_refused(ends.client, options.client, PLUGTLS_FEATURE_KEYLOG)) {
    Pair(ends, options).connect();
    const bool written = std::filesystem::exists(path) && std::filesystem::file_size(path) > 0;
    CHECK(written == allowed);
  }
  unsetenv("SSLKEYLOGFILE");
  std::filesystem::remove(path);
}
