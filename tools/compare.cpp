// SPDX-License-Identifier: Apache-2.0
// plugtls compare: every backend side by side, measured on this machine.
#include "arguments.hpp"
#include "compare/against.hpp"
#include "compare/render.hpp"
#include "compare/run.hpp"
#include "terminal.hpp"
#include "verb.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

namespace plugtls::tools {

namespace {

namespace cmp = compare;

struct CompareOptions {
  std::vector<std::string> words;
  std::vector<std::string> backends;
  std::string format;
  std::vector<std::string> out;
  std::string from;
  std::string against;
  std::string chains;
  std::string ca;
  double threshold = 10;
  double time_limit = 10;
  bool quick = false;
  bool thorough = false;
};

// The words after the verb: sections, and after "host" its target.
std::vector<std::string> sections_of(const CompareOptions &options, cmp::Options &out) {
  std::vector<std::string> sections;
  for (std::size_t i = 0; i < options.words.size(); ++i) {
    const std::string &word = options.words[i];
    const auto &all = cmp::all_sections();
    if (std::none_of(all.begin(), all.end(), [&](const auto &each) { return each.name == word; }))
      throw CLI::ValidationError(
          "'" + word +
          "' is no section: features, speed, memory, startup, interop, verify or host HOST:PORT");
    sections.push_back(word);
    if (word != "host") continue;
    if (++i == options.words.size())
      throw CLI::ValidationError("host is followed by HOST:PORT, as in host example.org:443");
    const HostPort target = parse_host_port(options.words[i]);
    out.host = target.host;
    out.port = target.port;
  }
  if (sections.empty())
    for (const cmp::SectionName &each : cmp::all_sections())
      if (std::string_view(each.name) != "host") sections.emplace_back(each.name);
  return sections;
}

cmp::Report read_report(const std::string &path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad())
    throw_os_error("the report " + path + " cannot be read", errno != 0 ? errno : EIO);
  try {
    return cmp::report_from_json(cmp::Json::parse(text));
  } catch (const std::exception &error) {
    throw CLI::ValidationError(path + ": " + error.what());
  }
}

std::string format_for(const CompareOptions &options, const std::string &path) {
  for (const auto &[suffix, format] :
       {std::pair(".html", "html"), {".json", "json"}, {".md", "markdown"}, {".txt", "table"}})
    if (path.ends_with(suffix)) return format;
  if (!options.format.empty()) return options.format;
  throw CLI::ValidationError(
      "the format of " + path +
      " is not known by its name: end it in .html, .json, .md or .txt, or give "
      "--format");
}

std::string render(const cmp::Report &report, const std::string &format, int fd) {
  if (format == "json") return cmp::render_json(report);
  if (format == "markdown") return cmp::render_markdown(report);
  if (format == "html") return cmp::render_html(report);
  return cmp::render_table(report, fd);
}

void write_file(const std::string &path, const std::string &text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) throw_os_error("the report " + path + " cannot be written", errno != 0 ? errno : EIO);
  say("plugtls compare: wrote " + path);
}

cmp::Report make_report(const CompareOptions &options) {
  if (!options.from.empty()) return read_report(options.from);
  cmp::Options out;
  out.level = options.quick      ? cmp::Level::quick
              : options.thorough ? cmp::Level::thorough
                                 : cmp::Level::normal;
  out.limit = parse_seconds(options.time_limit);
  out.chains = options.chains;
  out.ca = options.ca;
  const std::vector<std::string> sections = sections_of(options, out);
  const auto backends = cmp::find_backends(options.backends);
  for (const cmp::BackendEntry &each : backends) {
    if (each.usable)
      out.backends.push_back(each.name);
    else if (!options.backends.empty())
      throw_error(errc::backend_unusable,
                  fmt::format("'{}' cannot be used: {}", each.name, each.detail));
  }
  if (out.backends.empty())
    throw_error(errc::backend_not_found,
                "there is no usable backend; 'plugtls doctor' tells where they were looked for");
  return cmp::run(out, backends, sections);
}

Exit run_compare(const CompareOptions &options) {
  // What cannot be written or read is said before minutes are spent.
  for (const std::string &path : options.out)
    (void)format_for(options, path);
  std::optional<cmp::Report> earlier;
  if (!options.against.empty()) earlier = read_report(options.against);

  const cmp::Report report = make_report(options);
  for (const std::string &path : options.out)
    write_file(path, render(report, format_for(options, path), -1));
  if (options.out.empty())
    fmt::print("{}", render(report, options.format, STDOUT_FILENO));
  else
    fmt::print("{}", cmp::render_summary(report, STDOUT_FILENO));

  bool differs = false;
  if (earlier) {
    const auto changes = cmp::changes(*earlier, report, options.threshold / 100);
    differs =
        std::any_of(changes.begin(), changes.end(), [](const auto &each) { return each.counts; });
    // Standard output may be JSON.
    const bool to_stdout =
        options.out.empty() && (options.format.empty() || options.format == "table");
    const int fd = to_stdout ? STDOUT_FILENO : STDERR_FILENO;
    fmt::print(to_stdout ? stdout : stderr, "{}",
               cmp::render_changes(changes, options.threshold / 100, fd));
  }
  if (std::fflush(stdout) != 0) throw_os_error("writing standard output", errno);
  if (!report.complete) return Exit::io_or_time_limit;
  return differs ? Exit::differs : Exit::good;
}

}  // namespace

Run add_compare(CLI::App &app) {
  auto o = std::make_shared<CompareOptions>();
  CLI::App *verb = app.add_subcommand(
      "compare", "Measure every backend on this machine and put them side by side");
  verb->add_option(
      "SECTION", o->words,
      "features, speed, memory, startup, interop, verify, host HOST:PORT; none: all but host");
  verb->add_option("--backend", o->backends, "These backends only: openssl,mbedtls")
      ->delimiter(',');
  verb->add_option("--format", o->format, "table (the default), json, markdown or html")
      ->check(CLI::IsMember({"table", "json", "markdown", "html"}));
  verb->add_option("--out", o->out,
                   "Write to this file, in the format of its suffix (.html .json .md .txt); may be "
                   "repeated. "
                   "Standard output then gets the summary")
      ->allow_extra_args(false);
  verb->add_flag("--quick", o->quick, "Fewer rounds, in less than a minute");
  verb->add_flag("--thorough", o->thorough, "More rounds, narrower intervals")->excludes("--quick");
  verb->add_option(
      "--time-limit", o->time_limit,
      "Seconds after which a measurement is given up (10); long ones have a few times as much");
  verb->add_option("--chains", o->chains,
                   "verify: judge the chains in this directory instead of the built-in ones")
      ->check(CLI::ExistingDirectory);
  verb->add_option("--ca", o->ca, "host and --chains: trust this file and not the system's store")
      ->check(CLI::ExistingFile);
  verb->add_option("--against", o->against, "Tell what changed since this JSON report")
      ->check(CLI::ExistingFile);
  verb->add_option("--threshold", o->threshold, "Percent by which a figure may be worse (10)")
      ->needs("--against")
      ->check(CLI::Range(0.0, 1000.0));
  verb->add_option("--from", o->from, "Measure nothing: show this JSON report")
      ->check(CLI::ExistingFile);
  verb->footer(
      "Every measurement runs in a process of its own with a time limit: a backend that crashes "
      "or\n"
      "hangs loses that cell and nothing else. Ctrl-C prints what is done so far.\n\n"
      "Examples:\n"
      "  plugtls compare\n"
      "  plugtls compare --quick --out report.html --out report.json\n"
      "  plugtls compare features --format markdown\n"
      "  plugtls compare host example.org:443\n"
      "  plugtls compare speed --against report.json --threshold 15\n\n"
      "Exit status: 0 good, 1 changed beyond the threshold (--against), 2 usage, 3 no such "
      "backend,\n"
      "6 input/output, or interrupted.");
  return [o] { return run_compare(*o); };
}

}  // namespace plugtls::tools
