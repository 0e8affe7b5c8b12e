// SPDX-License-Identifier: Apache-2.0
// The section "features": what each backend says it can do, and what it really puts on the wire.
#include "cells.hpp"
#include "client_hello.hpp"
#include "fixtures.hpp"
#include "measurements.hpp"
#include "section.hpp"

#include <plugtls/plugtls.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace plugtls::tools::compare {

namespace {

// ---- groups of features ----

struct FeatureGroup {
  const char *title;
  Feature last;  // in the order of their numbers
};

constexpr FeatureGroup feature_groups[] = {
    {"Roles and versions", Feature::tls1_3},
    {"Negotiation", Feature::signature_schemes},
    {"Names and virtual hosts", Feature::set_context},
    {"Verification", Feature::verify_offline},
    {"Client certificates", Feature::multiple_identities},
    {"Trust", Feature::trust_without_system},
    {"Keys", Feature::key_signer_async},
    {"Certificates", Feature::verified_chain},
    {"Revocation", Feature::ocsp_server},
    {"Secrets", Feature::keylog},
    {"Sessions", Feature::psk},
};

std::string group_of(Feature feature) {
  if (feature == Feature::alpn || feature == Feature::sni) return "Negotiation";
  for (const FeatureGroup &group : feature_groups)
    if (feature <= group.last) return group.title;
  return "Protocol";
}

// ---- names of what a ClientHello holds ----

struct ExtensionName {
  std::uint16_t number;
  const char *name;
};

// IANA, "TLS ExtensionType Values": those that clients of today send.
constexpr ExtensionName extension_names[] = {
    {0, "server_name"},
    {1, "max_fragment_length"},
    {5, "status_request"},
    {10, "supported_groups"},
    {11, "ec_point_formats"},
    {13, "signature_algorithms"},
    {16, "application_layer_protocol_negotiation"},
    {17, "status_request_v2"},
    {18, "signed_certificate_timestamp"},
    {21, "padding"},
    {22, "encrypt_then_mac"},
    {23, "extended_master_secret"},
    {27, "compress_certificate"},
    {28, "record_size_limit"},
    {35, "session_ticket"},
    {41, "pre_shared_key"},
    {42, "early_data"},
    {43, "supported_versions"},
    {44, "cookie"},
    {45, "psk_key_exchange_modes"},
    {49, "post_handshake_auth"},
    {50, "signature_algorithms_cert"},
    {51, "key_share"},
    {65037, "encrypted_client_hello"},
    {65281, "renegotiation_info"},
};

// RFC 8701.
bool is_grease(std::uint16_t number) {
  return (number & 0x0f0fU) == 0x0a0aU && number >> 8U == (number & 0xffU);
}

std::string extension_name(std::uint16_t number) {
  if (is_grease(number)) return "GREASE";
  for (const ExtensionName &each : extension_names)
    if (each.number == number) return each.name;
  return fmt::format("{:#06x}", number);
}

template <typename Number>
std::vector<std::string> names_of(const std::vector<std::uint16_t> &numbers) {
  std::vector<std::string> out;
  out.reserve(numbers.size());
  for (const std::uint16_t number : numbers)
    out.push_back(is_grease(number) ? "GREASE" : std::string(name(static_cast<Number>(number))));
  return out;
}

template <typename Number>
std::vector<std::string> names_of(const std::vector<Number> &numbers) {
  std::vector<std::string> out;
  out.reserve(numbers.size());
  for (const Number number : numbers)
    out.emplace_back(name(number));
  return out;
}

// ---- the tables ----

using Answers = std::map<std::string, Outcome>;

// One row; `fill` makes a cell from an answer.
template <typename Fill>
Row row_over(const Options &options, const Answers &answers, Row row, Fill fill) {
  for (const std::string &backend : options.backends) {
    const Outcome &outcome = answers.at(backend);
    row.cells.push_back(outcome ? fill(outcome.value) : to_cell(outcome));
  }
  row.differs = cells_differ(row.cells);
  return row;
}

Table about(const Options &options, const Answers &answers) {
  Table out = make_table("backends", "The backends", "", columns_for(options.backends));
  for (const auto &[key, title] : {std::pair("library", "Library"),
                                   {"library_version", "Version in use"},
                                   {"library_built", "Version built against"},
                                   {"version", "Backend's version"},
                                   {"abi", "Backend ABI"},
                                   {"path", "File"}})
    out.rows.push_back(row_over(options, answers, make_row(key, title),
                                [key = std::string(key)](const Json &json) {
                                  return make_cell(State::info, json.at(key).get<std::string>());
                                }));
  // That they are different backends is no finding.
  for (Row &row : out.rows)
    row.differs = false;
  return out;
}

Cell capability_cell(const Json &capability) {
  Cell out;
  const std::string level = capability.at("level").get<std::string>();
  out.state = level == "yes" ? State::good : level == "no" ? State::no : State::partial;
  out.text = level;
  const auto value = capability.at("value").get<std::uint64_t>();
  if (value != 0) out.text += fmt::format(" ({})", value);
  out.note = capability.at("note").get<std::string>();
  return out;
}

Table capabilities(const Options &options, const Answers &answers) {
  Table out = make_table(
      "capabilities", "What each backend can do",
      "As the backends declare it; a program that asks for what a backend lacks gets an error.",
      columns_for(options.backends));
  out.row_title = "Feature";
  for (const Feature feature : all_features()) {
    const std::string id(name(feature));
    Row row = make_row(id, id);
    row.group = group_of(feature);
    out.rows.push_back(row_over(options, answers, std::move(row), [&](const Json &json) {
      return json.at("features").contains(id) ? capability_cell(json.at("features").at(id))
                                              : Cell();
    }));
  }
  std::stable_sort(out.rows.begin(), out.rows.end(), [&](const Row &left, const Row &right) {
    const auto first_of = [&](const std::string &group) {
      const auto *found =
          std::find_if(std::begin(feature_groups), std::end(feature_groups),
                       [&](const FeatureGroup &each) { return each.title == group; });
      return found - std::begin(feature_groups);
    };
    return first_of(left.group) < first_of(right.group);
  });
  return out;
}

std::string joined(const Json &list) {
  return fmt::format("{}", fmt::join(list.get<std::vector<std::string>>(), ", "));
}

Table hello(const Options &options, const Answers &hellos) {
  Table out = make_table("client_hello", "On the wire: the ClientHello",
                         "Read off the bytes each backend sends with plugtls's default "
                         "configuration, before anything is negotiated.",
                         columns_for(options.backends));
  out.rows.push_back(
      row_over(options, hellos, make_row("size", "Size in bytes"), [](const Json &json) {
        return make_cell(State::info, fmt::format("{}", json.at("size").get<std::size_t>()));
      }));
  for (const auto &[key, title] : {std::pair("versions", "Versions offered"),
                                   {"key_shares", "Key shares sent"},
                                   {"extensions", "Extensions, in order"}})
    out.rows.push_back(
        row_over(options, hellos, make_row(key, title), [key = std::string(key)](const Json &json) {
          return make_cell(State::info, joined(json.at(key)));
        }));
  return out;
}

// Every name that any backend offers or knows, those offered first.
std::vector<std::string> union_of(const Options &options, const Answers &hellos,
                                  const Answers &descriptions, const std::string &key) {
  std::vector<std::string> out;
  for (const Answers *answers : {&hellos, &descriptions})
    for (const std::string &backend : options.backends) {
      const Outcome &outcome = answers->at(backend);
      if (!outcome) continue;
      for (const std::string &each : outcome.value.at(key).get<std::vector<std::string>>())
        if (std::find(out.begin(), out.end(), each) == out.end()) out.push_back(each);
    }
  return out;
}

Cell offer_cell(const Outcome &hello, const Outcome &description, const std::string &key,
                const std::string &wanted) {
  if (!hello) return to_cell(hello);
  const auto offered = hello.value.at(key).get<std::vector<std::string>>();
  const auto found = std::find(offered.begin(), offered.end(), wanted);
  Cell out;
  if (found != offered.end()) {
    out.state = State::good;
    out.text = fmt::format("{}", found - offered.begin() + 1);
    return out;
  }
  const auto known = description ? description.value.at(key).get<std::vector<std::string>>()
                                 : std::vector<std::string>();
  const bool can = std::find(known.begin(), known.end(), wanted) != known.end();
  out.state = can ? State::partial : State::no;
  out.text = can ? "on request" : "no";
  return out;
}

Table offers(const Options &options, const Answers &hellos, const Answers &descriptions,
             const std::string &key, const std::string &title) {
  Table out = make_table(key, title,
                         "A number is the place in the default ClientHello's order of preference; "
                         "\"on request\": not offered by default, but can be configured.",
                         columns_for(options.backends));
  out.row_title = "Name";
  for (const std::string &each : union_of(options, hellos, descriptions, key)) {
    if (each == "GREASE") continue;
    Row row = make_row(each, each);
    for (const std::string &backend : options.backends)
      row.cells.push_back(offer_cell(hellos.at(backend), descriptions.at(backend), key, each));
    row.differs = cells_differ(row.cells);
    out.rows.push_back(std::move(row));
  }
  return out;
}

class Features final : public Work {
 public:
  explicit Features(const Options &options) : options_(options) {
    for (const std::string &backend : options.backends) {
      descriptions_[backend] = {};
      hellos_[backend] = {};
    }
  }

  std::vector<Task> tasks() override {
    std::vector<Task> out;
    for (const std::string &backend : options_.backends) {
      out.push_back(
          {{backend},
           {{"measure", "description"}, {"backend", backend}},
           options_.limit,
           0.1,
           [this, backend](Outcome outcome) { descriptions_[backend] = std::move(outcome); }});
      out.push_back({{backend},
                     {{"measure", "client_hello"}, {"backend", backend}},
                     options_.limit,
                     0.1,
                     [this, backend](Outcome outcome) { hellos_[backend] = std::move(outcome); }});
    }
    return out;
  }

  Section report() const override {
    Section out{
        "features",
        "Features",
        "What can each library do, and what does it offer by itself?",
        {},
        {about(options_, descriptions_), capabilities(options_, descriptions_),
         hello(options_, hellos_),
         offers(options_, hellos_, descriptions_, "cipher_suites", "Cipher suites"),
         offers(options_, hellos_, descriptions_, "groups", "Key exchange groups"),
         offers(options_, hellos_, descriptions_, "signature_schemes", "Signature schemes")}};
    summarise(out);
    return out;
  }

 private:
  void summarise(Section &section) const {
    const Table &table = section.tables[1];
    for (std::size_t i = 0; i < options_.backends.size(); ++i) {
      const auto count = [&](State state) {
        return std::count_if(table.rows.begin(), table.rows.end(),
                             [&](const Row &row) { return row.cells[i].state == state; });
      };
      if (!descriptions_.at(options_.backends[i])) continue;
      section.summary.push_back(fmt::format("{}: {} features of {}, {} in part",
                                            options_.backends[i], count(State::good),
                                            table.rows.size(), count(State::partial)));
    }
  }

  Options options_;
  Answers descriptions_;
  Answers hellos_;
};

}  // namespace

Json measure_description(const Json &request) {
  const Backend backend = open_backend(request);
  Json out = {{"library", backend.library()},
              {"library_version", backend.library_version()},
              {"library_built", backend.library_built()},
              {"version", backend.version()},
              {"abi", fmt::format("{}.{}", backend.abi_major(), backend.abi_minor())},
              {"path", backend.path()},
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

Json measure_client_hello(const Json &request) {
  const Backend backend = open_backend(request);
  ClientConfig config;
  // Any anchor will do: a machine without a store of its own has a ClientHello, too.
  config.use_trust_store(TrustStore::from_pem(ecdsa_identity().root));
  const ClientContext context(backend, config);
  MemoryBuffer from_server;
  MemoryBuffer to_server;
  TlsBuffer connection = context.wrap_buffers(from_server, to_server, fixture_host);
  const IoResult result = connection.try_handshake();
  if (!result.wants()) throw_status(result.status, connection.last_error());
  const auto hello = parse_client_hello(to_server.peek());
  if (!hello) throw std::runtime_error("what it sent first is no ClientHello");
  std::vector<std::string> extensions;
  for (const std::uint16_t each : hello->extensions)
    extensions.push_back(extension_name(each));
  auto versions = hello->versions;
  if (versions.empty()) versions.push_back(hello->legacy_version);
  return {{"size", hello->size},
          {"versions", names_of<TlsVersion>(versions)},
          {"cipher_suites", names_of<CipherSuite>(hello->cipher_suites)},
          {"groups", names_of<Group>(hello->groups)},
          {"signature_schemes", names_of<SignatureScheme>(hello->signature_schemes)},
          {"key_shares", names_of<Group>(hello->key_shares)},
          {"extensions", extensions}};
}

std::unique_ptr<Work> make_features(const Options &options) {
  return std::make_unique<Features>(options);
}

}  // namespace plugtls::tools::compare
