// SPDX-License-Identifier: Apache-2.0
// plugtls info: all that one backend says of itself.
#include "backends_json.hpp"
#include "terminal.hpp"
#include "verb.hpp"

#include <fmt/core.h>

#include <memory>

namespace plugtls::tools {

namespace {

struct InfoOptions {
  std::string backend;
  bool json = false;
};

template <typename Number>
std::vector<std::string> names_of(const std::vector<Number> &numbers) {
  std::vector<std::string> out;
  for (const Number number : numbers)
    out.emplace_back(name(number));
  return out;
}

Json info_json(const Backend &backend) {
  Json out = {{"name", backend.name()},
              {"version", backend.version()},
              {"library", backend.library()},
              {"library_version", backend.library_version()},
              {"library_built", backend.library_built()},
              {"abi", fmt::format("{}.{}", backend.abi_major(), backend.abi_minor())},
              {"path", backend.path()},
              {"manifest", backend.manifest()},
              {"versions", names_of(backend.versions())},
              {"cipher_suites", names_of(backend.cipher_suites())},
              {"groups", names_of(backend.groups())},
              {"signature_schemes", names_of(backend.signature_schemes())},
              {"features", Json::object()}};
  for (const Feature feature : all_features()) {
    const Capability capability = backend.capability(feature);
    out["features"][std::string(name(feature))] = {
        {"level", name(capability.level)}, {"value", capability.value}, {"note", capability.note}};
  }
  return out;
}

void print_names(const char *title, const std::vector<std::string> &names) {
  fmt::print("\n{} ({})\n", styled(Style::strong, title, 1), names.size());
  for (const std::string &each : names)
    fmt::print("  {}\n", each);
}

void print_features(const Backend &backend) {
  fmt::print("\n{}\n", styled(Style::strong, "Features", 1));
  for (const Feature feature : all_features()) {
    const Capability capability = backend.capability(feature);
    const Style style = capability.level == Level::yes  ? Style::good
                        : capability.level == Level::no ? Style::faint
                                                        : Style::warning;
    std::string line = fmt::format("  {:<28} {}", name(feature),
                                   styled(style, fmt::format("{:<7}", name(capability.level)), 1));
    if (capability.value != 0) line += fmt::format(" {}", capability.value);
    if (!capability.note.empty()) line += " " + harmless(capability.note);
    line.erase(line.find_last_not_of(' ') + 1);
    fmt::print("{}\n", line);
  }
}

Exit info(const InfoOptions &options) {
  const Backend backend = Backend::open(options.backend);
  if (options.json) {
    fmt::print("{}\n", dump(info_json(backend)));
    return Exit::good;
  }
  fmt::print("{} {}\n", styled(Style::strong, backend.name(), 1), backend.version());
  fmt::print("  library   {} {} (built against {})\n", backend.library(), backend.library_version(),
             backend.library_built());
  fmt::print("  ABI       {}.{}\n  file      {}\n  manifest  {}\n", backend.abi_major(),
             backend.abi_minor(), backend.path(), backend.manifest());
  print_features(backend);
  print_names("Versions", names_of(backend.versions()));
  print_names("Cipher suites", names_of(backend.cipher_suites()));
  print_names("Groups", names_of(backend.groups()));
  print_names("Signature schemes", names_of(backend.signature_schemes()));
  return Exit::good;
}

}  // namespace

Run add_info(CLI::App &app) {
  auto options = std::make_shared<InfoOptions>();
  CLI::App *verb = app.add_subcommand("info", "Open a backend and tell all it can do");
  verb->add_option("backend", options->backend,
                   "Its name, or names to try in order; without one: the one that would be used");
  verb->add_flag("--json", options->json, "Print JSON");
  verb->footer(
      "Examples:\n"
      "  plugtls info\n"
      "  plugtls info openssl\n"
      "  plugtls info --json | jq .features.alpn");
  return [options] { return info(*options); };
}

}  // namespace plugtls::tools
