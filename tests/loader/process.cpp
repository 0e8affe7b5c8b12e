// SPDX-License-Identifier: Apache-2.0
// libplugtls within a process: threads, forks, and thousands of registries.
#include "toy.h"
#include "toy_pair.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/wait.h>

#include <sched.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>
#include <set>
#include <thread>

using namespace fixture;

namespace {

constexpr int thread_count = 8;

// Runs `work` on several threads, let go at once.
template <typename Work>
void at_once(Work work) {
  std::atomic<int> waiting{thread_count};
  std::vector<std::thread> threads;
  for (int i = 0; i < thread_count; ++i) {
    threads.emplace_back([&waiting, &work, i] {
      --waiting;
      while (waiting != 0)
        std::this_thread::yield();
      work(i);
    });
  }
  for (std::thread &thread : threads)
    thread.join();
}

// Opens without Catch's assertions, which are not for several threads.
plugtls_backend *open_quietly(const std::string &directory, const char *names) {
  const char *directories[] = {directory.c_str()};
  plugtls_registry_options options = {};
  options.size = sizeof options;
  options.flags = PLUGTLS_REGISTRY_IGNORE_ENVIRONMENT | PLUGTLS_REGISTRY_IGNORE_CONFIG |
                  PLUGTLS_REGISTRY_ONLY_DIRECTORIES;
  options.directories = directories;
  options.directory_count = 1;
  options.log = [](void *, int32_t, const char *) {};
  plugtls_registry *raw = nullptr;
  if (plugtls_registry_create(&options, &raw, nullptr) != PLUGTLS_OK) return nullptr;
  const RegistryPtr registry(raw);
  plugtls_backend *backend = nullptr;
  return plugtls_backend_open(raw, names, nullptr, 0, &backend, nullptr) == PLUGTLS_OK ? backend
                                                                                       : nullptr;
}

#ifndef PLUGTLS_SANITIZED
size_t resident_pages() {
  std::ifstream statm("/proc/self/statm");
  size_t all = 0, resident = 0;
  statm >> all >> resident;
  return resident;
}
#endif

// Runs `child` in a forked process; its exit status, or -1.
template <typename Child>
int in_child(Child child) {
  const pid_t pid = fork();
  if (pid == 0) _exit(child());
  int status = 0;
  if (pid < 0 || waitpid(pid, &status, 0) != pid) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A connection's whole life, for a process that cannot use Catch.
bool transfers(plugtls_backend *backend) {
  Pair pair(backend);
  pair.connect();
  if (!pair.handshake()) return false;
  size_t size = 0;
  char text[8] = {};
  return plugtls_write(pair.client.get(), "hello", 5, &size, nullptr) == PLUGTLS_OK &&
         plugtls_read(pair.server.get(), text, sizeof text, &size, nullptr) == PLUGTLS_OK &&
         std::string(text, size) == "hello";
}

}  // namespace

TEST_CASE("B2 threads that race to open a backend get the same handle", "[process][threads]") {
  const Directory directory;
  directory.add_backend("good");
  directory.add_backend("layer");
  const Environment delay("PLUGTLS_MOCK_ENTRY_DELAY_MS", "20");
  const std::string path = directory.path();
  plugtls_backend *handles[thread_count] = {};
  SECTION("a plain one") {
    at_once([&](int i) { handles[i] = open_quietly(path, "good"); });
  }
  SECTION("a wrapped one") {
    at_once([&](int i) { handles[i] = open_quietly(path, "layer(good)"); });
  }
  const std::set<plugtls_backend *> distinct(std::begin(handles), std::end(handles));
  CHECK(distinct.size() == 1);
  CHECK(*distinct.begin() != nullptr);
}

TEST_CASE("B2 threads may open backends with one registry", "[process][threads]") {
  const Directory directory;
  directory.add_backend("good", 2);
  directory.add_backend("second", 1);
  directory.add_backend("entry_fails", 3);
  directory.add_backend("layer");
  const Registry registry(directory);
  const char *const names[] = {nullptr, "good", "second,good", "entry-fails,good", "layer(second)"};
  std::atomic<int> wrong{0};
  at_once([&](int i) {
    for (int turn = 0; turn < 50; ++turn) {
      const size_t which = static_cast<size_t>(i + turn) % std::size(names);
      plugtls_backend *backend = nullptr;
      if (plugtls_backend_open(registry.get(), names[which], nullptr, 0, &backend, nullptr) !=
              PLUGTLS_OK ||
          describe_name(backend) !=
              std::array{"good", "good", "second", "good", "layer(second)"}[which])
        ++wrong;
    }
  });
  CHECK(wrong == 0);
}

TEST_CASE("B2 threads that race to open a backend that is refused are all told",
          "[process][threads]") {
  const Directory directory;
  directory.add_backend("entry_fails");
  directory.add_backend("null_handshake");
  const std::string path = directory.path();
  std::atomic<int> refused{0};
  at_once([&](int i) {
    if (open_quietly(path, i % 2 == 0 ? "entry-fails" : "null-handshake") == nullptr) ++refused;
  });
  CHECK(refused == thread_count);
}

TEST_CASE("P-GEN-3 one context serves many threads", "[process][threads]") {
  const Directory directory;
  directory.add_backend("good");
  plugtls_backend *backend = Registry(directory).open("good");
  REQUIRE(backend != nullptr);
  Config config(PLUGTLS_ROLE_SERVER);
  ContextPtr context = make_context(backend, config.raw);
  REQUIRE(context);
  std::atomic<int> done{0};
  at_once([&](int) {
    plugtls_buffer *raw = nullptr;
    if (plugtls_buffer_create(0, &raw, nullptr) != PLUGTLS_OK) return;
    const BufferPtr buffer(raw);
    for (int i = 0; i < 100; ++i) {
      plugtls_transport transport = {};
      transport.size = sizeof transport;
      plugtls_transport_from_buffers(raw, raw, &transport);
      plugtls_connection *connection = nullptr;
      plugtls_context_retain(context.get());
      if (plugtls_connection_create(context.get(), nullptr, &transport, &connection, nullptr) !=
          PLUGTLS_OK)
        return;
      if (plugtls_handshake(connection, nullptr) != PLUGTLS_WANT_READ) return;
      plugtls_context_free(context.get());
      plugtls_connection_free(connection);
    }
    ++done;
  });
  CHECK(done == thread_count);
}

TEST_CASE("B2 ten thousand registries leave nothing behind", "[process]") {
  const Directory directory;
  directory.add_backend("good");
  directory.add_backend("second");
  directory.write("bad.toml", "garbage = =");
  directory.add_backend("entry_fails");
  const std::string path = directory.path();
  const auto open_many = [&](int count) {
    for (int i = 0; i < count; ++i) {
      if (open_quietly(path, "entry-fails,good") == nullptr) return false;
    }
    return true;
  };
#ifdef PLUGTLS_SANITIZED
  // Leaks are the sanitizer's to find here, which sees them at once; its own memory grows.
  REQUIRE(open_many(500));
#else
  REQUIRE(open_many(1000));
  const size_t before = resident_pages();
  REQUIRE(open_many(10000));
  const size_t after = resident_pages();
  INFO("resident pages: " << before << " before, " << after << " after");
  CHECK(after < before + 64);
#endif
}

TEST_CASE("B2 a process forked after loading goes on with what is loaded, and can load more",
          "[process]") {
  const Directory directory;
  directory.add_backend("good");
  directory.add_backend("second");
  plugtls_backend *backend = Registry(directory).open("good");
  REQUIRE(backend != nullptr);
  REQUIRE(transfers(backend));
  const std::string path = directory.path();
  const int status = in_child([&] {
    if (!transfers(backend)) return 1;
    if (open_quietly(path, "good") != backend) return 2;
    plugtls_backend *second = open_quietly(path, "second");
    return second != nullptr && transfers(second) ? 0 : 3;
  });
  CHECK(status == 0);
  CHECK(transfers(backend));
}

TEST_CASE("B2 a process that changes its root after loading goes on with what is loaded",
          "[process]") {
  const Directory directory, jail;
  directory.add_backend("good");
  directory.add_backend("second");
  plugtls_backend *backend = Registry(directory).open("good");
  REQUIRE(backend != nullptr);
  const std::string path = directory.path(), root = jail.path();
  const int status = in_child([&] {
    // Who is not root may do this in a user namespace of its own.
    if (geteuid() != 0 && unshare(CLONE_NEWUSER) != 0) return 1;
    if (chroot(root.c_str()) != 0 || chdir("/") != 0) return 2;
    if (!transfers(backend)) return 3;
    // What is out of sight is refused, and what is loaded is none the worse for it.
    if (open_quietly(path, "second") != nullptr) return 4;
    return transfers(backend) ? 0 : 5;
  });
  CHECK(status == 0);
}

TEST_CASE("B2 the process may end at any time, with everything open", "[process]") {
  const Directory directory;
  directory.add_backend("good");
  const std::string path = directory.path();
  const auto end = [&](void (*how)(int)) {
    return in_child([&] {
      plugtls_backend *backend = open_quietly(path, "good");
      if (backend == nullptr) return 1;
      // As a program does that uses TLS in an exit handler.
      static plugtls_backend *kept;
      kept = backend;
      std::atexit([] {
        if (!transfers(kept)) _exit(9);
      });
      how(7);
      return 2;
    });
  };
  CHECK(end(std::quick_exit) == 7);
  CHECK(end(_exit) == 7);
}
