// A team of threads that run one function together, each with its number, and meet at barriers inside it.
// A thread that waits for another spins for some microseconds; between runs all of them sleep.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace unrolled {

class Team {
 public:
  // The caller of `run` is one of the threads; the others are started at the first run that needs them.
  explicit Team(int threads) : size_(threads < 1 ? 1 : threads > limit ? limit : threads) {}
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  static constexpr int limit = 255;
  int size() const { return size_; }

  // Calls work(0) on this thread and work(1) … work(threads - 1) on others of the team; `threads` is capped
  // at the team's size. Returns when all have returned. One caller at a time; another waits its turn.
  void run(int threads, const std::function<void(int)>& work);

  // Every thread of the run must call it; none continues before the last one has arrived.
  void barrier();

 private:
  void serve(int number);

  const int size_;
  std::vector<std::thread> threads_;
  std::mutex turn_;
  const std::function<void(int)>* work_ = nullptr;
  // Counts the runs; the lowest eight bits hold the number of threads in this run.
  alignas(64) std::atomic<uint32_t> call_{0};
  std::atomic<bool> ending_{false};
  // Of the barrier: the threads of this run, those that have arrived, and how often all had arrived.
  int active_ = 1;
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<uint32_t> passed_{0};
};

}  // namespace unrolled
