// SPDX-License-Identifier: Apache-2.0
// plugtls verify: what each backend thinks of a chain, side by side.
#include "arguments.hpp"
#include "exit_status.hpp"
#include "failure.hpp"
#include "terminal.hpp"
#include "verb.hpp"

#include <plugtls/plugtls.hpp>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace plugtls::tools {

namespace {

struct VerifyOptions {
  std::vector<std::string> chain;
  std::string backends = "all";
  std::string ca;
  std::vector<std::string> hosts;
  std::string time;
  std::vector<std::string> revocation_lists;
  std::string revocation_check = "chain";
  std::string staple;
  bool require_staple = false;
  std::string purpose = "server";
  bool json = false;
};

// What came of asking one backend: a verdict, or why there is none.
struct Answer {
  std::string backend;
  std::optional<ChainVerdict> verdict;
  std::string failure;
};

ServerConfig make_config(const VerifyOptions &o) {
  // Only what judges a chain matters of it.
  ServerConfig config;
  if (!o.ca.empty()) config.use_trust_store(TrustStore::from_pem_file(o.ca));
  if (!o.time.empty()) config.set_verify_time(parse_time(o.time));
  if (!o.revocation_lists.empty()) {
    std::vector<RevocationList> lists;
    for (const std::string &file : o.revocation_lists)
      lists.push_back(RevocationList::from_file(file));
    config.use_revocation_lists(std::move(lists), o.revocation_check == "leaf"
                                                      ? RevocationCheck::leaf
                                                      : RevocationCheck::chain);
  }
  if (o.require_staple)
    config.set_ocsp(OcspCheck::require);
  else if (!o.staple.empty())
    config.set_ocsp(OcspCheck::request);
  return config;
}

std::string read_staple(const std::string &path) {
  if (path.empty()) return {};
  std::ifstream in(path, std::ios::binary);
  std::string out(std::istreambuf_iterator<char>(in), {});
  if (out.empty())
    throw CLI::ValidationError("--ocsp " + path + ": it cannot be read, or is empty");
  return out;
}

Answer ask(const std::string &name, const VerifyOptions &o, const std::string &staple) {
  Answer out{name, std::nullopt, {}};
  try {
    std::vector<Certificate> chain;
    for (const std::string &file : o.chain)
      chain.push_back(Certificate::from_file(file));
    const Purpose purpose = o.purpose == "client" ? Purpose::client : Purpose::server;
    out.verdict = verify_chain(Backend::open(name), make_config(o), chain, o.hosts, purpose,
                               std::as_bytes(std::span(staple)));
  } catch (const UnsupportedError &error) {
    out.failure = error.what();
  } catch (const BackendError &error) {
    out.failure = error.what();
  }
  return out;
}

std::vector<std::string> chosen(const std::string &text) {
  std::vector<std::string> out;
  if (text == "all") {
    Registry registry;
    for (const Candidate &candidate : registry.candidates())
      out.push_back(candidate.name);
    return out;
  }
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    if (end > at) out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::string word(const Answer &answer) {
  if (!answer.verdict) return "no verdict";
  return *answer.verdict ? "good" : std::string(name(answer.verdict->code));
}

void print_table(const std::vector<Answer> &answers) {
  std::size_t names = 7;
  std::size_t words = 7;
  for (const Answer &answer : answers) {
    names = std::max(names, answer.backend.size());
    words = std::max(words, word(answer).size());
  }
  fmt::print("{:<{}}  {:<{}}  CERTIFICATE  IN WORDS\n", "BACKEND", names, "VERDICT", words);
  for (const Answer &answer : answers) {
    const bool good = answer.verdict && *answer.verdict;
    const Style style = good ? Style::good : answer.verdict ? Style::bad : Style::warning;
    const std::string verdict = styled(style, fmt::format("{:<{}}", word(answer), words), 1);
    const std::string depth = answer.verdict && answer.verdict->certificate_depth
                                  ? std::to_string(*answer.verdict->certificate_depth)
                                  : "-";
    const std::string &text =
        answer.verdict ? (good ? answer.failure : answer.verdict->text) : answer.failure;
    fmt::print("{:<{}}  {}  {:>11}  {}\n", harmless(answer.backend), names, verdict, depth,
               harmless(text));
  }
}

void print_json(const std::vector<Answer> &answers) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const Answer &answer : answers) {
    nlohmann::ordered_json row = {{"backend", answer.backend}, {"verdict", nullptr}};
    if (answer.verdict) {
      row["verdict"] = word(answer);
      row["text"] = answer.verdict->text;
      row["certificate"] = nullptr;
      if (answer.verdict->certificate_depth)
        row["certificate"] = *answer.verdict->certificate_depth;
    } else {
      row["text"] = answer.failure;
    }
    out.push_back(std::move(row));
  }
  fmt::print("{}\n", out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

// Good or refused if all that have a verdict agree.
Exit judge(const std::vector<Answer> &answers) {
  std::optional<errc> common;
  for (const Answer &answer : answers) {
    if (!answer.verdict) continue;
    if (common && *common != answer.verdict->code) return Exit::differs;
    common = answer.verdict->code;
  }
  if (!common) return Exit::no_backend;
  return *common == errc::none ? Exit::good : Exit::certificate_refused;
}

Exit verify(const VerifyOptions &o) {
  const std::string staple = read_staple(o.staple);
  std::vector<Answer> answers;
  for (const std::string &backend : chosen(o.backends))
    answers.push_back(ask(backend, o, staple));
  if (answers.empty()) {
    say("plugtls verify: no backend is installed; 'plugtls doctor' tells where it was looked for");
    return Exit::no_backend;
  }
  if (o.json)
    print_json(answers);
  else
    print_table(answers);
  return judge(answers);
}

}  // namespace

Run add_verify(CLI::App &app) {
  auto o = std::make_shared<VerifyOptions>();
  CLI::App *verb =
      app.add_subcommand("verify", "Judge a certificate chain by every backend, side by side");
  verb->add_option("chain", o->chain,
                   "Files of the chain, PEM or DER, leaf first; one may hold all of it")
      ->required();
  verb->add_option("--backend", o->backends, "Backends, separated by commas; all")
      ->capture_default_str();
  verb->add_option("--ca", o->ca, "Trust the certificates in this file, and not the system's");
  verb->add_option("--host", o->hosts,
                   "DNS name or IP address it must be for; of several any one will do.\n"
                   "Without, the name is not checked")
      ->allow_extra_args(false);
  verb->add_option("--at", o->time,
                   "Time of verification: 2026-11-23T10:00:00Z, 2026-11-23, @1795000000");
  verb->add_option("--crl", o->revocation_lists, "Revocation lists; may be repeated")
      ->allow_extra_args(false);
  verb->add_option("--crl-check", o->revocation_check, "leaf or chain has to be covered by them")
      ->check(CLI::IsMember({"leaf", "chain"}))
      ->capture_default_str();
  verb->add_option("--ocsp", o->staple, "OCSP response for the leaf, DER");
  verb->add_flag("--require-ocsp", o->require_staple, "Refuse the chain without one");
  verb->add_option("--purpose", o->purpose, "Whose certificate it is: server or client")
      ->check(CLI::IsMember({"server", "client"}))
      ->capture_default_str();
  verb->add_flag("--json", o->json, "Print JSON");
  verb->footer(
      "Exit status: 0 good and 4 refused, if the backends agree; 1 if they differ; 3 if none "
      "reached\n"
      "a verdict. A backend that lacks what is asked for says so and does not count.\n\n"
      "Examples:\n"
      "  plugtls verify fullchain.pem --host example.org\n"
      "  plugtls verify chain.pem --ca roots.pem --host 192.0.2.7 --at 2027-01-01\n"
      "  plugtls verify chain.pem --backend openssl --crl list.pem --crl-check leaf --json");
  return [o] { return verify(*o); };
}

}  // namespace plugtls::tools
