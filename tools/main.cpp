// SPDX-License-Identifier: Apache-2.0
// plugtls: see, try and compare the TLS backends of this machine.
#include "compare/child.hpp"
#include "failure.hpp"
#include "terminal.hpp"
#include "verb.hpp"

#include <plugtls/plugtls.hpp>

#include <csignal>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace plugtls;
using namespace plugtls::tools;

int fail(const std::string &verb, const std::string &message, Exit status) {
  say("plugtls " + verb + ": " + message);
  return static_cast<int>(status);
}

int run(const CLI::App &app, const std::vector<std::pair<std::string, Run>> &verbs) {
  for (const auto &[name, run] : verbs) {
    if (!app.got_subcommand(name)) continue;
    try {
      return static_cast<int>(run());
    } catch (const TlsError &error) {
      return fail(name, describe(error), exit_for(error.value()));
    } catch (const CLI::Error &error) {
      return fail(name, error.what(), Exit::usage);
    } catch (const std::exception &error) {
      return fail(name, harmless(error.what()), Exit::io_or_time_limit);
    }
  }
  return static_cast<int>(Exit::usage);
}

}  // namespace

int main(int argc, char **argv) {
  // A peer or a pipe that goes away is an error like any other.
  std::signal(SIGPIPE, SIG_IGN);
  // Not for people: how compare runs itself for one measurement.
  if (argc == 3 && argv[1] == compare::measure_verb) compare::run_measurement(argv[2]);
  CLI::App app("See, try and compare the TLS backends of this machine.", "plugtls");
  app.set_version_flag("--version", "plugtls " PLUGTLS_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  plugtls list                        what is installed, and which would be used\n"
      "  plugtls connect example.org:443     look at a server\n"
      "  plugtls serve --cert auto --port 0  a server to try things on\n"
      "  plugtls verify chain.pem --host example.org   what every backend thinks of a chain\n"
      "  PLUGTLS_BACKEND=mbedtls plugtls connect example.org:443\n"
      "  plugtls compare --out report.html   which library should I use here?\n\n"
      "Exit status: 0 good, 1 differs, 2 usage, 3 no such backend, 4 certificate refused,\n"
      "5 other TLS failure, 6 input/output or time limit.");
  const std::vector<std::pair<std::string, Run>> verbs = {
      {"list", add_list(app)},
      {"info", add_info(app)},
      {"doctor", add_doctor(app)},
      {"connect", add_connect(app)},
      {"serve", add_serve(app)},
      {"check", add_check(app)},
      {"new-backend", add_new_backend(app)},
      {"verify", add_verify(app)},
      {"compare", add_compare(app)},
      {"completion", add_completion(app)},
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    // Help and version are no errors, and go to standard output.
    if (error.get_exit_code() == 0) return app.exit(error);
    app.exit(error, std::cerr, std::cerr);
    return static_cast<int>(Exit::usage);
  }
  return run(app, verbs);
}
