// SPDX-License-Identifier: Apache-2.0
// A function that can stop in the middle and be gone on with later, on a stack of its own, by whichever thread comes next.
// For libraries that cannot suspend, so that a callback of the program's may answer "not yet" all the same. What the
// libraries have for it themselves does not do: OpenSSL's ASYNC_JOB is bound to the thread it began on and has 32 KiB.
#pragma once

#include <sys/mman.h>

#include <ucontext.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#  include <sanitizer/asan_interface.h>
#endif
#if defined(__SANITIZE_THREAD__)
#  include <sanitizer/tsan_interface.h>
#endif

namespace plugtls::kit {

// Pages are taken as they are touched; the lowest is never there, so that an overflow ends the program and nothing else.
class FiberStack {
 public:
  explicit FiberStack(std::size_t size) : size_(size + guard_size()) {
    void *const mapped = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    base_ = static_cast<std::byte *>(mapped);
    if (::mprotect(base_, guard_size(), PROT_NONE) == 0) return;
    (void)::munmap(base_, size_);
    throw std::bad_alloc();
  }
  ~FiberStack() {
#if defined(__SANITIZE_ADDRESS__)
    ASAN_UNPOISON_MEMORY_REGION(bottom(),
                                size());  // or the next mapping here inherits the frames' red zones
#endif
    (void)::munmap(base_, size_);
  }
  FiberStack(const FiberStack &) = delete;
  FiberStack &operator=(const FiberStack &) = delete;

  [[nodiscard]] std::byte *bottom() const noexcept {
    return base_ + guard_size();
  }
  [[nodiscard]] std::size_t size() const noexcept {
    return size_ - guard_size();
  }

 private:
  static std::size_t guard_size() noexcept {
    return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  }

  std::size_t size_;
  std::byte *base_ = nullptr;
};

// What sanitizers have to be told of a switch of stacks.
class FiberWatch {
 public:
  explicit FiberWatch(const FiberStack &stack) noexcept : stack_(stack) {
#if defined(__SANITIZE_THREAD__)
    own_ = __tsan_create_fiber(0);
#endif
  }
  ~FiberWatch() {  // NOLINT(*-use-equals-default): not under ThreadSanitizer
#if defined(__SANITIZE_THREAD__)
    __tsan_destroy_fiber(own_);
#endif
  }
  FiberWatch(const FiberWatch &) = delete;
  FiberWatch &operator=(const FiberWatch &) = delete;

  void before_entering() noexcept {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&callers_fake_, stack_.bottom(), stack_.size());
#elif defined(__SANITIZE_THREAD__)
    caller_ = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(own_, 0);
#endif
  }
  void after_leaving() noexcept {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(callers_fake_, nullptr, nullptr);
#endif
  }
  void after_entering() noexcept {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(own_fake_, &callers_bottom_, &callers_size_);
#endif
  }
  void before_leaving() noexcept {
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(&own_fake_, callers_bottom_, callers_size_);
#elif defined(__SANITIZE_THREAD__)
    __tsan_switch_to_fiber(caller_, 0);
#endif
  }

 private:
  [[maybe_unused]] const FiberStack &stack_;
  [[maybe_unused]] void *own_fake_ = nullptr;
  [[maybe_unused]] void *callers_fake_ = nullptr;
  [[maybe_unused]] const void *callers_bottom_ = nullptr;
  [[maybe_unused]] std::size_t callers_size_ = 0;
  [[maybe_unused]] void *own_ = nullptr;
  [[maybe_unused]] void *caller_ = nullptr;
};

// The body never ends: where it has nothing more to do it suspends for good. A fiber may be destroyed while it is
// suspended, and nothing on its stack is destroyed then: see to it that there is nothing that has to be.
class Fiber {
 public:
  using Body = void (*)(void *user) noexcept;

  static constexpr std::size_t default_stack = std::size_t{512} << 10U;

  Fiber(Body body, void *user, std::size_t stack = default_stack)
      : body_(body), user_(user), stack_(stack), watch_(stack_) {
    if (::getcontext(&own_) != 0) throw std::bad_alloc();
    own_.uc_stack.ss_sp = stack_.bottom();
    own_.uc_stack.ss_size = stack_.size();
    const auto self = reinterpret_cast<std::uintptr_t>(this);
    // makecontext hands over ints.
    ::makecontext(&own_, reinterpret_cast<void (*)()>(&enter), 2,
                  static_cast<unsigned>(std::uint64_t{self} >> 32U), static_cast<unsigned>(self));
  }
  ~Fiber() = default;
  Fiber(const Fiber &) = delete;
  Fiber &operator=(const Fiber &) = delete;

  // Runs the body until it suspends. Not from within it.
  void resume() noexcept {
    watch_.before_entering();
    (void)::swapcontext(&caller_, &own_);
    watch_.after_leaving();
  }

  // From within the body: back to whoever resumed it, who may be another thread when this returns. So the functions that
  // lie on the fiber's stack then must not keep the address of anything of the thread's.
  void suspend() noexcept {
    watch_.before_leaving();
    (void)::swapcontext(&own_, &caller_);
    watch_.after_entering();
  }

 private:
  static void enter(unsigned high, unsigned low) noexcept {
    const std::uint64_t self = std::uint64_t{high} << 32U | low;
    Fiber &fiber = *reinterpret_cast<Fiber *>(static_cast<std::uintptr_t>(self));
    fiber.watch_.after_entering();
    fiber.body_(fiber.user_);
    while (true)
      fiber.suspend();
  }

  Body body_;
  void *user_;
  FiberStack stack_;
  FiberWatch watch_;
  ucontext_t own_{};
  ucontext_t caller_{};
};

}  // namespace plugtls::kit
