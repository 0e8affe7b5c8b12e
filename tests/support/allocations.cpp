// SPDX-License-Identifier: Apache-2.0
#include "allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

// glibc's own, beneath the names that are replaced here.
extern "C" {
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
}

namespace {

std::atomic<uint64_t> malloc_count{0};
std::atomic<uint64_t> new_count{0};

void *counted_new(size_t size) {
  new_count.fetch_add(1, std::memory_order_relaxed);
  malloc_count.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(size == 0 ? 1 : size);
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) void *malloc(size_t size) {
  malloc_count.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(size);
}
__attribute__((visibility("default"))) void *calloc(size_t count, size_t size) {
  malloc_count.fetch_add(1, std::memory_order_relaxed);
  return __libc_calloc(count, size);
}
__attribute__((visibility("default"))) void *realloc(void *block, size_t size) {
  malloc_count.fetch_add(1, std::memory_order_relaxed);
  return __libc_realloc(block, size);
}

}  // extern "C"

__attribute__((visibility("default"))) void *operator new(size_t size) {
  if (void *block = counted_new(size)) return block;
  throw std::bad_alloc();
}
__attribute__((visibility("default"))) void operator delete(void *block) noexcept {
  std::free(block);
}
__attribute__((visibility("default"))) void operator delete(void *block, size_t) noexcept {
  std::free(block);
}

namespace support {

Allocations allocations() {
  return {malloc_count.load(), new_count.load()};
}

}  // namespace support
