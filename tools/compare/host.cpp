// SPDX-License-Identifier: Apache-2.0
// The section "host": a live server, as each backend sees it.
#include "cells.hpp"
#include "certificate_text.hpp"
#include "failure.hpp"
#include "measurements.hpp"
#include "section.hpp"

#include <plugtls/plugtls.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace plugtls::tools::compare {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto connect_limit = 10s;
constexpr auto probe_limit = 120s;

constexpr TlsVersion probed_versions[] = {TlsVersion::TLSv1_3, TlsVersion::TLSv1_2,
                                          TlsVersion::TLSv1_1, TlsVersion::TLSv1};

// ---- the child's side ----

struct Target {
  explicit Target(const Json &request)
      : host(request.at("host").get<std::string>()),
        port(request.at("port").get<std::uint16_t>()),
        ca(request.at("ca").get<std::string>()) {}

  ClientConfig config() const {
    ClientConfig out;
    if (!ca.empty()) out.use_trust_store(TrustStore::from_pem_file(ca));
    return out;
  }

  std::string host;
  std::uint16_t port;
  std::string ca;
};

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

template <typename Value>
std::string or_none(const std::optional<Value> &value) {
  return value ? harmless(name(*value)) : std::string("none");
}

Json chain_of(const TlsSocket &socket) {
  Json out = Json::array();
  for (const Der &each : socket.peer_certificates()) {
    const auto text = read_certificate(each);
    out.push_back(text ? fmt::format("{} (until {})", harmless(text->subject), text->not_after)
                       : fmt::format("{} bytes that cannot be read", each.size()));
  }
  return out;
}

// How the handshake ends: the verdict, and how long it took.
Json look_at(const Backend &backend, const Target &target) {
  ClientConfig config = target.config();
  config.set_inner_protocols({NextProtocol::h2(), NextProtocol::http1_1()});
  const ClientContext context(backend, config);
  const auto begin = Clock::now();
  Socket plain = Socket::connect_tcp(target.host, target.port, connect_limit);
  Json out = {{"connect_ms", milliseconds_since(begin)}};
  WrapOptions options;
  options.auto_handshake = false;
  TlsSocket socket = context.wrap_socket(std::move(plain), target.host, options);
  socket.set_timeout(connect_limit);
  const auto handshake = Clock::now();
  try {
    socket.do_handshake();
  } catch (const TlsError &error) {
    out["verdict"] = name(error.value());
    out["text"] = describe(error);
    return out;
  }
  out["handshake_ms"] = milliseconds_since(handshake);
  out["verdict"] = "verified";
  out["version"] = or_none(socket.negotiated_tls_version());
  out["cipher"] = or_none(socket.cipher());
  out["group"] = or_none(socket.group());
  out["signature"] = or_none(socket.signature_scheme());
  out["alpn"] = or_none(socket.negotiated_protocol());
  out["chain"] = chain_of(socket);
  return out;
}

// Whether a handshake with this configuration succeeds; certificates are not the question.
Json agrees(const Backend &backend, const Target &target, ClientConfig config) {
  if (backend.supports(Feature::verify_off)) config.validate_certificates(false);
  try {
    const ClientContext context(backend, config);
    WrapOptions options;
    options.auto_handshake = false;
    TlsSocket socket = context.wrap_socket(
        Socket::connect_tcp(target.host, target.port, connect_limit), target.host, options);
    socket.set_timeout(connect_limit);
    socket.do_handshake();
    return {{"result", "yes"}, {"text", ""}};
  } catch (const TlsError &error) {
    const bool cannot = error.value() == errc::unsupported ||
                        error.value() == errc::version_range ||
                        error.value() == errc::no_cipher_suite;
    return {{"result", cannot ? "cannot" : "no"}, {"text", error.what()}};
  }
}

Json probe_versions(const Backend &backend, const Target &target) {
  Json out = Json::object();
  for (const TlsVersion version : probed_versions) {
    ClientConfig config = target.config();
    config.set_version_range(version, version);
    out[std::string(name(version))] = agrees(backend, target, config);
  }
  return out;
}

Json probe_suites(const Backend &backend, const Target &target) {
  Json out = Json::object();
  for (const CipherSuite suite : backend.cipher_suites()) {
    if (!is_secure(suite)) continue;
    const bool is_1_3 = minimum_version(suite) == TlsVersion::TLSv1_3;
    const TlsVersion version = is_1_3 ? TlsVersion::TLSv1_3 : TlsVersion::TLSv1_2;
    ClientConfig config = target.config();
    config.set_version_range(version, version).set_ciphers({suite});
    out[std::string(name(suite))] = agrees(backend, target, config);
  }
  return out;
}

// ---- the parent's side ----

constexpr std::pair<const char *, const char *> facts[] = {
    {"verdict", "Verdict"},     {"version", "Version"},
    {"cipher", "Cipher suite"}, {"group", "Key exchange group"},
    {"signature", "Signature"}, {"alpn", "ALPN (h2, http/1.1 offered)"},
    {"chain", "Chain"}};

Cell fact_cell(const Json &json, const char *key) {
  if (!json.contains(key)) return make_cell(State::unmeasured, "–");
  const Json &value = json.at(key);
  if (value.is_array())
    return make_cell(State::info,
                     fmt::format("{}", fmt::join(value.get<std::vector<std::string>>(), "; ")));
  Cell out = make_cell(State::info, value.get<std::string>());
  if (std::string_view(key) == "verdict") {
    out.state = out.text == "verified" ? State::good : State::wrong;
    out.note = json.value("text", "");
  }
  return out;
}

Cell time_cell(const Json &json, const char *key) {
  if (!json.contains(key)) return make_cell(State::unmeasured, "–");
  Cell out = make_cell(State::info, fmt::format("{:.1f} ms", json.at(key).get<double>()));
  out.value = json.at(key).get<double>();
  return out;
}

Cell agreement_cell(const Json &json, const std::string &key) {
  if (!json.contains(key)) return make_cell(State::no, "not known to it");
  const Json &answer = json.at(key);
  const std::string result = answer.at("result").get<std::string>();
  if (result == "yes") return make_cell(State::good, "yes");
  if (result == "cannot")
    return make_cell(State::no, "cannot be asked for", answer.at("text").get<std::string>());
  return make_cell(State::no, "no");
}

using Answers = std::map<std::string, Outcome>;

class Host final : public Work {
 public:
  explicit Host(const Options &options) : options_(options) {
    for (const std::string &backend : options_.backends)
      for (Answers *answers : {&looks_, &versions_, &suites_})
        (*answers)[backend] = {};
  }

  std::vector<Task> tasks() override {
    std::vector<Task> out;
    for (const std::string &backend : options_.backends) {
      out.push_back(task(backend, "look", connect_limit * 3, looks_));
      out.push_back(task(backend, "versions", probe_limit, versions_));
      if (options_.level != Level::quick)
        out.push_back(task(backend, "suites", probe_limit, suites_));
    }
    return out;
  }

  Section report() const override {
    Section out{"host",
                fmt::format("{}:{}", options_.host, options_.port),
                "What does a live server look like to each library?",
                {},
                {}};
    out.tables.push_back(facts_table());
    out.tables.push_back(times_table());
    out.tables.push_back(agreements("versions", "Versions agreed on", versions_));
    if (options_.level != Level::quick)
      out.tables.push_back(agreements("suites", "Cipher suites agreed on", suites_));
    const Table &first = out.tables.front();
    const auto differing = std::count_if(first.rows.begin(), first.rows.end(),
                                         [](const Row &row) { return row.differs; });
    out.summary.push_back(differing == 0 ? std::string("every backend sees the same")
                                         : fmt::format("the backends differ on {} of {}", differing,
                                                       first.rows.size()));
    return out;
  }

 private:
  Task task(const std::string &backend, const char *look, std::chrono::milliseconds limit,
            Answers &answers) {
    return {{backend},
            {{"measure", "host"},
             {"backend", backend},
             {"look", look},
             {"host", options_.host},
             {"port", options_.port},
             {"ca", options_.ca}},
            limit,
            std::string_view(look) == "suites" ? 5.0 : 0.5,
            [&answers, backend](Outcome outcome) { answers[backend] = std::move(outcome); }};
  }

  template <typename Fill>
  Row row(const std::string &id, const std::string &title, const Answers &answers,
          Fill fill) const {
    Row out = make_row(id, title);
    for (const std::string &backend : options_.backends) {
      const Outcome &outcome = answers.at(backend);
      out.cells.push_back(outcome ? fill(outcome.value) : to_cell(outcome));
    }
    return out;
  }

  Table facts_table() const {
    Table out =
        make_table("connection", "What was negotiated",
                   "With plugtls's default configuration. Where the backends differ comes first.",
                   columns_for(options_.backends));
    for (const auto &[key, title] : facts) {
      out.rows.push_back(
          row(key, title, looks_, [key = key](const Json &json) { return fact_cell(json, key); }));
      out.rows.back().differs = cells_differ(out.rows.back().cells);
    }
    std::stable_sort(out.rows.begin(), out.rows.end(),
                     [](const Row &a, const Row &b) { return a.differs && !b.differs; });
    return out;
  }

  Table times_table() const {
    Table out =
        make_table("times", "How long it took", "One connection each: the network's word, mostly.",
                   columns_for(options_.backends));
    out.unit = "ms";
    for (const auto &[key, title] :
         {std::pair("connect_ms", "TCP connection"), {"handshake_ms", "TLS handshake"}})
      out.rows.push_back(
          row(key, title, looks_, [key = key](const Json &json) { return time_cell(json, key); }));
    return out;
  }

  Table agreements(const char *id, const char *title, const Answers &answers) const {
    Table out =
        make_table(id, title,
                   "One connection for each, with nothing else offered; certificates are not "
                   "the question here.",
                   columns_for(options_.backends));
    std::vector<std::string> names;
    for (const auto &[backend, outcome] : answers)
      if (outcome)
        for (const auto &each : outcome.value.items())
          if (std::find(names.begin(), names.end(), each.key()) == names.end())
            names.push_back(each.key());
    for (const std::string &each : names) {
      out.rows.push_back(
          row(each, each, answers, [&](const Json &json) { return agreement_cell(json, each); }));
      out.rows.back().differs = cells_differ(out.rows.back().cells);
    }
    std::stable_sort(out.rows.begin(), out.rows.end(),
                     [](const Row &a, const Row &b) { return a.differs && !b.differs; });
    return out;
  }

  Options options_;
  Answers looks_;
  Answers versions_;
  Answers suites_;
};

}  // namespace

Json measure_host(const Json &request) {
  const Backend backend = open_backend(request);
  const Target target(request);
  const std::string look = request.at("look").get<std::string>();
  if (look == "versions") return probe_versions(backend, target);
  if (look == "suites") return probe_suites(backend, target);
  return look_at(backend, target);
}

std::unique_ptr<Work> make_host(const Options &options) {
  return std::make_unique<Host>(options);
}

}  // namespace plugtls::tools::compare
