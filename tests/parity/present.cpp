// SPDX-License-Identifier: Apache-2.0
#include "present.hpp"

#include "certificate_swap.hpp"

#include <arpa/inet.h>

#include <array>

using namespace support;

namespace parity {
namespace {

constexpr size_t whole =
    1 << 20;  // the network carries everything at once: fragments are tests/interop's

// A case's host as the ABI has it: an address' bytes, or an A-label without the dot at its end.
class Subject {
 public:
  explicit Subject(const std::string &host) {
    if (inet_pton(AF_INET, host.c_str(), address_.data()) == 1)
      out_ = {PLUGTLS_SUBJECT_IP, 0, {address_.data(), 4}};
    else if (inet_pton(AF_INET6, host.c_str(), address_.data()) == 1)
      out_ = {PLUGTLS_SUBJECT_IP, 0, {address_.data(), 16}};
    else
      set_name(host);
  }
  Subject(const Subject &) = delete;
  Subject &operator=(const Subject &) = delete;
  const plugtls_subject *get() const { return &out_; }

 private:
  void set_name(const std::string &host) {
    std::array<char, 256> ascii{};
    Error error;
    if (!host.empty() &&
        plugtls_name_to_ascii(host.c_str(), ascii.data(), ascii.size(), &error) != PLUGTLS_OK)
      throw Failure("plugtls_name_to_ascii(" + host + ")", error);
    name_ = ascii.data();
    if (!name_.empty() && name_.back() == '.') name_.pop_back();
    out_ = {PLUGTLS_SUBJECT_DNS, 0, as_bytes(name_)};
  }

  std::array<uint8_t, 16> address_{};
  std::string name_;
  plugtls_subject out_{};
};

// The configuration of the end that judges.
void judge_by(Config *config, const PkiCase &entry) {
  config->trust = {file(pki_path(entry.trust))};
  config->crls.clear();
  for (const std::string &crl : entry.crls)
    config->crls.push_back(file(pki_path(crl)));
  config->crl_check = entry.crl_check;
}

Identity shown_identity(const PkiCase &entry) {
  return {{file(pki_path(entry.chain))}, file(pki_path(entry.key))};
}

// The configurations of both ends, the judge's for this version alone.
PairOptions options_for(const Case &shown, uint16_t version) {
  PairOptions out;
  if (shown.side == Side::server) {
    out.client.version(version);
    judge_by(&out.client, shown.entry);
    out.hostname = shown.entry.host;
    return out;
  }
  out.server.version(version);
  judge_by(&out.server, shown.entry);
  out.server.client_auth = PLUGTLS_CLIENT_AUTH_REQUIRE;
  out.client.identities = {identity("client-ec")};
  return out;
}

Verdict verdict_of(const Peer &peer) {
  if (peer.status == PLUGTLS_OK) return {};
  Verdict out;
  out.code = peer.error.name();
  out.depth = peer.error.certificate_depth;
  if (peer.error.alert_received == 0 && peer.error.alert != PLUGTLS_ALERT_NONE)
    out.alert = plugtls_alert_name(peer.error.alert);
  return out;
}

// What the presenter was told, where it was told anything else than the alert.
std::string told_otherwise(const Peer &presenter, const Verdict &verdict) {
  const bool told = presenter.error.code == PLUGTLS_E_ALERT_RECEIVED &&
                    verdict.alert == plugtls_alert_name(presenter.error.alert);
  return verdict.good() || told ? std::string() : "the presenter saw " + presenter.story();
}

Ends ends_of(const std::string &judge, const std::string &presenter, Side side) {
  return side == Side::server ? Ends{judge, presenter} : Ends{presenter, judge};
}

Presentation run(BufferPair *pair, Side side, const std::string &how) {
  pair->handshake();
  Presentation out{.how = how};
  const Peer &judge = side == Side::server ? pair->client : pair->server;
  const Peer &presenter = side == Side::server ? pair->server : pair->client;
  out.verdict = verdict_of(judge);
  // None of the presenter's suites goes with what its certificate says it may do.
  out.declined =
      presenter.error.code == PLUGTLS_E_NO_COMMON_PARAMETERS && presenter.error.alert_received == 0;
  out.why = out.declined ? presenter.story() : told_otherwise(presenter, out.verdict);
  return out;
}

// One end judges, the other presents.
struct Stage {
  const std::string &judge;
  const Case &shown;
  plugtls_context *context;  // the judge's
  uint16_t version;

  PairOptions options(plugtls_context *presenter) const {
    PairOptions out = options_for(shown, version);
    const bool server = shown.side == Side::server;
    out.client_context = server ? context : presenter;
    out.server_context = server ? presenter : context;
    return out;
  }
};

Presentation present_by(const Stage &stage, const Presenter &presenter) {
  const std::string how =
      presenter.backend + (stage.version == PLUGTLS_VERSION_TLS1_3 ? " 1.3" : " 1.2");
  if (presenter.context == nullptr) return {.how = how, .declined = true, .why = presenter.why};
  Random random(1);
  BufferPair pair(ends_of(stage.judge, presenter.backend, stage.shown.side),
                  stage.options(presenter.context.get()), &random, whole);
  return run(&pair, stage.shown.side, how);
}

// The judge's own backend plays the presenter: what it presents is swapped anyway.
Presentation present_swapped(const Stage &stage) {
  Random random(1);
  BufferPair pair({stage.judge, stage.judge}, stage.options(nullptr), &random, whole);
  const std::string &chain = stage.shown.entry.chain;
  const CertificateSwap swap(read_file(pki_path(chain.substr(0, chain.rfind(".pem")) + ".tls")));
  (stage.shown.side == Side::server ? pair.to_client : pair.to_server) = swap;
  return run(&pair, stage.shown.side, "swapped 1.2");
}

Presentation present_offline(const std::string &judge, const Case &shown) {
  Config config;
  judge_by(&config, shown.entry);
  const BuiltConfig built(config);
  Config holder;
  holder.identities = {shown_identity(shown.entry)};
  const BuiltConfig chain(holder);
  const Subject subject(shown.entry.host);
  plugtls_verify_request request{};
  request.size = sizeof request;
  request.purpose = shown.side == Side::server ? PLUGTLS_PURPOSE_SERVER : PLUGTLS_PURPOSE_CLIENT;
  request.chain = chain.get()->identities[0]->certificates;
  request.chain_count = chain.get()->identities[0]->certificate_count;
  request.subjects = subject.get();
  request.subject_count = shown.side == Side::server ? 1 : 0;
  int32_t code = -1;
  int32_t depth = -2;
  Error error;
  const plugtls_status status =
      plugtls_verify_chain(open_backend(judge), built.get(), &request, &code, &depth, &error);
  Presentation out{.how = "offline", .offline = true};
  if (status != PLUGTLS_OK) {
    out.verdict = {error.name(), -1, "-"};
    out.feature = error.feature;
    return out;
  }
  out.verdict = {plugtls_error_name(code), depth, "-"};
  return out;
}

}  // namespace

uint32_t Case::key_feature() const {
  if (entry.name.find("ed25519") != std::string::npos) return PLUGTLS_FEATURE_CERT_ED25519;
  if (entry.chain == "good-pss.chain.pem") return PLUGTLS_FEATURE_CERT_RSA_PSS;
  return PLUGTLS_FEATURE_NONE;
}

std::vector<Presenter> presenters_of(const Case &shown) {
  std::vector<Presenter> out;
  for (const std::string &backend : backend_names()) {
    const PairOptions options = options_for(shown, PLUGTLS_VERSION_UNSET);
    Config config = shown.side == Side::server ? options.server : options.client;
    config.identities = {shown_identity(shown.entry)};
    Presenter &presenter = out.emplace_back(Presenter{backend});
    try {
      presenter.context = make_context(backend, config);
    } catch (const Failure &failure) {
      presenter.why = failure.what();
    }
  }
  return out;
}

std::vector<Presentation> present_to(const std::string &judge, const Case &shown,
                                     const std::vector<Presenter> &presenters) {
  std::vector<Presentation> out;
  try {
    for (const uint16_t version : {PLUGTLS_VERSION_TLS1_2, PLUGTLS_VERSION_TLS1_3}) {
      const PairOptions options = options_for(shown, version);
      const ContextPtr context =
          make_context(judge, shown.side == Side::server ? options.client : options.server);
      const Stage stage{judge, shown, context.get(), version};
      for (const Presenter &presenter : presenters)
        out.push_back(present_by(stage, presenter));
      // A good one would fail at Finished.
      const bool bad = shown.entry.expect != PLUGTLS_E_NONE;
      if (bad && version == PLUGTLS_VERSION_TLS1_2) out.push_back(present_swapped(stage));
    }
  } catch (const Failure &failure) {
    // Its own configuration: a CRL that its library cannot read, say.
    out.push_back({.how = "configuration", .verdict = {failure.error().name(), -1, "-"}});
  }
  out.push_back(present_offline(judge, shown));
  return out;
}

}  // namespace parity
