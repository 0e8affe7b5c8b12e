// SPDX-License-Identifier: Apache-2.0
// plugtls new-backend: the beginning of a backend, which builds, loads and declares everything missing.
#include "terminal.hpp"
#include "verb.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace plugtls::tools {

namespace {

namespace fs = std::filesystem;

struct NewBackendOptions {
  std::string directory;
  std::string name;
};

// As the loader has it, and plugtls_add_backend.
bool is_backend_name(const std::string &name) {
  constexpr std::size_t longest = 31;
  const auto lower_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= longest && lower_or_digit(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return lower_or_digit(c) || c == '_' || c == '-'; });
}

// The same as a C++ namespace: "7tls-x" is "backend_7tls_x". The prefix keeps it off the words of the language and off
// the libraries' own names.
std::string identifier_of(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return "backend_" + name;
}

void replace_all(std::string &text, const std::string &from, const std::string &to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// Beside the program, wherever both were moved to.
fs::path template_directory() {
  const fs::path program = fs::read_symlink("/proc/self/exe");
  return (program.parent_path() / PLUGTLS_BIN_TO_TEMPLATE).lexically_normal();
}

std::string read_text(const fs::path &path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw std::runtime_error(path.string() + ": cannot be read");
  return text.str();
}

void write_text(const fs::path &path, const std::string &text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw std::runtime_error(path.string() + ": cannot be written");
}

std::vector<fs::path> files_of(const fs::path &directory) {
  std::error_code error;
  std::vector<fs::path> out;
  for (const auto &entry : fs::directory_iterator(directory, error))
    if (entry.is_regular_file()) out.push_back(entry.path());
  if (out.empty())
    throw std::runtime_error(directory.string() +
                             ": the template is not there; is plugtls installed whole?");
  std::sort(out.begin(), out.end());
  return out;
}

void say_what_next(const NewBackendOptions &options) {
  fmt::print(
      "\nIt builds, loads, and answers 'unsupported' to everything:\n"
      "  cmake -G Ninja -S {0} -B {0}/build && cmake --build {0}/build\n"
      "  PLUGTLS_PLUGIN_PATH={0}/build/lib/plugtls/backends.d plugtls info {1}\n"
      "\nTo fill in, in this order:\n"
      "  CMakeLists.txt  find your TLS library, and name it under LIBRARIES\n"
      "  entry.cpp       its version, its anchors, and each capability as it becomes true\n"
      "  context.cpp     a configuration to the library's own context\n"
      "  connection.cpp  handshake, read, write, shutdown over the caller's transport\n"
      "\nThe guide is docs/writing-a-backend.md; what a backend owes is in plugtls/backend.h.\n",
      harmless(options.directory), options.name);
}

Exit new_backend(const NewBackendOptions &options) {
  if (!is_backend_name(options.name))
    throw CLI::ValidationError("--name", "'" + options.name +
                                             "' must be of 1 to 31 small letters, digits, - and _, "
                                             "and begin with a letter or digit");
  const fs::path to = options.directory;
  if (fs::exists(to) && (!fs::is_directory(to) || !fs::is_empty(to)))
    throw CLI::ValidationError("DIR", "'" + options.directory + "' exists and is not empty");
  const auto files = files_of(template_directory());
  fs::create_directories(to);
  for (const fs::path &file : files) {
    std::string text = read_text(file);
    replace_all(text, "new_backend_name", identifier_of(options.name));
    replace_all(text, "new-backend-name", options.name);
    write_text(to / file.filename(), text);
    fmt::print("{}\n", harmless((to / file.filename()).string()));
  }
  say_what_next(options);
  return Exit::good;
}

}  // namespace

Run add_new_backend(CLI::App &app) {
  auto options = std::make_shared<NewBackendOptions>();
  CLI::App *verb =
      app.add_subcommand("new-backend", "Write the beginning of a backend of your own");
  verb->add_option("DIR", options->directory, "Where to; it must not exist, or be empty")
      ->required();
  verb->add_option("--name", options->name, "What it is called: small letters, digits, - and _")
      ->required();
  verb->footer(
      "Examples:\n"
      "  plugtls new-backend mytls --name mytls\n"
      "  cmake -G Ninja -S mytls -B mytls/build && cmake --build mytls/build");
  return [options] { return new_backend(*options); };
}

}  // namespace plugtls::tools
