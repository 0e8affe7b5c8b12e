// SPDX-License-Identifier: Apache-2.0
// The manifests of this machine and their fates.
#pragma once

#include "environment.hpp"
#include "log.hpp"
#include "manifest.hpp"
#include "plugtls/plugtls.h"
#include "resolve.hpp"

#include <optional>
#include <string>
#include <vector>

namespace plugtls::loader {

struct Candidate {
  uint32_t origin = 0;
  uint32_t stage = PLUGTLS_STAGE_FOUND;
  bool is_wrapper_alone = false;  // refused because it was opened over nothing; a layer it may be
  int32_t code = 0;
  Manifest manifest;
  std::string path;     // of the manifest
  std::string library;  // resolved, or as written
  std::string detail;
};

struct Directory {
  uint32_t origin = 0;
  bool searched = false;
  std::string path;
  std::string detail;
};

}  // namespace plugtls::loader

struct plugtls_registry {
  plugtls::loader::Environment environment;
  plugtls::loader::Log log;
  std::vector<plugtls::loader::Directory> directories;
  std::vector<plugtls::loader::Candidate> candidates;
  std::optional<plugtls::loader::Choice> configured;
  // What the newest resolution pointed its views at.
  plugtls::loader::Resolution resolution;
  std::vector<const char *> resolution_names;

  // The manifest that a name stands for, refused or not; nullptr if there is none.
  plugtls::loader::Candidate *find(std::string_view name);
  std::string known_names() const;
  std::string searched_places() const;
};
