// A program: a plan bound to memory, and its runs on a team of threads. Threads divide rows, columns and
// tiles of results, never a sum, so that any number of them gives the same bits.
#pragma once
#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>

#include "memory.h"
#include "plan.h"
#include "threads.h"

namespace unrolled {

// The part of the plan's capacity that a run uses: the rows alive at each step, and the offset of each step's
// first token.
struct Extents {
  int64_t rows, steps, carry;
  const int32_t* alive;    // [steps], never growing
  const int32_t* offsets;  // [steps + 1]
};

enum class Work { products, pointwise, packing, waiting, moving, count };
constexpr int workKinds = (int)Work::count;

struct Range {
  int64_t first, last;
};

// Part `part` of `parts` of `count` things, in whole groups of `group`.
inline Range share(int64_t count, int part, int parts, int64_t group) {
  const int64_t groups = (count + group - 1) / group;
  return {std::min(count, groups * part / parts * group),
          std::min(count, groups * (part + 1) / parts * group)};
}

// With fewer rows per thread than this, time goes into reading the weights: threads divide columns instead.
constexpr int64_t fewRows = 4;
// The squares of a norm are summed in chunks of this many; the sums of the chunks are added in order.
constexpr int64_t normChunk = 4096;

class Program {
 public:
  // The arena and the parameters must outlive the program. Throws PlanError if they are too small.
  Program(Plan plan, const Kernels& kernels, float* arena, size_t arenaSize, float* parameters,
          size_t parameterSize, bool profile);

  // `pack`: the parameters have changed since the last run. Returns when all is done. Throws PlanError for
  // extents that do not fit and for indices out of range. One caller at a time; another waits its turn.
  void run(Team& team, int phase, const Extents& extents, bool pack);

  // A rough estimate of a run's time on one thread, in microseconds. Throws PlanError as `run` does.
  double estimate(int phase, const Extents& extents) const;

  // The memory of packed parameters, which a program has beside its arena.
  int64_t bytes() const;

  // Nanoseconds of the first thread, by kind of work.
  int64_t times[workKinds] = {};

 private:
  // The row from which an access counts its rows: the first of the buffer, of the step, or of the step
  // before.
  enum class Origin { buffer, step, previous };
  struct Address {
    float* at;
    int64_t stride;
    Origin origin;
  };
  // The rows that a kernel visits, `first` to before `last`, with the first rows of the step and of the step
  // before.
  struct Rows {
    int64_t step, previous, first, last;
  };
  // The rows that a loop's elementwise kernels touch for the first time at each step, their bytes, and the
  // number of rows that go through the loop together so that all this stays in cache.
  struct LoopMemory {
    std::vector<Address> touched;
    int64_t bytes = 0;
    int64_t rowsAtOnce = 1;
  };
  struct StreamRows {
    float* at;
    int64_t stride;
  };
  // Memory of a single thread.
  struct Scratch {
    Floats slots, rowValues, locals, outer;
    std::vector<StreamRows> streams;
    std::vector<Lines> lines;
    Ahead ahead{};
  };
  // A thread's part in a run.
  struct Worker {
    Team& team;
    int thread, threads;
    const Extents& extents;
    Scratch& scratch;
    bool guardFailed = false;
  };

  // Setting up.
  Address bind(const Access& access) const;
  LoopMemory memoryOf(const Loop& loop) const;
  std::unique_ptr<Scratch> makeScratch() const;

  const Address& at(AccessIndex access) const { return addresses_[access]; }
  static float* rowAt(const Address& a, const Rows& rows, int64_t row) {
    const int64_t origin = a.origin == Origin::step       ? rows.step
                           : a.origin == Origin::previous ? rows.previous
                                                          : 0;
    return a.at + (origin + row) * a.stride;
  }
  static int32_t* integersAt(const Address& a, const Rows& rows, int64_t row) {
    return reinterpret_cast<int32_t*>(rowAt(a, rows, row));
  }
  const float* matrixAt(const Matrix& m) const {
    const Buffer& b = plan_.buffers[m.buffer];
    return (b.isParameter ? parameters_ : arena_) + b.offset + m.offset;
  }
  int64_t panelWidth() const { return panelVectors_ * kernels_.lanes; }
  int64_t panelsOf(const Packing& p) const { return (p.columns + panelWidth() - 1) / panelWidth(); }

  // Packing.
  void packMatrices(int thread, int threads);
  void packTransposed(const Packing& p, float* into, int thread, int threads) const;
  void packStack(const Packing& p, float* into, int thread, int threads) const;

  // Runs.
  void checkRun(int phase, const Extents& e) const;
  double costOf(const Kernel& kernel, int64_t rows) const;
  void work(Worker& w, int phase, bool pack);
  void runLoop(Worker& w, const Loop& loop);
  void runSteps(Worker& w, const Loop& loop, Range rows, int part, int parts);
  Rows rowsOfStep(const Extents& e, int64_t step, Range rows, int64_t alive) const;
  void prefetch(const LoopMemory& memory, const Rows& next, Scratch& scratch) const;
  void runAlone(Worker& w, int32_t kernel);
  void waitForOthers(Worker& w);
  // Charges the first thread's time since the last call to a kind of work.
  void account(int thread, Work kind);

  // Kernels in a loop, on some rows and on part `part` of `parts` of the columns.
  void runPart(const Pointwise& k, Worker& w, const Rows& rows, int part, int parts);
  void runPart(const Matmul& k, Worker& w, const Rows& rows, int part, int parts);
  template <typename K>
  void runPart(const K& k, Worker& w, const Rows& rows, int part, int) {
    if (part == 0) runRows(k, rows, w.extents);
  }

  // Kernels outside loops: a thread's part of all rows, columns or tiles.
  static int64_t rowCount(Over over, const Extents& e);
  void runShare(const Pointwise& k, Worker& w);
  void runShare(const Matmul& k, Worker& w);
  void runShare(const Outer& k, Worker& w);
  void runShare(const Scatter& k, Worker& w);
  void runShare(const ColumnSums& k, Worker& w);
  void runShare(const CrossEntropy& k, Worker& w);
  void runShare(const Norm& k, Worker& w);
  void runShare(const Guard& k, Worker& w);
  template <typename K>
  void runShare(const K& k, Worker& w) {
    const Range rows = share(rowCount(k.over, w.extents), w.thread, w.threads, 1);
    runRows(k, {0, 0, rows.first, rows.last}, w.extents);
  }

  // Kernels whose rows need nothing of each other.
  void runRows(const Gather& k, const Rows& rows, const Extents&);
  void runRows(const StepSums& k, const Rows& rows, const Extents& e);
  void runRows(const Pick& k, const Rows& rows, const Extents&);
  void runRows(const Place& k, const Rows& rows, const Extents&);
  void runRows(const Reverse& k, const Rows& rows, const Extents& e);
  void runRows(const OneHot& k, const Rows& rows, const Extents&);
  void runRows(const Finals& k, const Rows& rows, const Extents& e);
  void runRows(const CopyRows& k, const Rows& rows, const Extents&);

  void multiply(const Matmul& k, const Rows& rows, Range panels, Ahead* ahead) const;
  void compute(const Pointwise& k, Scratch& scratch, const Rows& rows, Range columns) const;
  void computeTile(const Pass& pass, const Pointwise& k, Scratch& scratch, int64_t step, Range rows,
                   Range columns) const;
  uint32_t maskKey(uint32_t salt) const;
  int64_t outerDepth(const Outer& k) const { return kernels_.outerDepth(k.n, plan_.rows * plan_.steps); }

  std::mutex turn_;
  Plan plan_;
  const Kernels& kernels_;
  float* const arena_;
  float* const parameters_;
  const bool profile_;
  const int64_t panelVectors_;
  // One for each access, loop and packing of the plan.
  std::vector<Address> addresses_;
  std::vector<LoopMemory> loops_;
  std::vector<Floats> packed_;
  // One for each thread that has taken part in a run so far.
  std::vector<std::unique_ptr<Scratch>> scratch_;
  // Shared by the threads, for scatter, norm and cross-entropy.
  Floats table_;
  std::vector<float> squares_;
  std::vector<double> losses_;
  std::atomic<bool> badIndex_{false};
  bool proceed_ = true;
  bool byColumns_ = false;
  int64_t clock_ = 0;
};

}  // namespace unrolled
