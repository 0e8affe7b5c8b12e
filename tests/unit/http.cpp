// SPDX-License-Identifier: Apache-2.0
#include "serve/http.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using plugtls::tools::HttpResponder;

namespace {

// What a connection does: bytes arrive in pieces of `step`, what is not taken stays.
std::string answers(const std::string &sent, std::size_t step, HttpResponder &http) {
  std::string kept;
  std::string output;
  for (std::size_t at = 0; at < sent.size(); at += step) {
    kept += sent.substr(at, step);
    while (!kept.empty()) {
      const auto taken = http.take(kept, output);
      if (taken == 0) break;
      kept.erase(0, taken);
    }
  }
  return output;
}

std::string status_of(const std::string &sent) {
  HttpResponder http;
  return answers(sent, sent.size(), http).substr(9, 3);
}

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string good =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 14\r\n"
    "Connection: keep-alive\r\n\r\nplugtls serve\n";

}  // namespace

TEST_CASE("http: pipelined requests are each answered, however they are cut") {
  for (const std::size_t step : {1U, 2U, 7U, 1000U}) {
    HttpResponder http;
    CHECK(answers(get + "\r\n" + get, step, http) == good + good);
    CHECK_FALSE(http.finished());
  }
}

TEST_CASE("http: one call answers one request") {
  HttpResponder http;
  std::string output;
  CHECK(http.take(get + get, output) == get.size());
  CHECK(output == good);
}

TEST_CASE("http: HEAD has the length and no body") {
  HttpResponder http;
  const auto output = answers("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", 1, http);
  CHECK(output == good.substr(0, good.size() - 14));
}

TEST_CASE("http: close is honoured and nothing after it is answered") {
  HttpResponder http;
  const auto output =
      answers("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n" + get, 1000, http);
  CHECK(http.finished());
  CHECK(output.find("200 OK") == output.rfind("200 OK"));
  CHECK(output.find("Connection: close") != std::string::npos);
}

TEST_CASE("http: HTTP/1.0 closes unless it asks to be kept") {
  HttpResponder closes;
  answers("GET / HTTP/1.0\r\n\r\n", 100, closes);
  CHECK(closes.finished());
  HttpResponder keeps;
  answers("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 100, keeps);
  CHECK_FALSE(keeps.finished());
}

TEST_CASE("http: a body is skipped, not taken for a request") {
  HttpResponder http;
  const auto output =
      answers("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /" + get, 3, http);
  CHECK(output.starts_with("HTTP/1.1 405"));
  CHECK(output.ends_with(good));
}

TEST_CASE("http: garbage is refused and ends the connection") {
  CHECK(status_of(std::string("\x16\x03\x01\x00", 4)) == "400");
  CHECK(status_of("GET /\r\n\r\n") == "400");
  CHECK(status_of("GET / HTTP/1.1\r\n\r\n") == "400");
  CHECK(status_of("GET / HTTP/1.1\r\nHost : a\r\n\r\n") == "400");
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n") == "400");
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n") == "400");
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n") ==
        "400");
  CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n") == "501");
}

TEST_CASE("http: a header past the limit is refused") {
  const std::string endless =
      "GET / HTTP/1.1\r\nX: " + std::string(HttpResponder::header_limit, 'a');
  CHECK(status_of(endless) == "431");
  CHECK(status_of(endless + "\r\n\r\n") == "431");
}
