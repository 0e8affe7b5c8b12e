// SPDX-License-Identifier: Apache-2.0
#include "http.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace plugtls::tools {
namespace {

constexpr std::string_view page = "plugtls serve\n";
constexpr std::string_view bad_request = "400 Bad Request";

struct Request {
  std::string_view method;
  bool http_1_1 = false;
  bool host = false;
  bool close = false;
  bool keep_alive = false;
  bool transfer_encoding = false;
  std::optional<std::uint64_t> content_length;
};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    const char small = lower(c);
    return (small >= 'a' && small <= 'z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  });
}

bool is_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The text up to `mark`, which is removed from `rest` together with it.
std::string_view cut(std::string_view &rest, std::string_view mark) {
  const auto end = rest.find(mark);
  const auto part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + mark.size());
  return part;
}

bool parse_request_line(std::string_view line, Request &request) {
  request.method = cut(line, " ");
  const auto target = cut(line, " ");
  request.http_1_1 = line == "HTTP/1.1";
  return is_token(request.method) && !target.empty() && is_text(target) &&
         (request.http_1_1 || line == "HTTP/1.0");
}

void note_connection(std::string_view value, Request &request) {
  while (!value.empty()) {
    const auto option = trimmed(cut(value, ","));
    request.close = request.close || same_word(option, "close");
    request.keep_alive = request.keep_alive || same_word(option, "keep-alive");
  }
}

// Two lengths are how requests are smuggled, so a second one is refused even where it agrees.
bool note_length(std::string_view value, Request &request) {
  std::uint64_t length = 0;
  const char *end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, length);
  if (error != std::errc{} || stop != end || request.content_length) return false;
  request.content_length = length;
  return true;
}

bool parse_field(std::string_view line, Request &request) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
  const auto name = line.substr(0, colon);
  const auto value = trimmed(line.substr(colon + 1));
  if (!is_text(value)) return false;
  if (same_word(name, "content-length")) return note_length(value, request);
  if (same_word(name, "host")) {
    if (request.host) return false;
    request.host = true;
  }
  if (same_word(name, "transfer-encoding")) request.transfer_encoding = true;
  if (same_word(name, "connection")) note_connection(value, request);
  return true;
}

// `head` is everything before the empty line.
std::optional<Request> parse(std::string_view head) {
  Request request;
  if (!parse_request_line(cut(head, "\r\n"), request)) return std::nullopt;
  while (!head.empty()) {
    if (!parse_field(cut(head, "\r\n"), request)) return std::nullopt;
  }
  if (request.http_1_1 && !request.host) return std::nullopt;
  return request;
}

void answer(std::string_view status, std::string_view body, bool with_body, bool close,
            std::string &output) {
  output.append("HTTP/1.1 ").append(status);
  output.append("\r\nContent-Type: text/plain\r\nContent-Length: ");
  output.append(std::to_string(body.size()));
  if (status.starts_with("405")) output.append("\r\nAllow: GET, HEAD");
  output.append(close ? "\r\nConnection: close\r\n\r\n" : "\r\nConnection: keep-alive\r\n\r\n");
  if (with_body) output.append(body);
}

}  // namespace

std::size_t HttpResponder::refuse(std::string_view input, std::string_view status,
                                  std::string &output) {
  finished_ = true;
  answer(status, "", false, true, output);
  return input.size();
}

std::size_t HttpResponder::take(std::string_view input, std::string &output) {
  if (finished_ || input.empty()) return input.size();
  if (body_left_ > 0) {
    const auto skipped = std::min<std::uint64_t>(body_left_, input.size());
    body_left_ -= skipped;
    return static_cast<std::size_t>(skipped);
  }
  if (input.starts_with("\r\n")) return 2;  // RFC 9112, 2.2
  if (input != "\r" && !is_token(input.substr(0, 1))) return refuse(input, bad_request, output);

  const auto end = input.substr(0, header_limit).find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (input.size() < header_limit) return 0;
    return refuse(input, "431 Request Header Fields Too Large", output);
  }
  const auto request = parse(input.substr(0, end));
  if (!request) return refuse(input, bad_request, output);
  if (request->transfer_encoding) return refuse(input, "501 Not Implemented", output);

  const bool head = request->method == "HEAD";
  const bool known = head || request->method == "GET";
  finished_ = request->close || (!request->http_1_1 && !request->keep_alive);
  body_left_ = request->content_length.value_or(0);
  answer(known ? "200 OK" : "405 Method Not Allowed", known ? page : "", !head, finished_, output);
  return end + 4;
}

}  // namespace plugtls::tools
