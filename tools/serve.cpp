// SPDX-License-Identifier: Apache-2.0
// plugtls serve: a server to try things on.
#include "serve/server.hpp"
#include "serve/throwaway_certificate.hpp"
#include "terminal.hpp"
#include "tls_options.hpp"
#include "verb.hpp"

#include <plugtls/plugtls.hpp>

#include <sys/resource.h>

#include <memory>
#include <optional>
#include <utility>

namespace plugtls::tools {

namespace {

struct ServeOptions {
  TlsOptions tls;
  std::string address = "127.0.0.1";
  std::uint16_t port = 4433;
  std::vector<std::string> certificates;
  std::vector<std::string> keys;
  std::vector<std::string> staples;
  std::string ticket_keys;
  std::string client_authentication = "none";
  std::string mode = "echo";
  double handshake_timeout = 10;
  double idle_timeout = 60;
  ServerOptions server;
};

ClientAuthentication client_authentication(const std::string &text) {
  if (text == "request") return ClientAuthentication::request;
  return text == "require" ? ClientAuthentication::require : ClientAuthentication::none;
}

Mode mode(const std::string &text) {
  if (text == "http") return Mode::http;
  return text == "discard" ? Mode::discard : Mode::echo;
}

// `--cert auto`, or the files; the throw-away certificate has to live until the context is built.
void set_identities(ServerConfig &config, const ServeOptions &options,
                    std::optional<ThrowawayCertificate> &throwaway) {
  if (options.certificates == std::vector<std::string>{"auto"}) {
    if (!options.keys.empty() || !options.tls.password_file.empty())
      throw CLI::ValidationError(
          "--cert auto makes its own key: leave out --key and --password-file");
    throwaway.emplace();
    config.register_certificates(Certificate::from_file(throwaway->certificate().string()),
                                 PrivateKey::from_file(throwaway->key().string()));
    return;
  }
  if (options.certificates.size() != options.keys.size())
    throw CLI::ValidationError("each --cert needs its --key");
  if (!options.staples.empty() && options.staples.size() != options.certificates.size())
    throw CLI::ValidationError("give an --ocsp for each --cert, or none");
  for (std::size_t i = 0; i < options.certificates.size(); ++i) {
    std::optional<Certificate> staple;
    if (!options.staples.empty()) staple = Certificate::from_file(options.staples[i]);
    config.register_certificates({Certificate::from_file(options.certificates[i])},
                                 PrivateKey::from_file(options.keys[i], options.tls.password()),
                                 std::move(staple));
  }
}

ServerConfig make_config(const ServeOptions &options) {
  const ClientAuthentication mode = client_authentication(options.client_authentication);
  if (!options.tls.ca.empty() && mode == ClientAuthentication::none)
    throw CLI::ValidationError("--ca is for clients' certificates: it needs --client-auth");
  ServerConfig config;
  apply(options.tls, config);
  return config.set_client_authentication(mode);
}

// Thousands of connections are thousands of descriptors.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);  // what there is has to do
}

Exit serve(ServeOptions &options) {
  const Backend backend = Backend::open(options.tls.backend);
  ServerConfig config = make_config(options);
  std::optional<ThrowawayCertificate> throwaway;
  set_identities(config, options, throwaway);
  ReloadingServerContext contexts(backend, config, options.ticket_keys);
  options.server.mode = mode(options.mode);
  options.server.limits.handshake = parse_seconds(options.handshake_timeout);
  options.server.limits.idle = parse_seconds(options.idle_timeout);
  raise_descriptor_limit();
  Socket listening = Socket::listen_tcp(options.address, options.port);
  const std::string where = listening.own_address().to_string();
  Server server(contexts, std::move(listening), options.server);
  // After the listener is watched: whoever reads this line may connect at once.
  say("listening on " + where);
  if (throwaway && !options.server.quiet)
    say("trust it with --ca " + throwaway->certificate().string());
  return server.run();
}

}  // namespace

Run add_serve(CLI::App &app) {
  auto o = std::make_shared<ServeOptions>();
  CLI::App *verb = app.add_subcommand("serve", "Be a server that echoes, answers HTTP or discards");
  verb->add_option("--cert", o->certificates,
                   "Certificate and its chain, PEM or DER; may be repeated for another key type.\n"
                   "auto: one for localhost that lives as long as the server")
      ->required()
      ->allow_extra_args(false);
  verb->add_option("--key", o->keys, "The certificate's key; repeated like --cert")
      ->allow_extra_args(false);
  verb->add_option("--ocsp", o->staples, "OCSP response to staple, DER; repeated like --cert")
      ->allow_extra_args(false);
  verb->add_option("--ticket-keys", o->ticket_keys,
                   "File of ticket keys, 80 random bytes each; the first encrypts. Servers that\n"
                   "share it resume each other's sessions");
  add_tls_options(*verb, o->tls);
  verb->add_option("--address", o->address, "Address to listen on")->capture_default_str();
  verb->add_option("--port", o->port, "Port; 0: one that is free")->capture_default_str();
  verb->add_option("--mode", o->mode, "echo, http or discard")
      ->check(CLI::IsMember({"echo", "http", "discard"}))
      ->capture_default_str();
  verb->add_option("--client-auth", o->client_authentication,
                   "Certificates of clients: none, request or require")
      ->check(CLI::IsMember({"none", "request", "require"}))
      ->capture_default_str();
  verb->add_option("--handshake-timeout", o->handshake_timeout, "Seconds for a handshake")
      ->capture_default_str();
  verb->add_option("--idle-timeout", o->idle_timeout, "Seconds in which something has to move")
      ->capture_default_str();
  verb->add_option("--max-connections", o->server.max_connections, "At once; others wait")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  verb->add_flag("--once", o->server.once, "End after one connection, with its exit status");
  verb->add_flag("-q,--quiet", o->server.quiet, "No line for each connection");
  verb->footer(
      "Standard error has one line 'listening on ADDRESS:PORT' when it is ready, and one line for\n"
      "each connection. SIGHUP reads the files of certificates, keys and tickets anew; SIGTERM "
      "and\n"
      "SIGINT end it. Session keys are logged to the file that $SSLKEYLOGFILE names, if it is "
      "set.\n\n"
      "Examples:\n"
      "  plugtls serve --cert auto --mode http\n"
      "  plugtls serve --cert server.pem --key server.key --client-auth require --ca clients.pem\n"
      "  plugtls serve --cert auto --port 0 --once --max 1.2");
  return [o] { return serve(*o); };
}

}  // namespace plugtls::tools
