// SPDX-License-Identifier: Apache-2.0
// Backends, candidates and errors as JSON.
#pragma once

#include <plugtls/plugtls.hpp>

#include <nlohmann/json.hpp>

#include <string>

namespace plugtls::tools {

using Json = nlohmann::ordered_json;

inline Json to_json(const Candidate &candidate) {
  Json out = {{"name", candidate.name},           {"stage", name(candidate.stage)},
              {"origin", name(candidate.origin)}, {"priority", candidate.priority},
              {"abi_major", candidate.abi_major}, {"manifest", candidate.manifest},
              {"library", candidate.library},     {"description", candidate.description},
              {"vendor", candidate.vendor},       {"license", candidate.license},
              {"isolation", candidate.isolation}};
  if (candidate.code != errc::none) out["code"] = name(candidate.code);
  if (!candidate.detail.empty()) out["detail"] = candidate.detail;
  return out;
}

inline Json to_json(const SearchDirectory &directory) {
  return {{"path", directory.path},
          {"origin", name(directory.origin)},
          {"searched", directory.searched},
          {"detail", directory.detail}};
}

inline Json to_json(const Resolution &resolution) {
  return {
      {"rule", name(resolution.rule)}, {"source", resolution.source}, {"names", resolution.names}};
}

inline Json to_json(const TlsError &error) {
  Json out = {{"code", name(error.value())}, {"message", error.what()}};
  if (!error.backend().empty()) out["backend"] = error.backend();
  return out;
}

// What a manifest or a library says of itself need not be UTF-8.
inline std::string dump(const Json &json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace plugtls::tools
