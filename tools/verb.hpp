// SPDX-License-Identifier: Apache-2.0
// A verb of the program: it adds its subcommand, and runs if it was given.
#pragma once

#include "exit_status.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace plugtls::tools {

// What runs once the command line has been read. May throw TlsError; main turns it into words and an exit status.
using Run = std::function<Exit()>;

// Each adds its subcommand to `app` and returns what it does. Options live as long as what is returned.
Run add_list(CLI::App &app);
Run add_info(CLI::App &app);
Run add_doctor(CLI::App &app);
Run add_connect(CLI::App &app);
Run add_serve(CLI::App &app);
Run add_check(CLI::App &app);
Run add_new_backend(CLI::App &app);
Run add_verify(CLI::App &app);
Run add_compare(CLI::App &app);
Run add_completion(CLI::App &app);

}  // namespace plugtls::tools
