// SPDX-License-Identifier: Apache-2.0
// What a backend owes the process it is a guest in.
#include "cases.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <thread>

namespace {

// Standard output and standard error lead into a file while this lives.
class Listening {
 public:
  Listening() {
    std::fflush(nullptr);
    for (const int fd : streams) {
      kept_.at(static_cast<size_t>(fd)) = fcntl(fd, F_DUPFD_CLOEXEC, 3);
      dup2(fileno(file_), fd);
    }
  }
  Listening(const Listening &) = delete;
  Listening &operator=(const Listening &) = delete;
  ~Listening() {
    heard();
    std::fclose(file_);
  }
  // What was printed; from here on it is heard no more.
  std::string heard() {
    std::fflush(nullptr);
    for (const int fd : streams) {
      int &kept = kept_.at(static_cast<size_t>(fd));
      if (kept < 0) continue;
      dup2(kept, fd);
      close(kept);
      kept = -1;
    }
    std::string out(1 << 16, '\0');
    const ssize_t got = pread(fileno(file_), out.data(), out.size(), 0);
    out.resize(got > 0 ? static_cast<size_t>(got) : 0);
    return out;
  }

 private:
  static constexpr std::array streams{STDOUT_FILENO, STDERR_FILENO};
  FILE *file_ = std::tmpfile();
  std::array<int, 3> kept_{-1, -1, -1};
};

// Something good, and something of every kind that goes wrong.
void be_busy(const Ends &ends, uint16_t version) {
  PairOptions good;
  good.client.version(version);
  Pair pair(ends, good);
  pair.connect();
  CHECK(pair.to_server("hello") == "hello");
  pair.client.shutdown();

  PairOptions refused = good;
  refused.server = server_config("expired");
  CHECK(outcome(ends, refused).client_error.name() == "cert_expired");

  Pair cut(ends, good);
  cut.downward.cut_at = 20;
  cut.handshake();
  CHECK(cut.client.over());

  Pair babble(ends, good);
  babble.upward.write("GET / HTTP/1.1\r\n\r\n", 18);
  babble.upward.end();
  while (!babble.server.settled())
    babble.server.handshake();
  CHECK(babble.server.error.name() == "not_tls");

  Config mismatch = server_config();
  mismatch.identities[0].key = file(pki_path("good-rsa.key.pem"));
  CHECK(context_error(ends.server, mismatch).name() == "key_mismatch");
  Config missing = client_config();
  missing.trust = {file(pki_path("no-such-file.pem"))};
  CHECK(context_error(ends.client, missing).name() == "file");
}

struct Answers {
  std::vector<plugtls_capability> capabilities;
  std::vector<std::vector<uint16_t>> lists;

  explicit Answers(const std::string &backend) {
    for (uint32_t feature = 0; feature < PLUGTLS_FEATURE_COUNT + 8; ++feature) {
      plugtls_capability out{};
      out.size = sizeof out;
      plugtls_backend_capability(open_backend(backend), feature, &out);
      capabilities.push_back(out);
    }
    for (uint32_t which = PLUGTLS_LIST_CIPHER_SUITES; which <= PLUGTLS_LIST_VERSIONS; ++which)
      lists.push_back(list(backend, which));
  }
};

void check_same(const Answers &one, const Answers &other) {
  REQUIRE(one.capabilities.size() == other.capabilities.size());
  for (size_t i = 0; i < one.capabilities.size(); ++i) {
    INFO(plugtls_feature_name(static_cast<uint32_t>(i)));
    const plugtls_capability &a = one.capabilities[i], &b = other.capabilities[i];
    CHECK(a.level == b.level);
    CHECK(a.value == b.value);
    CHECK(std::string(a.note) == b.note);
  }
  CHECK(one.lists == other.lists);
}

}  // namespace

TEST_CASE("P-GEN-4 nothing is printed, whatever happens", "[manners]") {
  FOR_EVERY_PAIR(ends);
  const uint16_t version = GENERATE(from_range(both_versions));
  if (!speak(ends, version)) return;
  Listening listening;
  std::fputs("this is heard\n", stderr);
  be_busy(ends, version);
  CHECK(listening.heard() == "this is heard\n");
}

TEST_CASE("P-CAP-1 answers and lists are the same on any thread, whatever contexts are made",
          "[manners]") {
  FOR_EVERY_BACKEND(name);
  const Answers before(name);
  be_busy({name, name}, newest_version({name, name}));
  check_same(before, Answers(name));
  // What one context is given is no matter of another's.
  Config narrow = client_config();
  narrow.version(PLUGTLS_VERSION_TLS1_2);
  narrow.cipher_suites = {0xc02b};
  const ContextPtr context = make_context(name, narrow);
  check_same(before, Answers(name));
  std::optional<Answers> elsewhere;
  std::thread([&] { elsewhere.emplace(name); }).join();
  check_same(before, *elsewhere);
}
