#include "roofline.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#if !defined(_WIN32)
#include <dlfcn.h>
#endif

#include "memory.h"

namespace unrolled {
namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The best of many short trials of `flop` operations each, since other processes do not slow all of them.
template <typename F>
double bestRate(double flop, F trial) {
  double best = 0;
  const double end = seconds() + 0.3;
  do {
    const double began = seconds();
    trial();
    best = std::max(best, flop / (seconds() - began) / 1e9);
  } while (seconds() < end);
  return best;
}

// cblas_sgemm.
using Gemm = void (*)(int, int, int, int, int, int, float, const float*, int, const float*, int, float,
                      float*, int);
using SetThreads = void (*)(int);

struct Shape {
  int64_t m, n, k;
};
constexpr Shape shapes[] = {{64, 2048, 512}, {32, 512, 512}, {256, 1024, 1024}};

}  // namespace

Roofline measureRoofline(Team& team, const Kernels& kernels) {
  Roofline roofline{};
  const int threads = team.size();
  constexpr int64_t rounds = 20000;
  const auto flop = (double)kernels.multiplyAdds(1);
  roofline.registers = bestRate(flop * rounds * threads,
                                [&] { team.run(threads, [&](int) { kernels.multiplyAdds(rounds); }); });

  Gemm gemm = nullptr;
#if !defined(_WIN32)
  if (void* library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL)) {
    gemm = (Gemm)dlsym(library, "cblas_sgemm");
    if (const auto set = (SetThreads)dlsym(library, "openblas_set_num_threads")) set(threads);
  }
#endif
  for (const auto& s : shapes) {
    const int64_t m = s.m * threads;
    Floats a = allocate(m * s.k), b = allocate(s.k * s.n), c = allocate(m * s.n);
    // Any values except zeros alone.
    for (int64_t i = 0; i < m * s.k; i++) a[i] = (float)(i % 13) - 6;
    for (int64_t i = 0; i < s.k * s.n; i++) b[i] = (float)(i % 7) - 3;
    const double work = 2.0 * (double)m * (double)s.n * (double)s.k;
    const int64_t width = kernels.wide * kernels.lanes, panels = (s.n + width - 1) / width;
    const auto ours = [&](int thread) {
      const int64_t first = m * thread / threads, last = m * (thread + 1) / threads;
      kernels.product({.a = a.get() + first * s.k,
                       .aStride = s.k,
                       .rows = last - first,
                       .depth = s.k,
                       .panels = b.get(),
                       .panelVectors = kernels.wide,
                       .firstPanel = 0,
                       .lastPanel = panels,
                       .columns = s.n,
                       .c = c.get() + first * s.n,
                       .cStride = s.n,
                       .ahead = nullptr});
    };
    roofline.product = std::max(roofline.product, bestRate(work, [&] { team.run(threads, ours); }));
    if (!gemm) continue;
    constexpr int rowMajor = 101, plain = 111;
    const auto theirs = [&] {
      gemm(rowMajor, plain, plain, (int)m, (int)s.n, (int)s.k, 1, a.get(), (int)s.k, b.get(), (int)s.n, 0,
           c.get(), (int)s.n);
    };
    roofline.openblas = std::max(roofline.openblas, bestRate(work, theirs));
  }
  return roofline;
}

}  // namespace unrolled
