// SPDX-License-Identifier: Apache-2.0
// plugtls connect: a client that shows what it got, then pipes standard input and output.
// Standard output carries the peer's bytes and nothing else; all words go to standard error.
#include "certificate_text.hpp"
#include "pump.hpp"
#include "reach.hpp"
#include "terminal.hpp"
#include "tls_options.hpp"
#include "verb.hpp"

#include <plugtls/plugtls.hpp>

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <optional>

namespace plugtls::tools {

namespace {

struct ConnectOptions {
  TlsOptions tls;
  std::string target;
  std::string address;
  std::string verify_name;
  std::vector<std::string> subjects;
  std::string certificate;
  std::string key;
  std::string at;
  double deadline = 0;
  bool no_verification = false;
  bool no_hostname_check = false;
  bool wait = false;
  bool quiet = false;
};

ClientConfig make_config(const ConnectOptions &options) {
  ClientConfig config;
  apply(options.tls, config);
  if (!options.at.empty()) config.set_verify_time(parse_time(options.at));
  if (options.no_verification) config.validate_certificates(false);
  if (options.no_hostname_check) config.insecure_skip_hostname_check(true);
  if (!options.certificate.empty())
    config.register_certificates(
        Certificate::from_file(options.certificate),
        PrivateKey::from_file(options.key.empty() ? options.certificate : options.key,
                              options.tls.password()));
  return config;
}

template <typename Value>
std::string or_none(const std::optional<Value> &value) {
  return value ? harmless(name(*value)) : std::string("none");
}

void row(std::string_view label, std::string_view value) {
  say(fmt::format("  {} {}", styled(Style::faint, fmt::format("{:<12}", label), 2), value));
}

void show_chain(const TlsSocket &socket) {
  const std::vector<Der> chain = socket.peer_certificates();
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const auto text = read_certificate(chain[i]);
    const std::string label = fmt::format("certificate {}", i);
    if (!text) {
      row(label, fmt::format("{} bytes that cannot be read", chain[i].size()));
      continue;
    }
    row(label, harmless(text->subject));
    row("  issued by", harmless(text->issuer));
    row("  valid", fmt::format("{} to {}", text->not_before, text->not_after));
  }
}

std::string verdict_text(const ConnectOptions &options, const std::string &verified) {
  if (options.no_verification) return styled(Style::bad, "not verified, as asked", 2);
  if (options.no_hostname_check)
    return styled(Style::warning, "chain verified; the name was not checked, as asked", 2);
  return styled(Style::good, "verified for " + verified, 2);
}

void show(const TlsSocket &socket, const Backend &backend, const ConnectOptions &options,
          const std::string &address, const std::string &verified) {
  say(styled(Style::strong, "connected", 2) + " to " + address);
  row("backend",
      fmt::format("{} ({} {})", backend.name(), backend.library(), backend.library_version()));
  row("version", or_none(socket.negotiated_tls_version()));
  row("cipher", or_none(socket.cipher()));
  row("group", or_none(socket.group()));
  row("signature", or_none(socket.signature_scheme()));
  row("ALPN", or_none(socket.negotiated_protocol()));
  show_chain(socket);
  row("peer", verdict_text(options, verified));
}

std::string join(const std::vector<std::string> &names) {
  return fmt::format("{}", fmt::join(names, " or "));
}

Exit connect(const ConnectOptions &options) {
  const HostPort target = parse_host_port(options.target);
  Socket::Deadline deadline;
  if (options.deadline != 0)
    deadline = std::chrono::steady_clock::now() + parse_seconds(options.deadline);
  const Backend backend = Backend::open(options.tls.backend);
  const ClientContext context(backend, make_config(options));
  const std::string verify_name = options.verify_name.empty() ? target.host : options.verify_name;
  WrapOptions wrap;
  wrap.subjects = options.subjects;
  wrap.auto_handshake = false;
  TlsSocket socket = context.wrap_socket(
      reach(options.address.empty() ? target.host : options.address, target.port, deadline),
      verify_name, wrap);
  socket.set_timeout(left_until(deadline));
  // Now: after the handshake the peer may have gone.
  const std::string address = socket.peer_address().to_string();
  socket.do_handshake();
  if (!options.quiet)
    show(socket, backend, options, address,
         options.subjects.empty() ? harmless(verify_name) : harmless(join(options.subjects)));
  socket.set_blocking(false);
  pump(socket, deadline, options.wait ? AtEndOfInput::wait : AtEndOfInput::half_close);
  return Exit::good;
}

}  // namespace

Run add_connect(CLI::App &app) {
  auto o = std::make_shared<ConnectOptions>();
  CLI::App *verb = app.add_subcommand(
      "connect", "Connect to a server, show what was agreed, then pipe standard input and output");
  verb->add_option("TARGET", o->target, "HOST:PORT; an IPv6 address in brackets")->required();
  add_tls_options(*verb, o->tls);
  verb->add_option("--address", o->address, "Connect to this host or address instead of HOST");
  verb->add_option("--name", o->verify_name,
                   "Send and verify this DNS name, or verify this IP address, instead of HOST");
  verb->add_option("--subject", o->subjects,
                   "Accept a certificate for this name or address instead; may be repeated")
      ->allow_extra_args(false);
  verb->add_option("--cert", o->certificate, "Client certificate and its chain, PEM or DER");
  verb->add_option("--key", o->key, "Its key; without it: in the same file");
  verb->add_option("--at", o->at, "Judge certificates as of this time: 2026-11-23, @UNIXTIME");
  verb->add_option("--deadline", o->deadline,
                   "Give up after so many seconds, from the look-up of the name to the last byte");
  verb->add_flag("--insecure-no-verification", o->no_verification, "Verify nothing");
  verb->add_flag("--insecure-no-hostname-check", o->no_hostname_check,
                 "Verify the chain, not the name");
  verb->add_flag("--wait", o->wait,
                 "At the end of standard input keep the connection open until the peer closes it");
  verb->add_flag("-q,--quiet", o->quiet, "Say nothing unless it fails");
  verb->get_option("--key")->needs("--cert");
  verb->get_option("--password-file")->needs("--cert");
  verb->footer(
      "Standard output carries what the peer sends, standard error everything else. At the end of\n"
      "standard input the connection is closed for writing and read to its end; some HTTP servers\n"
      "take that for the end of everything: use --wait with them.\n\n"
      "Examples:\n"
      "  plugtls connect example.org:443 </dev/null\n"
      "  printf 'GET / HTTP/1.0\\r\\nHost: example.org\\r\\n\\r\\n' | plugtls connect -q "
      "example.org:443\n"
      "  plugtls connect example.org:443 --address 192.0.2.7 --ca private-ca.pem --min 1.3\n\n"
      "Session keys are logged to the file that $SSLKEYLOGFILE names, if it is set.\n\n"
      "Exit status: 0 good, 2 usage, 3 no such backend, 4 certificate refused, 5 other TLS "
      "failure,\n"
      "6 input/output or time limit. A connection that ends without close_notify is never good.");
  return [o] { return connect(*o); };
}

}  // namespace plugtls::tools
