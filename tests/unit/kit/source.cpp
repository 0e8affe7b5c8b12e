// SPDX-License-Identifier: Apache-2.0
#include "raised.hpp"

#include <plugtls/kit/source.hpp>

#include <catch2/catch_test_macros.hpp>
#include <sys/stat.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace plugtls::kit;

namespace {

// A directory of the test's own, gone after it.
class Directory {
 public:
  Directory() {
    std::string pattern = std::filesystem::temp_directory_path() / "plugtls-kit-XXXXXX";
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Directory(const Directory &) = delete;
  Directory &operator=(const Directory &) = delete;

  [[nodiscard]] std::string path(const std::string &name = {}) const {
    return name.empty() ? path_ : path_ + "/" + name;
  }
  std::string write(const std::string &name, const std::string &text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }

 private:
  std::string path_;
};

plugtls_bytes view(const std::string &text) {
  return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

plugtls_source source(std::uint32_t kind, const std::string &text) {
  plugtls_source out{};
  out.size = sizeof out;
  out.kind = kind;
  out.bytes = view(text);
  return out;
}

std::string text_of(const Blob &blob) {
  return std::string(as_text(blob.bytes));
}

// A password function, and how often it was asked.
struct Asked {
  std::string answer = "correct horse";
  plugtls_status status = PLUGTLS_OK;
  std::size_t claims = 0;  // if not 0: the size it says it wrote
  int calls = 0;

  static plugtls_status ask(void *self, std::uint8_t *buffer, std::size_t capacity,
                            std::size_t *size) {
    auto &asked = *static_cast<Asked *>(self);
    ++asked.calls;
    if (asked.answer.size() > capacity) return PLUGTLS_FAILED;
    std::copy(asked.answer.begin(), asked.answer.end(), buffer);
    *size = asked.claims != 0 ? asked.claims : asked.answer.size();
    return asked.status;
  }
  plugtls_source key() {
    plugtls_source out = source(PLUGTLS_SOURCE_BYTES, answer);
    out.ask_password = &ask;
    out.ask_password_user = this;
    return out;
  }
};

}  // namespace

TEST_CASE("S27 bytes and files are read whole", "[source]") {
  const Directory directory;
  const std::string text(100'000, 'x');
  const std::string path = directory.write("file", text);
  const Blob file = read_source(source(PLUGTLS_SOURCE_FILE, path));
  CHECK(text_of(file) == text);
  CHECK(file.origin == path);
  CHECK(text_of(read_source(source(PLUGTLS_SOURCE_BYTES, "abc"))) == "abc");
  CHECK(text_of(read_file(directory.write("empty", ""))).empty());
}

TEST_CASE("S27 PEM is told by its preamble", "[source]") {
  const auto is_pem = [](const std::string &text) {
    return read_source(source(PLUGTLS_SOURCE_BYTES, text)).is_pem();
  };
  CHECK(is_pem("-----BEGIN CERTIFICATE-----\n"));
  CHECK(is_pem("explanatory text\n-----BEGIN X-----\n"));
  CHECK_FALSE(is_pem("\x30\x82"));
  CHECK_FALSE(is_pem(""));
}

TEST_CASE("a file that cannot be read is an error with its errno", "[source]") {
  const Directory directory;
  const std::string missing = directory.path("missing");
  const plugtls_error error =
      error_of([&] { (void)read_source(source(PLUGTLS_SOURCE_FILE, missing)); });
  CHECK(error.code == PLUGTLS_E_FILE);
  CHECK(error.os_error == ENOENT);
  CHECK(std::string(error.message).find(missing) != std::string::npos);
  const plugtls_error is_directory = error_of([&] { (void)read_file(directory.path()); });
  CHECK(is_directory.code == PLUGTLS_E_FILE);
  CHECK(is_directory.os_error == EISDIR);
}

TEST_CASE("paths that name nothing", "[source]") {
  const auto code = [](const std::string &path) {
    return error_of([&] { (void)path_of(view(path)); }).code;
  };
  CHECK(code("") == PLUGTLS_E_INVALID_ARGUMENT);
  CHECK(code(std::string("a\0b", 3)) == PLUGTLS_E_INVALID_ARGUMENT);
  CHECK(code("a") == PLUGTLS_E_NONE);
  CHECK(path_of(view("a/b")) == "a/b");
}

TEST_CASE("a FIFO that nobody writes to does not hang", "[source]") {
  const Directory directory;
  const std::string path = directory.path("fifo");
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  CHECK(text_of(read_file(path)).empty());
}

TEST_CASE("a directory's regular files are read in order of their names", "[source]") {
  const Directory directory;
  (void)directory.write("b", "2");
  (void)directory.write("a", "1");
  (void)directory.write(".hidden", "0");
  std::filesystem::create_directory(directory.path("c"));
  std::filesystem::create_symlink("b", directory.path("d"));
  std::filesystem::create_symlink("nowhere", directory.path("e"));
  REQUIRE(mkfifo(directory.path("f").c_str(), 0600) == 0);
  std::string all;
  for (const Blob &blob : read_directory(directory.path()))
    all += text_of(blob);
  CHECK(all == "0122");
  const plugtls_error error = error_of([&] { (void)read_directory(directory.path("missing")); });
  CHECK(error.code == PLUGTLS_E_FILE);
  CHECK(error.os_error == ENOENT);
}

TEST_CASE("what cannot be read as bytes is refused", "[source]") {
  for (const std::uint32_t kind :
       {std::uint32_t{PLUGTLS_SOURCE_DIRECTORY}, std::uint32_t{PLUGTLS_SOURCE_SYSTEM},
        std::uint32_t{PLUGTLS_SOURCE_URI}, std::uint32_t{PLUGTLS_SOURCE_SIGNER}, 0U, 77U}) {
    const plugtls_error error = error_of([&] { (void)read_source(source(kind, "x")); });
    CHECK(error.code == PLUGTLS_E_INVALID_ARGUMENT);
  }
}

TEST_CASE("S28 a password is asked for once, and only when wanted", "[source]") {
  Asked asked;
  const plugtls_source key = asked.key();
  Password password(key);
  CHECK_FALSE(password.wanted());
  CHECK(asked.calls == 0);
  REQUIRE(password.get().has_value());
  CHECK(as_text(*password.get()) == "correct horse");
  CHECK(password.wanted());
  CHECK(password.given());
  CHECK(asked.calls == 1);
}

TEST_CASE("S28 a password given as bytes comes first, an empty one included", "[source]") {
  Asked asked;
  plugtls_source key = asked.key();
  const std::string given = "given", empty;
  key.password = view(given);
  Password first(key);
  CHECK(as_text(*first.get()) == "given");
  key.password = view(empty);
  Password second(key);
  REQUIRE(second.get().has_value());
  CHECK(second.get()->empty());
  CHECK(asked.calls == 0);
}

TEST_CASE("S28 no password is none, and so is one that cannot be believed", "[source]") {
  const plugtls_source nothing = source(PLUGTLS_SOURCE_BYTES, "key");
  Password none(nothing);
  CHECK_FALSE(none.get().has_value());
  CHECK(none.wanted());
  CHECK_FALSE(none.given());
  Asked refusing;
  refusing.status = PLUGTLS_FAILED;
  const plugtls_source refused = refusing.key();
  Password first(refused);
  CHECK_FALSE(first.get().has_value());
  CHECK_FALSE(first.get().has_value());
  CHECK(refusing.calls == 1);
  Asked lying;
  lying.claims = 100'000;
  const plugtls_source lied = lying.key();
  CHECK_FALSE(Password(lied).get().has_value());
}
