// A program: a plan bound to memory, and its runs on a team of threads. Threads divide rows, columns and
// tiles of results, never a sum, so that any number of them gives the same bits. Knows no cell and no task.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>

#include "memory.h"
#include "plan.h"
#include "threads.h"

namespace unrolled {

// What a run is over: the rows alive at each step, and where each step's tokens begin.
struct Extents {
  int64_t rows, steps, carry;
  const int32_t* alive;    // [steps], never growing
  const int32_t* offsets;  // [steps + 1]
};

enum class Work { products, pointwise, packing, waiting, moving, count };
constexpr int workKinds = (int)Work::count;

// A norm's terms that are summed at once; the sums of these are added in order.
constexpr int64_t normChunk = 4096;

class Program {
 public:
  // The arena and the parameters must outlive the program. Throws PlanError where they are too small.
  Program(Plan plan, const Kernels& kernels, float* arena, size_t arenaSize, float* parameters,
          size_t parameterSize, bool profile);

  // `pack`: the parameters have changed since the last run. Throws PlanError for extents that do not fit and
  // for indices out of range. Returns when all is done. One caller at a time; another waits its turn.
  void run(Team& team, int phase, const Extents& extents, bool pack);

  // What a run would take on one thread, in microseconds, roughly. Throws PlanError as `run` does.
  double estimate(int phase, const Extents& extents) const;

  // Of packed parameters: what a program has beside its arena.
  int64_t bytes() const;

  // Nanoseconds of the first thread, by kind of work.
  int64_t times[workKinds] = {};

 private:
  enum class Origin { none, base, before };
  struct Spot {
    float* at;
    int64_t stride;
    Origin origin;
  };
  // Which rows a kernel visits: `first` to `last` of those that begin at `base`, or for what the step before
  // left at `before`.
  struct Moment {
    int64_t base, before, first, last;
  };
  struct Range {
    int64_t first, last;
  };
  struct Bound {
    Spot from, into, indices, vector, weights;
    std::vector<Spot> streams;
  };
  // Memory of one thread's own.
  struct Own {
    Floats slots, rowValues, handed, outer;
    std::vector<float*> streams;
    std::vector<Lines> lines;
    Ahead ahead{};
  };
  Spot bind(const Access& access) const;
  static float* rowAt(const Spot& spot, const Moment& m, int64_t row) {
    const int64_t origin = spot.origin == Origin::base     ? m.base
                           : spot.origin == Origin::before ? m.before
                                                           : 0;
    return spot.at + (origin + row) * spot.stride;
  }
  static int32_t* integersAt(const Spot& spot, const Moment& m, int64_t row) {
    return reinterpret_cast<int32_t*>(rowAt(spot, m, row));
  }

  void checkRun(int phase, const Extents& e) const;
  void work(Team& team, int thread, int threads, int phase, const Extents& e, bool pack);
  void packParameters(int thread, int threads);
  const float* matrixAt(const Matrix& m) const {
    const Buffer& b = plan_.buffers[m.buffer];
    return (b.isParameter ? parameters_ : arena_) + b.offset + m.offset;
  }
  void runLoop(Team& team, int thread, int threads, const Item& item, const Extents& e);
  void goThroughSteps(Team& team, int thread, int threads, const Item& item, const Extents& e, Range rows);
  void findTouched(Item& item) const;
  void lookAhead(const Item& item, const Moment& m, Own& own) const;
  void runInLoop(const Kernel& k, const Bound& b, Own& own, const Moment& m, int part, int parts);
  bool runAlone(Team& team, int thread, int threads, int32_t index, const Extents& e);
  void runMatmul(const Kernel& k, const Bound& b, const Moment& m, Range panels, Ahead* ahead) const;
  void runPointwise(const Kernel& k, const Bound& b, Own& own, const Moment& m, Range columns) const;
  void runTile(const Pass& pass, const Pointwise& p, const Bound& b, Own& own, const Moment& m, int64_t row,
               int64_t rows, int64_t column, int64_t columns) const;
  void gather(const Kernel& k, const Bound& b, const Moment& m);
  void outer(const Kernel& k, const Bound& b, Own& own, int64_t tokens, int thread, int threads,
             int64_t* packing);
  int64_t outerDepth(const Kernel& k) const { return kernels_.outerDepth(k.n, plan_.rows * plan_.steps); }
  void scatter(const Kernel& k, const Bound& b, int64_t tokens, int thread, int threads);
  void columnSums(const Kernel& k, const Bound& b, int64_t tokens, Range columns) const;
  void stepSums(const Kernel& k, const Bound& b, const Extents& e, Range rows) const;
  void pick(const Kernel& k, const Bound& b, const Moment& m) const;
  void place(const Kernel& k, const Bound& b, const Moment& m) const;
  void reverse(const Kernel& k, const Bound& b, const Extents& e, Range rows) const;
  void oneHot(const Kernel& k, const Bound& b, const Moment& m);
  void finals(const Kernel& k, const Bound& b, const Extents& e, Range rows) const;
  void crossEntropy(Team& team, const Kernel& k, const Bound& b, int64_t tokens, int thread, int threads);
  void norm(Team& team, const Kernel& k, const Bound& b, int thread, int threads);
  bool guard(Team& team, const Kernel& k, const Bound& b, int thread);
  double costOf(const Kernel& k, int64_t rows) const;
  uint32_t maskKey(uint32_t salt) const;
  void prepareOwn(Own& own) const;
  int64_t panelsOf(const Packing& p) const { return (p.columns + panelWidth() - 1) / panelWidth(); }
  int64_t panelWidth() const { return panelVectors_ * kernels_.lanes; }
  // Charges the first thread's time since the last call to a kind of work.
  void account(int thread, Work kind);

  std::mutex turn_;
  Plan plan_;
  const Kernels& kernels_;
  float* const arena_;
  float* const parameters_;
  const bool profile_;
  const int64_t panelVectors_;
  std::vector<Bound> bound_;
  std::vector<Floats> packed_;
  std::vector<std::unique_ptr<Own>> own_;
  Floats table_;
  std::vector<float> partial_;
  std::vector<double> nats_;
  std::atomic<bool> badIndex_{false};
  bool proceed_ = true;
  bool byColumns_ = false;
  int64_t clock_ = 0;
};

}  // namespace unrolled
