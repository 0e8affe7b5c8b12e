// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include "error.hpp"

#include <algorithm>

namespace plugtls::loader {

namespace {

constexpr std::string_view advice = "; run 'plugtls doctor'";
constexpr std::string_view cut_mark = "...";
constexpr std::size_t longest_message = sizeof(plugtls_error::message) - 1;
constexpr std::size_t longest_head = 200;  // a path in it may have thousands of bytes
constexpr std::size_t least_reason = 60;   // shorter than this a reason says nothing

std::string shortened(std::string text, std::size_t room) {
  if (text.size() <= room) return text;
  std::size_t size = room - cut_mark.size();
  const auto is_continuation = [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
  };
  while (size > 0 && is_continuation(text[size]))
    --size;  // no half character
  return text.substr(0, size).append(cut_mark);
}

std::size_t room_after(const std::string &head) {
  return longest_message - head.size() - advice.size();
}

// The advice is what a person does next: a long list must not push it off the end.
std::string with_advice(const std::string &head, std::string middle) {
  return head + shortened(std::move(middle), room_after(head)).append(advice);
}

std::string listed(const std::vector<Attempt> &attempts, std::size_t count, std::size_t longest) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += (i == 0 ? "" : "; ") +
           shortened(attempts[i].name + ": " + attempts[i].refusal.detail, longest);
  if (count < attempts.size()) out += "; and " + std::to_string(attempts.size() - count) + " more";
  return out;
}

// Every reason whole if there is room, else all cut alike, else as many as there is room for.
std::string reasons(const std::vector<Attempt> &attempts, std::size_t room) {
  std::string whole = listed(attempts, attempts.size(), longest_message);
  if (whole.size() <= room) return whole;
  const std::size_t separator = 2;
  const std::size_t share = std::max(room / attempts.size(), least_reason + separator) - separator;
  std::size_t count = attempts.size();
  while (count > 1 && listed(attempts, count, share).size() > room)
    --count;
  return listed(attempts, count, share);
}

std::string asked_by(const Resolution &resolution) {
  switch (resolution.rule) {
    case PLUGTLS_RULE_ARGUMENT:
      return "asked for by the program";
    case PLUGTLS_RULE_ENVIRONMENT:
      return "asked for by $PLUGTLS_BACKEND";
    case PLUGTLS_RULE_CONFIG:
      return "asked for by the configuration (" + resolution.source + ")";
    default:
      return "by priority";
  }
}

plugtls_status fail_with(plugtls_error *err, int32_t code, const std::string &message) {
  return fail(err, code, "%s", message.c_str());
}

plugtls_status report_one(const plugtls_registry &registry, const Attempt &only,
                          plugtls_error *err) {
  const bool missing = only.refusal.code == PLUGTLS_E_BACKEND_NOT_FOUND;
  const std::string exists = missing ? "; installed: " + registry.known_names() : "";
  const std::string head = shortened("backend '" + shortened(only.name, longest_head / 2) + "', " +
                                         asked_by(registry.resolution),
                                     longest_head) +
                           ", cannot be used: ";
  return fail_with(err, only.refusal.code, with_advice(head, only.refusal.detail + exists));
}

bool is_unmet(const Attempt &attempt) {
  return attempt.refusal.code == PLUGTLS_E_NEED_UNMET;
}

}  // namespace

plugtls_status report(const plugtls_registry &registry, const std::vector<Attempt> &attempts,
                      uint32_t feature, plugtls_error *err) {
  if (attempts.empty())
    return fail_with(err, PLUGTLS_E_BACKEND_NOT_FOUND,
                     with_advice("no backend was found in ", registry.searched_places()));
  if (attempts.size() == 1 && !is_unmet(attempts[0])) return report_one(registry, attempts[0], err);
  const bool needs_only = std::ranges::all_of(attempts, is_unmet);
  const std::string head =
      shortened("no backend can be used, " + asked_by(registry.resolution), longest_head) + ": ";
  fail_with(err, needs_only ? PLUGTLS_E_NEED_UNMET : PLUGTLS_E_BACKEND_UNUSABLE,
            with_advice(head, reasons(attempts, room_after(head))));
  if (needs_only && err != nullptr && err->size >= sizeof(plugtls_error)) err->feature = feature;
  return PLUGTLS_FAILED;
}

}  // namespace plugtls::loader
