// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "path.h"

struct verdict {
  int32_t code, depth;
};

struct policy {
  bool server;     // whose certificate it is
  uint32_t depth;  // most intermediates
  int64_t now;
  const struct store *store;
  const plugtls_subject *subjects;
  size_t subject_count;  // 0: no name is looked at
};

// `shown` is how many bytes were sent as the leaf, `objections` are the library's own.
struct verdict judge(const struct policy *policy, const struct path *path, size_t shown,
                     uint32_t objections);
bool is_good(struct verdict verdict);
// Nothing failed before the name.
bool has_whole_path(struct verdict verdict);
