// Allocates zeroed memory aligned to cache lines; large blocks on large pages, if the system has them.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "kernels.h"

namespace unrolled {

constexpr int64_t pageBytes = 1 << 21;

inline void preferLargePages([[maybe_unused]] void* at, [[maybe_unused]] int64_t bytes) {
#if defined(__linux__)
  const auto first = ((uintptr_t)at + pageBytes - 1) / pageBytes * pageBytes;
  const auto last = ((uintptr_t)at + bytes) / pageBytes * pageBytes;
  if (first < last) madvise((void*)first, last - first, MADV_HUGEPAGE);
#endif
}

struct Free {
  void operator()(float* at) const { free(at); }
};
using Floats = std::unique_ptr<float[], Free>;

inline Floats allocate(int64_t count) {
  const int64_t unit = 4 * count >= pageBytes ? pageBytes : cacheLineBytes;
  const int64_t bytes = (4 * count / unit + 1) * unit;
  auto* at = (float*)aligned_alloc(unit, bytes);
  if (!at) throw std::bad_alloc();
  preferLargePages(at, bytes);
  memset(at, 0, bytes);
  return Floats(at);
}

}  // namespace unrolled
