#include "threads.h"

#include <chrono>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace unrolled {
namespace {

inline void relax() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits until `value` differs from `old`, first spinning for the given time, then asleep. Returns the new
// value.
uint32_t awaitChange(std::atomic<uint32_t>& value, uint32_t old, std::chrono::microseconds spin) {
  using clock = std::chrono::steady_clock;
  const auto end = clock::now() + spin;
  do {
    for (int i = 0; i < 64; i++) {
      const uint32_t now = value.load(std::memory_order_acquire);
      if (now != old) return now;
      relax();
    }
  } while (clock::now() < end);
  for (;;) {
    const uint32_t now = value.load(std::memory_order_acquire);
    if (now != old) return now;
    value.wait(old, std::memory_order_acquire);
  }
}

constexpr std::chrono::microseconds insideRun{50}, afterRun{10};

}  // namespace

Team::~Team() {
  ending_ = true;
  call_.fetch_add(256, std::memory_order_release);
  call_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Team::run(int threads, const std::function<void(int)>& work) {
  std::lock_guard turn(turn_);
  active_ = threads < 1 ? 1 : threads > size_ ? size_ : threads;
  if (active_ == 1) return work(0);
  while ((int)threads_.size() < active_ - 1) {
    const int number = (int)threads_.size() + 1;
    threads_.emplace_back([this, number] { serve(number); });
  }
  work_ = &work;
  call_.store(((call_.load(std::memory_order_relaxed) & ~255u) + 256u) | (uint32_t)active_,
              std::memory_order_release);
  call_.notify_all();
  work(0);
  barrier();
}

void Team::serve(int number) {
  // A thread that is started during a run takes part in it.
  uint32_t seen = 0;
  for (;;) {
    seen = awaitChange(call_, seen, afterRun);
    if (ending_) return;
    if (number >= (int)(seen & 255u)) continue;
    (*work_)(number);
    barrier();
  }
}

void Team::barrier() {
  // Read before arriving: once all have arrived, the next run may change it.
  const int active = active_;
  if (active == 1) return;
  const uint32_t round = passed_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == active) {
    arrived_.store(0, std::memory_order_relaxed);
    passed_.fetch_add(1, std::memory_order_release);
    passed_.notify_all();
    return;
  }
  awaitChange(passed_, round, insideRun);
}

}  // namespace unrolled
