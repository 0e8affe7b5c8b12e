// SPDX-License-Identifier: Apache-2.0
// A library's handshake in which the program may be asked something and answer "not yet", although the library cannot wait.
//
//   std::optional<Suspension> suspension;      // of a connection that may ask: suspension.emplace(&step, connection)
//   if (!suspension->go_on()) return PLUGTLS_WANT_CALLBACK;   // in handshake: has run step once, to its end
//   if (!suspension->ask(question)) give up;   // in a callback of the library's, within step
#pragma once

#include <plugtls/kit/fiber.hpp>

namespace plugtls::kit {

// The step runs on a stack of its own and is left where a question is open. The program is always asked on the stack of
// whoever called go_on: its callbacks need not know.
class Suspension {
 public:
  using Step = void (*)(void *user) noexcept;

  Suspension(Step step, void *user) : step_(step), user_(user), fiber_(&body, this) {}
  // Ends a question that is open: ask() answers false, and the step has to come to its end.
  ~Suspension() {
    ending_ = true;
    while (open_.ask != nullptr) {
      open_ = {};
      fiber_.resume();
    }
  }
  Suspension(const Suspension &) = delete;
  Suspension &operator=(const Suspension &) = delete;

  // Begins a step, or goes on with one. True at its end, false while a question is open.
  bool go_on() noexcept {
    do {
      if (open_.ask != nullptr && !open_.ask(open_.question)) return false;
      open_ = {};
      inside_ = true;
      fiber_.resume();
      inside_ = false;
    } while (open_.ask != nullptr);
    return true;
  }

  // Calls `question`, now and in every later go_on, until it answers true. False if the connection is being freed instead.
  // Outside a step, where there is nothing to come back to, it is called once, and false means that it is still open.
  template <class Question>
  bool ask(Question &question) noexcept {
    if (ending_) return false;
    if (!inside_) return question();
    open_ = {[](void *self) noexcept { return (*static_cast<Question *>(self))(); }, &question};
    fiber_.suspend();
    return !ending_;
  }

 private:
  struct Open {
    bool (*ask)(void *question) noexcept = nullptr;
    void *question = nullptr;
  };

  static void body(void *self) noexcept {
    auto &own = *static_cast<Suspension *>(self);
    while (true) {
      own.step_(own.user_);
      own.fiber_.suspend();
    }
  }

  Step step_;
  void *user_;
  bool ending_ = false;
  bool inside_ = false;  // the step runs
  Open open_;
  Fiber fiber_;
};

}  // namespace plugtls::kit
