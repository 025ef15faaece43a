#include "engine.h"

#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

namespace unrolled {
namespace {

// Part `part` of `count` things, in whole groups of `group`.
struct Share {
  int64_t first, last;
};
Share share(int64_t count, int part, int parts, int64_t group) {
  const int64_t groups = (count + group - 1) / group;
  return {std::min(count, groups * part / parts * group), std::min(count, groups * (part + 1) / parts * group)};
}

int64_t now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ll + t.tv_nsec;
}

// Fewer rows a thread than these: its time goes into reading the weights, so columns are divided instead.
constexpr int64_t fewRows = 4;
// A run that takes less on one thread is not worth waking others, in microseconds.
constexpr double worthDividing = 40;
// More than this for a step and a thread would push out of the cache what is needed now.
constexpr int64_t fetchedAhead = 1 << 19;
// Rows go through a loop together while they touch no more than this in a step, in bytes. All do where the weights
// take more than that: each part of the rows reads them anew.
constexpr int64_t touchedAtOnce = 1 << 18, cachedWeights = 1 << 19;

}  // namespace

Program::Program(Plan plan, const Kernels& kernels, float* arena, size_t arenaSize, float* parameters, size_t parameterSize, bool profile)
    : plan_(std::move(plan)), kernels_(kernels), arena_(arena), parameters_(parameters), profile_(profile),
      panelVectors_(plan_.rows <= kernels.tileRows / 2 ? kernels.tall : kernels.wide) {
  if ((int64_t)arenaSize < plan_.arena) throw PlanError("the arena is smaller than the plan's");
  if ((int64_t)parameterSize < plan_.parameters) throw PlanError("the parameters are fewer than the plan's");
  bound_.resize(plan_.kernels.size());
  int64_t table = 0, partial = 0, nats = 0;
  for (size_t i = 0; i < bound_.size(); i++) {
    const Kernel& k = plan_.kernels[i];
    Bound& b = bound_[i];
    b.from = bind(k.from);
    b.into = bind(k.into);
    b.indices = bind(k.indices);
    b.vector = bind(k.vector);
    b.weights = bind(k.weights);
    for (const auto& s : k.pointwise.streams) b.streams.push_back(bind(s.access));
    for (const auto& v : k.values) b.streams.push_back(bind(v));
    if (k.kind == Kind::scatter) table = std::max(table, k.m * k.n);
    if (k.kind == Kind::norm) partial = std::max(partial, k.width / normChunk + 1);
    if (k.kind == Kind::crossEntropy) nats = plan_.rows * plan_.steps;
  }
  table_ = allocate(table);
  partial_.resize(partial);
  nats_.resize(nats);
  for (auto& phase : plan_.phases)
    for (auto& item : phase)
      if (item.loop) findTouched(item);
  for (const auto& p : plan_.packings) {
    // Tables are exact; panels are filled up to whole vectors.
    const int64_t columns = p.form == Packing::Form::table ? p.columns : (p.columns + kernels_.lanes - 1) / kernels_.lanes * kernels_.lanes;
    packed_.push_back(allocate(p.depth * columns + kernels_.lanes));
  }
}

int64_t Program::bytes() const {
  int64_t floats = 0;
  for (const auto& p : plan_.packings) floats += p.depth * p.columns;
  return 4 * floats;
}

Program::Spot Program::bind(const Access& a) const {
  if (plan_.buffers.empty()) return {arena_, 0, Origin::none};
  const Buffer& b = plan_.buffers[a.buffer];
  float* space = b.isParameter ? parameters_ : arena_;
  const int64_t stride = b.extent == Extent::once ? 0 : b.width;
  const bool skips = b.extent == Extent::states && a.at == At::now;
  const Origin origin = b.extent == Extent::tokens || skips                  ? Origin::base
                        : b.extent == Extent::states && a.at == At::lag ? Origin::before
                                                                        : Origin::none;
  return {space + b.offset + (skips ? plan_.rows * stride : 0) + a.column, stride, origin};
}

void Program::checkRun(int phase, const Extents& e) const {
  if (phase < 0 || phase >= phaseCount || !plan_.hasPhase[phase]) throw PlanError("the plan has no such phase");
  if (e.rows < 1 || e.rows > plan_.rows || e.steps < 1 || e.steps > plan_.steps || e.carry < 1 || e.carry > e.steps)
    throw PlanError("a run is larger than its plan");
  if (e.offsets[0] != 0) throw PlanError("the first step's tokens begin at 0");
  for (int64_t t = 0; t < e.steps; t++) {
    const int64_t before = t == 0 ? e.rows : e.alive[t - 1];
    if (e.alive[t] < 0 || e.alive[t] > before) throw PlanError("rows come alive again");
    if ((int64_t)e.offsets[t + 1] - e.offsets[t] != e.alive[t]) throw PlanError("the offsets of steps are not the sums of their rows");
  }
  if (e.alive[0] != e.rows) throw PlanError("a row has no step");
}

double Program::costOf(const Kernel& k, int64_t rows) const {
  switch (k.kind) {
    case Kind::matmul: {
      const Packing& p = plan_.packings[k.packing];
      const double elements = (double)p.depth * (double)p.columns;
      return std::max((double)rows * elements * 2e-5, elements * 6e-5);
    }
    case Kind::outer: return (double)rows * (double)k.m * (double)k.n * 2e-5;
    case Kind::pointwise: {
      double cost = 0;
      for (const auto& pass : k.pointwise.passes) cost += (double)pass.width * (double)pass.steps.size();
      return (double)rows * cost * 1e-4;
    }
    case Kind::crossEntropy: return (double)rows * (double)k.width * 1e-3;
    default: return (double)rows * (double)std::max(k.width, k.m) * 1e-4;
  }
}

double Program::estimate(int phase, const Extents& e) const {
  checkRun(phase, e);
  const int64_t tokens = e.offsets[e.steps];
  double cost = 0;
  for (const auto& item : plan_.phases[phase])
    for (const int32_t index : item.body) {
      const Kernel& k = plan_.kernels[index];
      if (item.loop) cost += (double)e.steps * costOf(k, std::max<int64_t>(1, tokens / e.steps));
      else cost += costOf(k, k.over == Over::tokens ? tokens : k.over == Over::rows ? e.rows : 1);
    }
  return cost;
}

void Program::run(Team& team, int phase, const Extents& extents, bool pack) {
  std::lock_guard turn(turn_);
  const double cost = estimate(phase, extents) + (pack ? (double)plan_.parameters * 2e-3 : 0);
  int threads = cost < worthDividing ? 1 : team.size();
  byColumns_ = extents.rows < fewRows * threads;
  badIndex_ = false;
  proceed_ = true;
  while ((int)own_.size() < threads) {
    own_.push_back(std::make_unique<Own>());
    prepareOwn(*own_.back());
  }
  clock_ = profile_ ? now() : 0;
  team.run(threads, [&](int thread) { work(team, thread, threads, phase, extents, pack); });
  if (badIndex_) throw PlanError("an index lies outside its classes");
}

void Program::work(Team& team, int thread, int threads, int phase, const Extents& e, bool pack) {
  if (pack) {
    for (const auto& item : plan_.phases[preparePhase]) {
      if (item.loop) runLoop(team, thread, threads, item, e);
      else runAlone(team, thread, threads, item.body[0], e);
    }
    packParameters(thread, threads);
    account(thread, Work::packing);
    team.barrier();
    account(thread, Work::waiting);
  }
  for (const auto& item : plan_.phases[phase]) {
    if (item.loop) runLoop(team, thread, threads, item, e);
    else if (!runAlone(team, thread, threads, item.body[0], e)) return;
  }
}

void Program::account(int thread, Work kind) {
  if (!profile_ || thread != 0) return;
  const int64_t time = now();
  times[(int)kind] += time - clock_;
  clock_ = time;
}

// Inside a time loop no row needs another: each thread goes through all steps with its own rows, some at a time, and none
// waits. Where rows are few, all threads work on each kernel together.
void Program::runLoop(Team& team, int thread, int threads, const Item& item, const Extents& e) {
  const int64_t tokens = e.offsets[e.steps];
  const auto boundary = [&](int part) {
    if (part == threads) return e.rows;
    // Rows are sorted, longest first: as many tokens for each.
    int64_t row = 0;
    for (int64_t sum = 0, t = e.steps; row < e.rows && sum * threads < tokens * part; row++) {
      while (t > 0 && e.alive[t - 1] <= row) t--;
      sum += t;
    }
    return row;
  };
  if (byColumns_) {
    goThroughSteps(team, thread, threads, item, e, {0, e.rows});
  } else {
    const int64_t first = boundary(thread), count = boundary(thread + 1) - first;
    const int blocks = (int)std::max<int64_t>(1, (count + item.rowsAtOnce - 1) / item.rowsAtOnce);
    for (int block = 0; block < blocks; block++) {
      const Share rows = share(count, block, blocks, kernels_.tileRows);
      goThroughSteps(team, thread, 1, item, e, {first + rows.first, first + rows.last});
    }
  }
  team.barrier();
  account(thread, Work::waiting);
}

// All steps for some rows; with several threads, each does its columns of all of these.
void Program::goThroughSteps(Team& team, int thread, int threads, const Item& item, const Extents& e, Range rows) {
  Own& own = *own_[thread];
  for (int64_t i = 0; i < e.steps; i++) {
    const int64_t t = item.forward ? i : e.steps - 1 - i;
    const int64_t before = t == 0 ? 0 : plan_.rows + e.offsets[t - 1];
    own.ahead = {};
    if (i + 1 < e.steps) {
      const int64_t next = item.forward ? t + 1 : t - 1;
      const int64_t nextBefore = next == 0 ? 0 : plan_.rows + e.offsets[next - 1];
      lookAhead(item, {e.offsets[next], nextBefore, rows.first, std::min<int64_t>(rows.last, e.alive[next])}, own);
    }
    for (const int32_t index : item.body) {
      const Kernel& k = plan_.kernels[index];
      const int64_t alive = k.over == Over::step ? e.alive[t] : e.rows;
      const Moment m{e.offsets[t], before, rows.first, std::min(rows.last, alive)};
      if (m.first < m.last) runInLoop(k, bound_[index], own, m, threads > 1 ? thread : 0, threads);
      account(thread, k.kind == Kind::matmul ? Work::products : k.kind == Kind::pointwise ? Work::pointwise : Work::moving);
      if (threads > 1) {
        team.barrier();
        account(thread, Work::waiting);
      }
    }
  }
}

// Rows of buffers that lie side by side, one for each token or state, and of which most is used.
void Program::findTouched(Item& item) const {
  std::map<std::pair<int32_t, At>, int64_t> widths;
  for (const int32_t index : item.body)
    for (const auto& s : plan_.kernels[index].pointwise.streams)
      if (!s.own && !s.single && bind(s.access).origin != Origin::none) widths[{s.access.buffer, s.access.at}] += s.width;
  for (const auto& [place, width] : widths) {
    const int64_t stride = plan_.buffers[place.first].width;
    if (2 * width < stride) continue;
    item.touched.push_back({place.first, 0, place.second});
    item.bytes += 4 * stride;
  }
  int64_t weights = 0;
  for (const int32_t index : item.body) {
    const Kernel& k = plan_.kernels[index];
    if (k.kind == Kind::matmul) weights += 4 * plan_.packings[k.packing].depth * plan_.packings[k.packing].columns;
  }
  item.rowsAtOnce = weights > cachedWeights || item.bytes == 0 ? plan_.rows : std::max(kernels_.tileRows, touchedAtOnce / item.bytes);
}

// What the next step's elementwise kernels touch is fetched into the second-level cache while this step's products go on.
void Program::lookAhead(const Item& item, const Moment& m, Own& own) const {
  own.lines.clear();
  if (m.first < m.last && item.bytes * (m.last - m.first) <= fetchedAhead) {
    for (const auto& access : item.touched) {
      const Spot spot = bind(access);
      own.lines.push_back({(const char*)rowAt(spot, m, m.first), (const char*)rowAt(spot, m, m.last)});
    }
  }
  own.ahead = {own.lines.data(), own.lines.data() + own.lines.size()};
}

void Program::runInLoop(const Kernel& k, const Bound& b, Own& own, const Moment& m, int part, int parts) {
  if (k.kind == Kind::gather) {
    if (part == 0) gather(k, b, m);
    return;
  }
  if (k.kind == Kind::pick || k.kind == Kind::place) {
    if (part == 0) k.kind == Kind::pick ? pick(k, b, m) : place(k, b, m);
    return;
  }
  if (k.kind == Kind::matmul) {
    const Share panels = share(panelsOf(plan_.packings[k.packing]), part, parts, 1);
    return runMatmul(k, b, m, {panels.first, panels.last}, &own.ahead);
  }
  if (!k.pointwise.columnwise) {
    if (part == 0) runPointwise(k, b, own, m, {0, k.pointwise.width});
    return;
  }
  const Share columns = share(k.pointwise.width, part, parts, kernels_.lanes);
  runPointwise(k, b, own, m, {columns.first, columns.last});
}

void Program::runMatmul(const Kernel& k, const Bound& b, const Moment& m, Range panels, Ahead* ahead) const {
  const Packing& p = plan_.packings[k.packing];
  if (p.depth == 0 || panels.first >= panels.last) {
    for (int64_t row = m.first; row < m.last && p.depth == 0; row++) memset(rowAt(b.into, m, row), 0, 4 * p.columns);
    return;
  }
  kernels_.product({rowAt(b.from, m, m.first), b.from.stride, m.last - m.first, p.depth, packed_[k.packing].get(), panelVectors_,
                    panels.first, panels.last, p.columns, rowAt(b.into, m, m.first), b.into.stride, ahead});
}

// A kernel outside of loops. False where it ends the phase.
bool Program::runAlone(Team& team, int thread, int threads, int32_t index, const Extents& e) {
  const Kernel& k = plan_.kernels[index];
  const Bound& b = bound_[index];
  Own& own = *own_[thread];
  const int64_t count = k.over == Over::tokens ? e.offsets[e.steps] : k.over == Over::rows ? e.rows : 1;
  const Share rows = share(count, thread, threads, k.kind == Kind::matmul ? kernels_.tileRows : 1);
  const Moment m{0, 0, rows.first, rows.last};
  bool proceed = true;
  Work kind = Work::moving;
  switch (k.kind) {
    case Kind::matmul:
      kind = Work::products;
      if (count < fewRows * threads) {
        const Share panels = share(panelsOf(plan_.packings[k.packing]), thread, threads, 1);
        runMatmul(k, b, {0, 0, 0, count}, {panels.first, panels.last}, nullptr);
      } else if (rows.first < rows.last) {
        runMatmul(k, b, m, {0, panelsOf(plan_.packings[k.packing])}, nullptr);
      }
      break;
    case Kind::pointwise:
      kind = Work::pointwise;
      if (count < threads) runInLoop(k, b, own, {0, 0, 0, count}, thread, threads);
      else runPointwise(k, b, own, m, {0, k.pointwise.width});
      break;
    case Kind::gather: gather(k, b, m); break;
    case Kind::outer: {
      kind = Work::products;
      int64_t packing = 0;
      outer(k, b, own, count, thread, threads, profile_ ? &packing : nullptr);
      if (thread == 0) times[(int)Work::packing] += packing, clock_ += packing;
      break;
    }
    case Kind::scatter: scatter(k, b, count, thread, threads); break;
    case Kind::columnSums: {
      const Share columns = share(k.width, thread, threads, kernels_.lanes);
      columnSums(k, b, count, {columns.first, columns.last});
      break;
    }
    case Kind::stepSums: stepSums(k, b, e, {rows.first, rows.last}); break;
    case Kind::pick: pick(k, b, m); break;
    case Kind::place: place(k, b, m); break;
    case Kind::reverse: reverse(k, b, e, {rows.first, rows.last}); break;
    case Kind::oneHot: oneHot(k, b, m); break;
    case Kind::finals: finals(k, b, e, {rows.first, rows.last}); break;
    case Kind::copyRows:
      for (int64_t row = rows.first; row < rows.last; row++) memmove(rowAt(b.into, m, row), rowAt(b.from, m, row), 4 * k.width);
      break;
    case Kind::crossEntropy:
      kind = Work::pointwise;
      crossEntropy(team, k, b, count, thread, threads);
      break;
    case Kind::norm:
      kind = Work::pointwise;
      norm(team, k, b, thread, threads);
      break;
    case Kind::guard: proceed = guard(team, k, b, thread); break;
    case Kind::count: break;
  }
  account(thread, kind);
  if (threads > 1) {
    team.barrier();
    account(thread, Work::waiting);
  }
  return proceed;
}

}  // namespace unrolled
