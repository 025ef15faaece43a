// Sets programs up and runs their phases; the kernels are in engine-kernels.cpp and engine-pointwise.cpp.
#include "engine.h"

#include <time.h>

#include <map>

namespace unrolled {
namespace {

int64_t now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

// Runs that take less than this on one thread, in microseconds, are not worth waking others for.
constexpr double worthDividing = 40;
// Prefetching more than this per step and thread would evict what is needed now, in bytes.
constexpr int64_t prefetchLimit = 1 << 19;
// Rows go through a loop together as long as they touch at most this in a step, in bytes. If the weights take
// more than `cachedWeights`, all rows go together, because each group of rows would read the weights anew.
constexpr int64_t touchedAtOnce = 1 << 18, cachedWeights = 1 << 19;

template <typename K>
constexpr Work workOf = isOneOf<K, Matmul, Outer>                   ? Work::products
                        : isOneOf<K, Pointwise, CrossEntropy, Norm> ? Work::pointwise
                                                                    : Work::moving;

std::string entry(const char* table, int64_t index) {
  return std::string(table) + "[" + std::to_string(index) + "]";
}

[[noreturn]] void refuse(const std::string& what, const std::string& expected, int64_t actual) {
  throw PlanError(what + " must be " + expected + ", got " + std::to_string(actual));
}

void expectRange(const char* what, int64_t low, int64_t high, int64_t actual) {
  if (actual < low || actual > high)
    refuse(what, "from " + std::to_string(low) + " to " + std::to_string(high), actual);
}

}  // namespace

Program::Program(Plan plan, const Kernels& kernels, float* arena, size_t arenaSize, float* parameters,
                 size_t parameterSize, bool profile)
    : plan_(std::move(plan)),
      kernels_(kernels),
      arena_(arena),
      parameters_(parameters),
      profile_(profile),
      panelVectors_(plan_.rows <= kernels.tileRows / 2 ? kernels.tall : kernels.wide) {
  const auto expectAtLeast = [](const char* what, int64_t limit, size_t actual) {
    if ((int64_t)actual < limit)
      throw PlanError(std::string("expected at least ") + std::to_string(limit) + " floats for " + what +
                      ", got " + std::to_string(actual));
  };
  expectAtLeast("the arena", plan_.arena, arenaSize);
  expectAtLeast("the parameters", plan_.parameters, parameterSize);
  for (const auto& access : plan_.accesses) addresses_.push_back(bind(access));
  int64_t table = 0, chunks = 0;
  for (const auto& kernel : plan_.kernels) {
    if (const auto* scatter = std::get_if<Scatter>(&kernel)) table = std::max(table, scatter->m * scatter->n);
    if (const auto* norm = std::get_if<Norm>(&kernel)) chunks = std::max(chunks, norm->width / normChunk + 1);
    if (std::holds_alternative<CrossEntropy>(kernel)) losses_.resize(plan_.rows * plan_.steps);
  }
  table_ = allocate(table);
  squares_.resize(chunks);
  for (const auto& phase : plan_.phases)
    for (const auto& item : phase)
      if (const auto* loop = std::get_if<Loop>(&item)) loops_.push_back(memoryOf(*loop));
  for (const auto& p : plan_.packings) {
    // Tables are exact; panels are filled up to whole vectors.
    const int64_t vectors = (p.columns + kernels_.lanes - 1) / kernels_.lanes;
    const int64_t columns = p.form == Packing::Form::table ? p.columns : vectors * kernels_.lanes;
    packed_.push_back(allocate(p.depth * columns + kernels_.lanes));
  }
}

int64_t Program::bytes() const {
  int64_t floats = 0;
  for (const auto& p : plan_.packings) floats += p.depth * p.columns;
  return 4 * floats;
}

Program::Address Program::bind(const Access& a) const {
  const Buffer& b = plan_.buffers[a.buffer];
  float* space = b.isParameter ? parameters_ : arena_;
  const int64_t stride = b.extent == Extent::once ? 0 : b.width;
  // States begin with the rows before the first step.
  const bool skips = b.extent == Extent::states && a.at == At::now;
  const Origin origin = b.extent == Extent::tokens || skips             ? Origin::step
                        : b.extent == Extent::states && a.at == At::lag ? Origin::previous
                                                                        : Origin::buffer;
  return {space + b.offset + (skips ? plan_.rows * stride : 0) + a.column, stride, origin};
}

// Counts only buffers that have separate rows for each step, and of which at least half a row is used.
Program::LoopMemory Program::memoryOf(const Loop& loop) const {
  std::map<std::pair<int32_t, At>, int64_t> widths;
  int64_t weights = 0;
  for (const int32_t index : loop.body) {
    if (const auto* k = std::get_if<Pointwise>(&plan_.kernels[index])) {
      for (const auto& s : k->streams) {
        const Access& a = plan_.accesses[s.access];
        if (!s.local && !s.single && at(s.access).origin != Origin::buffer)
          widths[{a.buffer, a.at}] += s.width;
      }
    } else if (const auto* k = std::get_if<Matmul>(&plan_.kernels[index])) {
      weights += 4 * plan_.packings[k->packing].depth * plan_.packings[k->packing].columns;
    }
  }
  LoopMemory memory;
  for (const auto& [rows, width] : widths) {
    const auto [buffer, origin] = rows;
    const int64_t stride = plan_.buffers[buffer].width;
    if (2 * width < stride) continue;
    memory.touched.push_back(bind({buffer, 0, origin}));
    memory.bytes += 4 * stride;
  }
  memory.rowsAtOnce = weights > cachedWeights || memory.bytes == 0
                          ? plan_.rows
                          : std::max(kernels_.tileRows, touchedAtOnce / memory.bytes);
  return memory;
}

void Program::checkRun(int phase, const Extents& e) const {
  if (phase < 0 || phase >= phaseCount || !plan_.hasPhase[phase])
    throw PlanError("the plan has no phase " + std::to_string(phase));
  expectRange("rows", 1, plan_.rows, e.rows);
  expectRange("steps", 1, plan_.steps, e.steps);
  expectRange("carry", 1, e.steps, e.carry);
  if (e.alive[0] != e.rows) refuse("alive[0]", std::to_string(e.rows), e.alive[0]);
  if (e.offsets[0] != 0) refuse("offsets[0]", "0", e.offsets[0]);
  for (int64_t t = 0; t < e.steps; t++) {
    const int64_t before = t == 0 ? e.rows : e.alive[t - 1];
    if (e.alive[t] < 0 || e.alive[t] > before)
      refuse(entry("alive", t), "from 0 to " + std::to_string(before), e.alive[t]);
    const int64_t end = (int64_t)e.offsets[t] + e.alive[t];
    if (e.offsets[t + 1] != end) refuse(entry("offsets", t + 1), std::to_string(end), e.offsets[t + 1]);
  }
}

// In microseconds.
double Program::costOf(const Kernel& kernel, int64_t rows) const {
  const auto moving = [&](int64_t width) { return (double)rows * (double)width * 1e-4; };
  return std::visit(Overloaded{
                        [&](const Pointwise& k) {
                          double cost = 0;
                          for (const auto& pass : k.passes)
                            cost += (double)pass.width * (double)pass.operations.size();
                          return (double)rows * cost * 1e-4;
                        },
                        [&](const Matmul& k) {
                          const Packing& p = plan_.packings[k.packing];
                          const double elements = (double)p.depth * (double)p.columns;
                          return std::max((double)rows * elements * 2e-5, elements * 6e-5);
                        },
                        [&](const Outer& k) { return (double)rows * (double)k.m * (double)k.n * 2e-5; },
                        [&](const CrossEntropy& k) { return (double)rows * (double)k.classes * 1e-3; },
                        [&](const Scatter& k) { return moving(k.m); },
                        [&](const Gather&) { return 0.0; },
                        [&](const Guard&) { return 0.0; },
                        [&](const auto& k) { return moving(k.width); },
                    },
                    kernel);
}

int64_t Program::rowCount(Over over, const Extents& e) {
  return over == Over::tokens ? e.offsets[e.steps] : over == Over::rows ? e.rows : 1;
}

double Program::estimate(int phase, const Extents& e) const {
  checkRun(phase, e);
  const int64_t alive = std::max<int64_t>(1, e.offsets[e.steps] / e.steps);
  double cost = 0;
  for (const auto& item : plan_.phases[phase]) {
    if (const auto* loop = std::get_if<Loop>(&item)) {
      for (const int32_t index : loop->body) cost += (double)e.steps * costOf(plan_.kernels[index], alive);
    } else {
      const Kernel& kernel = plan_.kernels[std::get<int32_t>(item)];
      const Over over = std::visit([](const auto& k) { return k.over; }, kernel);
      cost += costOf(kernel, rowCount(over, e));
    }
  }
  return cost;
}

void Program::run(Team& team, int phase, const Extents& extents, bool pack) {
  std::lock_guard turn(turn_);
  const double cost = estimate(phase, extents) + (pack ? (double)plan_.parameters * 2e-3 : 0);
  const int threads = cost < worthDividing ? 1 : team.size();
  byColumns_ = extents.rows < fewRows * threads;
  badIndex_ = false;
  proceed_ = true;
  while ((int)scratch_.size() < threads) scratch_.push_back(makeScratch());
  clock_ = profile_ ? now() : 0;
  team.run(threads, [&](int thread) {
    Worker worker{team, thread, threads, extents, *scratch_[thread]};
    work(worker, phase, pack);
  });
  if (badIndex_) throw PlanError("an index is out of range");
}

void Program::work(Worker& w, int phase, bool pack) {
  const auto runItem = [&](const Item& item) {
    if (const auto* loop = std::get_if<Loop>(&item)) runLoop(w, *loop);
    else runAlone(w, std::get<int32_t>(item));
  };
  if (pack) {
    for (const auto& item : plan_.phases[preparePhase]) runItem(item);
    packMatrices(w.thread, w.threads);
    account(w.thread, Work::packing);
    waitForOthers(w);
  }
  // A guard in the prepare phase ends nothing.
  w.guardFailed = false;
  for (const auto& item : plan_.phases[phase]) {
    runItem(item);
    if (w.guardFailed) return;
  }
}

void Program::account(int thread, Work kind) {
  if (!profile_ || thread != 0) return;
  const int64_t time = now();
  times[(int)kind] += time - clock_;
  clock_ = time;
}

void Program::waitForOthers(Worker& w) {
  if (w.threads == 1) return;
  w.team.barrier();
  account(w.thread, Work::waiting);
}

// Inside a time loop no row needs another: each thread takes its own rows through all steps, some at a time,
// and waits for nobody. If there are few rows, all threads work on each kernel together.
void Program::runLoop(Worker& w, const Loop& loop) {
  const Extents& e = w.extents;
  const int64_t tokens = e.offsets[e.steps];
  // Rows are sorted, longest first; each thread gets about the same number of tokens.
  const auto boundary = [&](int part) {
    if (part == w.threads) return e.rows;
    int64_t row = 0;
    for (int64_t sum = 0, t = e.steps; row < e.rows && sum * w.threads < tokens * part; row++) {
      while (t > 0 && e.alive[t - 1] <= row) t--;
      sum += t;
    }
    return row;
  };
  if (byColumns_) {
    runSteps(w, loop, {0, e.rows}, w.thread, w.threads);
  } else {
    const int64_t first = boundary(w.thread), count = boundary(w.thread + 1) - first;
    const int64_t together = loops_[loop.number].rowsAtOnce;
    const int groups = (int)std::max<int64_t>(1, (count + together - 1) / together);
    for (int group = 0; group < groups; group++) {
      const Range rows = share(count, group, groups, kernels_.tileRows);
      runSteps(w, loop, {first + rows.first, first + rows.last}, 0, 1);
    }
  }
  waitForOthers(w);
}

Program::Rows Program::rowsOfStep(const Extents& e, int64_t step, Range rows, int64_t alive) const {
  const int64_t previous = step == 0 ? 0 : plan_.rows + e.offsets[step - 1];
  return {e.offsets[step], previous, rows.first, std::min(rows.last, alive)};
}

// All steps for some rows. With several parts, this thread works on its part of each kernel's columns.
void Program::runSteps(Worker& w, const Loop& loop, Range range, int part, int parts) {
  const Extents& e = w.extents;
  for (int64_t i = 0; i < e.steps; i++) {
    const int64_t t = loop.forward ? i : e.steps - 1 - i;
    w.scratch.ahead = {};
    if (i + 1 < e.steps) {
      const int64_t next = loop.forward ? t + 1 : t - 1;
      prefetch(loops_[loop.number], rowsOfStep(e, next, range, e.alive[next]), w.scratch);
    }
    const auto runKernel = [&]<typename K>(const K& k) {
      if constexpr (runsInLoop<K>) {
        const Rows rows = rowsOfStep(e, t, range, k.over == Over::step ? e.alive[t] : e.rows);
        if (rows.first < rows.last) runPart(k, w, rows, part, parts);
        account(w.thread, workOf<K>);
      }
    };
    for (const int32_t index : loop.body) {
      std::visit(runKernel, plan_.kernels[index]);
      if (parts > 1) waitForOthers(w);
    }
  }
}

// Hands the rows that the next step's elementwise kernels will touch to this step's products, which prefetch
// them.
void Program::prefetch(const LoopMemory& memory, const Rows& next, Scratch& scratch) const {
  scratch.lines.clear();
  if (next.first < next.last && memory.bytes * (next.last - next.first) <= prefetchLimit) {
    for (const Address& a : memory.touched)
      scratch.lines.push_back(
          {(const char*)rowAt(a, next, next.first), (const char*)rowAt(a, next, next.last)});
  }
  scratch.ahead = {scratch.lines.data(), scratch.lines.data() + scratch.lines.size()};
}

// A kernel outside loops.
void Program::runAlone(Worker& w, int32_t kernel) {
  const auto runKernel = [&]<typename K>(const K& k) {
    runShare(k, w);
    account(w.thread, workOf<K>);
  };
  std::visit(runKernel, plan_.kernels[kernel]);
  waitForOthers(w);
}

}  // namespace unrolled
