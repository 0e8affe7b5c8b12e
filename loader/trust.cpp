// SPDX-License-Identifier: Apache-2.0
#include "trust.hpp"

#include <sys/stat.h>

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace plugtls::loader {

namespace {

// Group-writable is as good as ours where the group is this process's own, as with user private groups.
bool writable_by_others(const struct stat &status, bool ancestor, bool privileged) {
  if (ancestor && (status.st_mode & S_ISVTX) != 0) return false;
  if ((status.st_mode & S_IWOTH) != 0) return true;
  return (status.st_mode & S_IWGRP) != 0 && (privileged || status.st_gid != getegid());
}

std::string distrust_one(const std::string &path, bool ancestor, bool privileged) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return path + ": " + std::strerror(errno);
  if (status.st_uid != 0 && status.st_uid != geteuid())
    return path + " belongs to user " + std::to_string(status.st_uid) +
           ", neither root nor this process's user; try: chown root " + path;
  if (writable_by_others(status, ancestor, privileged))
    return path + " can be written by others; try: chmod go-w " + path;
  return {};
}

}  // namespace

std::string resolve_path(const std::string &path, std::string &why) {
  const std::unique_ptr<char, decltype(&std::free)> resolved(realpath(path.c_str(), nullptr),
                                                             &std::free);
  if (resolved) return resolved.get();
  why = path + ": " + std::strerror(errno);
  return {};
}

std::string distrust(const std::string &path, bool privileged) {
  std::string why = distrust_one(path, false, privileged);
  std::string at = path;
  for (bool first = true; why.empty() && at != "/" && !at.empty(); first = false) {
    const auto slash = at.rfind('/');
    at = slash == 0 ? "/" : at.substr(0, slash);
    why = distrust_one(at, !first, privileged);
  }
  return why;
}

}  // namespace plugtls::loader
