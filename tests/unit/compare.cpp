// SPDX-License-Identifier: Apache-2.0
#include "compare/client_hello.hpp"
#include "compare/statistics.hpp"
#include "compare/units.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace plugtls::tools::compare;
using Catch::Matchers::WithinAbs;

Cell measured(std::vector<double> samples) {
  Cell out;
  out.samples = std::move(samples);
  summarise(out);
  return out;
}

// A record with a ClientHello of two suites and four extensions.
std::vector<std::byte> hello() {
  const unsigned char parts[] = {
      0x00, 0x2b, 0x00, 0x03, 0x02, 0x03, 0x04,                          // supported_versions: 1.3
      0x00, 0x0a, 0x00, 0x06, 0x00, 0x04, 0x00, 0x1d, 0x00, 0x17,        // groups
      0x00, 0x0d, 0x00, 0x04, 0x00, 0x02, 0x04, 0x03,                    // signature_algorithms
      0x00, 0x33, 0x00, 0x08, 0x00, 0x06, 0x00, 0x1d, 0x00, 0x02, 1, 2,  // key_share
  };
  std::vector<unsigned char> body = {0x03, 0x03};
  body.insert(body.end(), 32, 0x77);                                          // random
  body.insert(body.end(), {0x00, 0x00, 0x04, 0x13, 0x01, 0xc0, 0x2f, 1, 0});  // suites, compression
  body.insert(body.end(), {0x00, static_cast<unsigned char>(sizeof parts)});
  body.insert(body.end(), std::begin(parts), std::end(parts));
  std::vector<unsigned char> out = {22,
                                    3,
                                    1,
                                    0,
                                    static_cast<unsigned char>(body.size() + 4),
                                    1,
                                    0,
                                    0,
                                    static_cast<unsigned char>(body.size())};
  out.insert(out.end(), body.begin(), body.end());
  const auto bytes = std::as_bytes(std::span(out));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("B14 compare: a quantile lies between its neighbours in proportion") {
  CHECK_THAT(quantile({3, 1, 2}, 0.5), WithinAbs(2, 1e-12));
  CHECK_THAT(quantile({4, 1, 2, 3}, 0.5), WithinAbs(2.5, 1e-12));
  CHECK_THAT(quantile({10, 0}, 0.25), WithinAbs(2.5, 1e-12));
  CHECK_THAT(quantile({7}, 0.99), WithinAbs(7, 1e-12));
}

TEST_CASE("B14 compare: noise that two backends share does not widen their ratio's interval") {
  // Every round takes both twice as long as the one before.
  const std::vector<double> slow = {200, 400, 800, 1600, 3200};
  const std::vector<double> fast = {100, 200, 400, 800, 1600};
  const Interval paired = ratio_interval(slow, fast);
  CHECK_THAT(paired.low, WithinAbs(2, 1e-12));
  CHECK_THAT(paired.high, WithinAbs(2, 1e-12));
  // Without pairs nobody can know.
  const Interval unpaired = ratio_interval(slow, {100, 200, 400, 800});
  CHECK(unpaired.low < 1);
  CHECK(unpaired.high > 4);
}

TEST_CASE("B14 compare: nobody is called fastest whose lead is within the noise") {
  Row row;
  row.cells = {measured({100, 104, 98, 103, 97}), measured({101, 99, 103, 98, 102}),
               measured({10, 11, 10, 10, 11})};
  rank(row, Better::higher);
  CHECK(row.cells[0].verdict != "fastest");
  CHECK(row.cells[1].verdict != "fastest");
  CHECK((row.cells[0].verdict == "no difference seen" ||
         row.cells[1].verdict == "no difference seen"));
  CHECK(row.cells[2].verdict.find("times slower") != std::string::npos);
  CHECK(*row.cells[2].ratio > 9);
}

TEST_CASE(
    "B14 compare: the smallest is best where less is better, and what was not measured has no "
    "rank") {
  Row row;
  row.cells = {measured({30}), measured({10}), Cell()};
  rank(row, Better::lower);
  CHECK(row.cells[1].verdict == "least");
  CHECK_THAT(*row.cells[0].ratio, WithinAbs(3, 1e-12));
  CHECK_FALSE(row.cells[2].ratio);
}

TEST_CASE("B14 compare: one backend alone has no rank") {
  Row row;
  row.cells = {measured({30, 31})};
  rank(row, Better::higher);
  CHECK_FALSE(row.cells[0].ratio);
  CHECK(row.cells[0].verdict.empty());
}

TEST_CASE("B14 compare: a ClientHello is read off its bytes, in one record or in many") {
  const std::vector<std::byte> one = hello();
  const auto parsed = parse_client_hello(one);
  REQUIRE(parsed);
  CHECK(parsed->cipher_suites == std::vector<std::uint16_t>{0x1301, 0xc02f});
  CHECK(parsed->extensions == std::vector<std::uint16_t>{43, 10, 13, 51});
  CHECK(parsed->versions == std::vector<std::uint16_t>{0x0304});
  CHECK(parsed->groups == std::vector<std::uint16_t>{0x001d, 0x0017});
  CHECK(parsed->signature_schemes == std::vector<std::uint16_t>{0x0403});
  CHECK(parsed->key_shares == std::vector<std::uint16_t>{0x001d});
  std::vector<std::byte> many;
  for (std::size_t i = 5; i < one.size(); ++i) {
    for (const int each : {22, 3, 1, 0, 1})
      many.push_back(static_cast<std::byte>(each));
    many.push_back(one[i]);
  }
  const auto again = parse_client_hello(many);
  REQUIRE(again);
  CHECK(again->extensions == parsed->extensions);
}

TEST_CASE("B14 compare: what is no whole ClientHello is none, wherever it ends") {
  const std::vector<std::byte> whole = hello();
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(parse_client_hello(std::span(whole).first(size)));
}

TEST_CASE("B14 compare: figures have three digits that mean something") {
  CHECK(figure(12345.4) == "12,345");
  CHECK(figure(1234567) == "1,234,567");
  CHECK(figure(123.4) == "123");
  CHECK(figure(12.34) == "12.3");
  CHECK(figure(0.01234) == "0.0123");
  CHECK(with_unit(2048, "bytes") == "2 KiB");
  CHECK(with_unit(70247.0, "bytes") == "68.6 KiB");
  CHECK(with_unit(1000, "1/s") == "1,000 /s");
}
