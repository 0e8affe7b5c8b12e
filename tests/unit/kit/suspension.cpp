// SPDX-License-Identifier: Apache-2.0
#include <plugtls/kit/suspension.hpp>

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <thread>

using plugtls::kit::Suspension;

namespace {

// A library's step that asks one question each time, and a program that needs time to think.
struct Library {
  std::optional<Suspension> suspension;
  int patience = 0;  // how often the program says "not yet"
  int steps = 0, questions = 0;
  bool answered = false;
  std::thread::id asked_on;

  explicit Library(int pending) : patience(pending) {
    suspension.emplace([](void *self) noexcept { static_cast<Library *>(self)->step(); }, this);
  }

  bool operator()() noexcept {
    ++questions;
    asked_on = std::this_thread::get_id();
    return patience-- <= 0;
  }

 private:
  void step() noexcept {
    answered = suspension->ask(*this);
    ++steps;
  }
};

}  // namespace

TEST_CASE("suspension: a step whose question is answered at once runs to its end") {
  Library library(0);
  CHECK(library.suspension->go_on());
  CHECK(library.steps == 1);
  CHECK(library.answered);
  CHECK(library.suspension->go_on());
  CHECK(library.steps == 2);
}

TEST_CASE(
    "suspension: an open question is asked again by each go_on, and the step goes on with it") {
  Library library(2);
  CHECK_FALSE(library.suspension->go_on());
  CHECK_FALSE(library.suspension->go_on());
  CHECK(library.steps == 0);
  CHECK(library.suspension->go_on());
  CHECK(library.steps == 1);
  CHECK(library.questions == 3);
}

TEST_CASE("suspension: whoever goes on is asked, whichever thread that is", "[threads]") {
  Library library(1);
  CHECK_FALSE(library.suspension->go_on());
  CHECK(library.asked_on == std::this_thread::get_id());
  std::thread::id other;
  std::thread([&] {
    other = std::this_thread::get_id();
    CHECK(library.suspension->go_on());
  }).join();
  CHECK(library.asked_on == other);
  CHECK(library.answered);
}

TEST_CASE("suspension: freed with a question open, the step comes to its end unanswered") {
  Library library(1000);
  CHECK_FALSE(library.suspension->go_on());
  library.suspension.reset();
  CHECK(library.steps == 1);
  CHECK_FALSE(library.answered);
}

TEST_CASE("suspension: freed before it ran, nothing runs") {
  Library library(0);
  library.suspension.reset();
  CHECK(library.steps == 0);
}
