// SPDX-License-Identifier: Apache-2.0
// Which of several issuers a path goes on with.
#include "paths.hpp"

#include <plugtls/kit/path.hpp>

#include <catch2/catch_test_macros.hpp>

#include <vector>

using namespace kit_test;
namespace kit = plugtls::kit;

namespace {

std::vector<kit::PathCertificate> known(const std::vector<Der> &certificates) {
  std::vector<kit::PathCertificate> out;
  for (const Der &one : certificates)
    out.push_back({one, kit::facts_of(one)});
  return out;
}

// A leaf, its intermediate, and a root that is there several times, as roots of one name with different keys would be.
struct Family {
  std::vector<Der> chain = read_pem("good-ec.chain.pem");
  std::vector<Der> roots;
  std::vector<kit::PathCertificate> sent, anchors;
  int asked = 0;

  explicit Family(std::size_t roots_of_one_name)
      : roots(roots_of_one_name, read_pem("root.pem").front()),
        sent(known(chain)),
        anchors(known(roots)) {}

  // `right`: the root that has signed.
  kit::FoundPath find(std::size_t right) {
    return kit::find_path(sent, anchors, now(), 12, [&](kit::PathStep, kit::PathStep upper) {
      ++asked;
      return !upper.anchor || upper.index == right;
    });
  }
};

bool all_hold(const kit::FoundPath &found, std::size_t right) {
  return kit::judge_path_signatures(found,
                                    [&](kit::PathStep, kit::PathStep upper) {
                                      return !upper.anchor || upper.index == right;
                                    })
      .good();
}

}  // namespace

TEST_CASE("of roots with one name the one that has signed ends the path", "[path]") {
  Family family(3);
  const kit::FoundPath found = family.find(1);
  REQUIRE(found.anchored);
  REQUIRE(found.steps.size() == 3);
  CHECK(found.steps.back().index == 1);
  CHECK(all_hold(found, 1));
}

TEST_CASE("where none of several has signed the first is taken, and refused", "[path]") {
  Family family(3);
  const kit::FoundPath found = family.find(7);
  REQUIRE(found.anchored);
  CHECK(found.steps.back().index == 0);
  CHECK_FALSE(all_hold(found, 7));
}

TEST_CASE("of issuers that were sent the one that has signed is taken", "[path]") {
  Family family(1);
  family.sent.push_back(family.sent.back());
  const kit::FoundPath found =
      kit::find_path(family.sent, family.anchors, now(), 12,
                     [](kit::PathStep, kit::PathStep upper) { return upper.index != 1; });
  REQUIRE(found.steps.size() == 3);
  CHECK(found.steps[1].index == 2);
}

TEST_CASE("a lone issuer's signature is left to the verdict", "[path]") {
  Family family(1);
  CHECK(family.find(0).anchored);
  CHECK(family.asked == 0);
}

TEST_CASE("a signature that told issuers apart is not verified twice", "[path]") {
  Family family(2);
  const kit::FoundPath found = family.find(1);
  int again = 0;
  const auto count = [&](kit::PathStep, kit::PathStep) { return ++again > 0; };
  CHECK(kit::judge_path_signatures(found, count).good());
  CHECK(again == 1);  // the intermediate's of the leaf
}

TEST_CASE("telling issuers apart has a limit, whatever is sent", "[path]") {
  Family family(500);
  const kit::FoundPath found = family.find(499);
  CHECK(family.asked == static_cast<int>(kit::path::most_trials));
  CHECK(found.steps.back().index == 0);
}
