// SPDX-License-Identifier: Apache-2.0
// plugtls completion: a script for the shell, made from the program's own options, so that it cannot fall behind.
#include "verb.hpp"

#include <fmt/format.h>

#include <memory>
#include <vector>

namespace plugtls::tools {

namespace {

struct CompletionOptions {
  std::string shell;
};

std::vector<std::string> words_of(const CLI::App &app) {
  std::vector<std::string> out;
  for (const CLI::App *verb : app.get_subcommands({}))
    out.push_back(verb->get_name());
  for (const CLI::Option *option : app.get_options())
    for (const std::string &name : option->get_lnames())
      out.push_back("--" + name);
  return out;
}

std::string bash(const CLI::App &app) {
  std::string out =
      "_plugtls() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} words\n"
      "  case ${COMP_WORDS[1]} in\n";
  for (const CLI::App *verb : app.get_subcommands({}))
    out +=
        fmt::format("    {}) words='{}' ;;\n", verb->get_name(), fmt::join(words_of(*verb), " "));
  out += fmt::format("    *) words='{}' ;;\n", fmt::join(words_of(app), " "));
  out +=
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
      "}\n"
      "complete -o default -F _plugtls plugtls\n";
  return out;
}

std::string fish(const CLI::App &app) {
  std::string out;
  for (const CLI::App *verb : app.get_subcommands({})) {
    out += fmt::format("complete -c plugtls -n __fish_use_subcommand -a {} -d '{}'\n",
                       verb->get_name(), verb->get_description());
    for (const CLI::Option *option : verb->get_options())
      for (const std::string &name : option->get_lnames())
        out += fmt::format("complete -c plugtls -n '__fish_seen_subcommand_from {}' -l {}\n",
                           verb->get_name(), name);
  }
  return out;
}

Exit completion(const CLI::App &app, const CompletionOptions &options) {
  if (options.shell == "fish")
    fmt::print("{}", fish(app));
  else if (options.shell == "zsh")
    fmt::print("#compdef plugtls\nautoload -U +X bashcompinit && bashcompinit\n{}", bash(app));
  else
    fmt::print("{}", bash(app));
  return Exit::good;
}

}  // namespace

Run add_completion(CLI::App &app) {
  auto options = std::make_shared<CompletionOptions>();
  CLI::App *verb = app.add_subcommand("completion", "Print a completion script for a shell");
  verb->add_option("shell", options->shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  verb->footer(
      "Examples:\n"
      "  source <(plugtls completion bash)\n"
      "  plugtls completion fish > ~/.config/fish/completions/plugtls.fish");
  return [options, &app] { return completion(app, *options); };
}

}  // namespace plugtls::tools
