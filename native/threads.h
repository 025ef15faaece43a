// A team of threads that run one function together, each with its number, and meet at barriers inside it.
// They spin for microseconds where one waits for another, and are parked between runs.
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
  explicit Team(int threads) : size_(threads < 1 ? 1 : threads > most ? most : threads) {}
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  static constexpr int most = 255;
  int size() const { return size_; }

  // Calls work(0) here and work(1) … work(threads - 1) on others, no more than the team has; returns when all
  // have returned. One caller at a time; another waits its turn.
  void run(int threads, const std::function<void(int)>& work);

  // All threads of the run must call it; none goes on before the last one has come.
  void barrier();

 private:
  void serve(int number);

  const int size_;
  std::vector<std::thread> threads_;
  std::mutex turn_;
  const std::function<void(int)>* work_ = nullptr;
  // Counts the runs, and in the lowest eight bits says how many threads take part in this one.
  alignas(64) std::atomic<uint32_t> call_{0};
  std::atomic<bool> ending_{false};
  // Of the barrier: who came so far, and how often all had come.
  int active_ = 1;
  alignas(64) std::atomic<int> arrived_{0};
  alignas(64) std::atomic<uint32_t> passed_{0};
};

}  // namespace unrolled
