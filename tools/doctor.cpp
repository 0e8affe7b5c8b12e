// SPDX-License-Identifier: Apache-2.0
// plugtls doctor: walks the precedence, opens every backend, and says what is wrong and what to do next.
#include "arguments.hpp"
#include "backends_json.hpp"
#include "terminal.hpp"
#include "trial.hpp"
#include "verb.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>

namespace plugtls::tools {

namespace {

struct DoctorOptions {
  bool json = false;
  double timeout = 20;
};

// One candidate and how opening it went; nothing for those a better one shadows.
struct Patient {
  Candidate candidate;
  std::optional<TrialResult> trial;

  bool is_well() const { return candidate.stage == Stage::shadowed || (trial && trial->opened); }
  std::string words() const {
    if (trial) return trial->text;
    return candidate.detail;
  }
};

constexpr const char *variables[] = {"PLUGTLS_BACKEND", "PLUGTLS_CONFIG", "PLUGTLS_PLUGIN_PATH",
                                     "PLUGTLS_LOG",     "XDG_DATA_HOME",  "XDG_CONFIG_HOME",
                                     "SSL_CERT_FILE",   "SSLKEYLOGFILE"};

std::vector<Patient> examine(const std::vector<Candidate> &candidates,
                             std::chrono::milliseconds limit) {
  std::vector<Patient> out;
  for (const Candidate &candidate : candidates) {
    Patient patient{candidate, std::nullopt};
    if (candidate.stage == Stage::found) patient.trial = try_to_open(candidate.name, limit);
    out.push_back(std::move(patient));
  }
  return out;
}

// What was asked for and is not there, or is there and does not open; empty when all is well.
std::string complaint(const Resolution &resolution, const std::vector<Patient> &patients) {
  if (patients.empty()) return "no backend is installed";
  if (resolution.rule != Rule::priority)
    for (const std::string &wanted : resolution.names) {
      // A wrapper's layers are looked at one by one above.
      if (wanted.find('(') != std::string::npos) continue;
      const auto found =
          std::find_if(patients.begin(), patients.end(), [&](const Patient &patient) {
            return patient.candidate.name == wanted && patient.candidate.stage != Stage::shadowed;
          });
      if (found == patients.end())
        return fmt::format("{} asks for '{}', and there is no such backend", resolution.source,
                           wanted);
      if (!found->is_well())
        return fmt::format("{} asks for '{}', which cannot be opened", resolution.source, wanted);
    }
  const bool any_well =
      std::any_of(patients.begin(), patients.end(), [](const Patient &p) { return p.is_well(); });
  if (!any_well) return "none of the backends can be opened";
  for (const Patient &patient : patients)
    if (!patient.is_well())
      return fmt::format("backend '{}' cannot be opened", patient.candidate.name);
  return {};
}

std::string advice(const std::string &complaint, const Resolution &resolution,
                   const std::vector<Patient> &patients) {
  if (complaint.empty()) return {};
  if (patients.empty())
    return "install a backend, or name a directory with one in PLUGTLS_PLUGIN_PATH";
  if (resolution.rule == Rule::environment) return "unset PLUGTLS_BACKEND";
  return "PLUGTLS_LOG=debug plugtls info";
}

void print_environment() {
  fmt::print("{}\n", styled(Style::strong, "Environment", 1));
  for (const char *variable : variables) {
    const char *value = std::getenv(variable);
    fmt::print("  {:<20} {}\n", variable,
               value != nullptr ? harmless(value) : styled(Style::faint, "not set", 1));
  }
}

void print_directories(const std::vector<SearchDirectory> &directories) {
  fmt::print("\n{}\n", styled(Style::strong, "Searched, first name wins", 1));
  for (const SearchDirectory &directory : directories)
    fmt::print("  {:<12} {}{}\n", name(directory.origin), harmless(directory.path),
               directory.searched ? "" : " (not searched: " + harmless(directory.detail) + ")");
}

void print_patients(const std::vector<Patient> &patients) {
  fmt::print("\n{}\n", styled(Style::strong, "Backends", 1));
  for (const Patient &patient : patients) {
    const bool shadowed = patient.candidate.stage == Stage::shadowed;
    const Style style = shadowed ? Style::faint : patient.is_well() ? Style::good : Style::bad;
    const char *word = shadowed ? "shadowed" : patient.is_well() ? "good" : "refused";
    fmt::print("  {:<12} {} {}\n", harmless(patient.candidate.name),
               styled(style, fmt::format("{:<9}", word), 1), harmless(patient.words()));
    fmt::print("  {:<22} {}\n", "", styled(Style::faint, harmless(patient.candidate.manifest), 1));
  }
}

Json patient_json(const Patient &patient) {
  Json out = to_json(patient.candidate);
  if (patient.trial) out["opened"] = patient.trial->opened;
  if (patient.trial)
    out[patient.trial->opened ? "library_version" : "detail"] = patient.trial->text;
  return out;
}

Exit doctor(const DoctorOptions &options) {
  Registry registry;
  const Resolution resolution = registry.resolve();
  const std::vector<Patient> patients =
      examine(registry.candidates(), parse_seconds(options.timeout));
  const std::string wrong = complaint(resolution, patients);
  const std::string next = advice(wrong, resolution, patients);
  if (options.json) {
    Json out = {{"healthy", wrong.empty()}, {"resolution", to_json(resolution)}};
    for (const char *variable : variables) {
      const char *value = std::getenv(variable);
      out["environment"][variable] = value != nullptr ? Json(value) : Json(nullptr);
    }
    for (const SearchDirectory &directory : registry.directories())
      out["directories"].push_back(to_json(directory));
    for (const Patient &patient : patients)
      out["backends"].push_back(patient_json(patient));
    if (!wrong.empty()) out["complaint"] = wrong;
    if (!next.empty()) out["next"] = next;
    fmt::print("{}\n", dump(out));
    return wrong.empty() ? Exit::good : Exit::differs;
  }
  print_environment();
  print_directories(registry.directories());
  print_patients(patients);
  fmt::print("\nChosen by {}: {}\n", harmless(resolution.source),
             resolution.names.empty()
                 ? "nothing"
                 : harmless(fmt::format("{}", fmt::join(resolution.names, ", then "))));
  if (wrong.empty()) {
    fmt::print("{}\n", styled(Style::good, "All is well.", 1));
    return Exit::good;
  }
  fmt::print("{} {}.\nNext: {}\n", styled(Style::bad, "Wrong:", 1), harmless(wrong), next);
  return Exit::differs;
}

}  // namespace

Run add_doctor(CLI::App &app) {
  auto options = std::make_shared<DoctorOptions>();
  CLI::App *verb = app.add_subcommand(
      "doctor", "Say where backends were looked for, whether each opens, and which is chosen");
  verb->add_flag("--json", options->json, "Print JSON");
  verb->add_option("--timeout", options->timeout, "Seconds for opening one backend")
      ->capture_default_str();
  verb->footer(
      "Each backend is opened in a process of its own, so that one that crashes or hangs costs "
      "only\n"
      "itself.\n\n"
      "Examples:\n"
      "  plugtls doctor\n"
      "  PLUGTLS_BACKEND=wolfssl plugtls doctor\n\n"
      "Exit status: 0 when all is well, 1 when something is wrong.");
  return [options] { return doctor(*options); };
}

}  // namespace plugtls::tools
