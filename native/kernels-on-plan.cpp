// The engine's kernels: each on the part of its rows or columns that one thread has.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine.h"

namespace unrolled {
namespace {

// Columns and rows of a tile: a few such tiles stay in the first-level cache.
constexpr int64_t tileColumns = 512, tileRows = 64;
// Slots stand so far apart: by no power of two, or they would compete for the same lines of the cache.
constexpr int64_t slotDistance = tileColumns + 80;

// The counter-based generator that masks are drawn from.
constexpr uint32_t keyOffset = 0x3c6ef372, noiseStream = 3;
uint32_t mix(uint32_t h) {
  h = (h ^ (h >> 16)) * 0x21f0aaadu;
  h = (h ^ (h >> 15)) * 0x735a2d97u;
  return h ^ (h >> 15);
}
uint32_t streamKey(uint32_t seed, uint32_t stream) { return mix(mix(seed ^ keyOffset) + stream); }
uint32_t bitsAt(uint32_t key, uint32_t index) { return mix(mix(index ^ key) + key); }

// The column that a number stands for: the nearest there is; not a number is the first.
int64_t columnAt(float number, int64_t width) {
  return number >= (float)width ? width - 1 : number >= 1 ? std::min((int64_t)number, width - 1) : 0;
}

// Columns that follow one another, or one that comes again and again: those of attention are as long as its vectors.
struct Stretch {
  int64_t count, column, step;
};
// What is shorter goes element by element.
constexpr int64_t shortest = 8;

// The stretches of a row's columns, kept for the next rows, which mostly have the same.
class Stretches {
  std::vector<Stretch> found_;
  const float* numbers_ = nullptr;

 public:
  const std::vector<Stretch>& of(const float* numbers, int64_t n, int64_t width) {
    if (numbers_ && (numbers == numbers_ || memcmp(numbers, numbers_, 4 * n) == 0)) return found_;
    numbers_ = numbers;
    found_.clear();
    for (int64_t i = 0; i < n;) {
      Stretch s{1, columnAt(numbers[i], width), 1};
      int64_t last = s.column;
      for (int64_t next; i + s.count < n; s.count++, last = next) {
        next = columnAt(numbers[i + s.count], width);
        if (s.count == 1 && (next == last || next == last + 1)) s.step = next - last;
        else if (s.count == 1 || next != last + s.step) break;
      }
      found_.push_back(s);
      i += s.count;
    }
    return found_;
  }
};

}  // namespace

void Program::packParameters(int thread, int threads) {
  for (size_t i = 0; i < plan_.packings.size(); i++) {
    const Packing& p = plan_.packings[i];
    float* into = packed_[i].get();
    if (p.form == Packing::Form::pullback) {
      int64_t k = 0;
      for (const auto& m : p.matrices) {
        const int64_t first = m.rows * thread / threads, last = m.rows * (thread + 1) / threads;
        for (int64_t row = first; row < last; row++)
          kernels_.packRow(matrixAt(m) + row * m.columns, m.columns, k + row, p.depth, panelVectors_, into);
        k += m.rows;
      }
      continue;
    }
    // As many rows of the stack as a vector has become columns, side by side.
    const int64_t groups = (p.columns + kernels_.lanes - 1) / kernels_.lanes;
    const int64_t first = groups * thread / threads, last = groups * (thread + 1) / threads;
    const float* rows[64];
    for (int64_t group = first; group < last; group++) {
      const int64_t column = group * kernels_.lanes;
      for (int64_t lane = 0; lane < kernels_.lanes; lane++) {
        int64_t row = column + lane;
        rows[lane] = nullptr;
        for (const auto& m : p.matrices) {
          if (row < m.rows) {
            rows[lane] = matrixAt(m) + row * m.columns;
            break;
          }
          row -= m.rows;
        }
      }
      if (p.form == Packing::Form::table) {
        kernels_.packColumns(rows, p.depth, into + column, p.columns, std::min(kernels_.lanes, p.columns - column));
      } else {
        const int64_t panel = column / panelWidth() * panelWidth();
        const int64_t vectors = (std::min(panelWidth(), p.columns - panel) + kernels_.lanes - 1) / kernels_.lanes;
        kernels_.packColumns(rows, p.depth, into + panel * p.depth + (column - panel), vectors * kernels_.lanes, kernels_.lanes);
      }
    }
  }
}

void Program::prepareOwn(Own& own) const {
  int64_t slots = 0, rowValues = 0, handed = 0, outer = 0;
  size_t streams = 0;
  for (const auto& k : plan_.kernels) {
    slots = std::max(slots, k.pointwise.slots);
    rowValues = std::max(rowValues, k.pointwise.rowValues);
    handed = std::max(handed, k.pointwise.ownFloats);
    streams = std::max(streams, k.pointwise.streams.size());
    if (k.kind == Kind::outer) outer = std::max(outer, kernels_.outerScratch(k.n, outerDepth(k)));
  }
  own.slots = allocate(slots * slotDistance);
  own.rowValues = allocate(rowValues * tileRows);
  own.handed = allocate(handed * tileRows);
  own.outer = allocate(outer);
  own.streams.resize(streams);
}

uint32_t Program::maskKey(uint32_t salt) const {
  const auto number = [&](int32_t buffer) {
    if (buffer < 0) return 0u;
    uint32_t value;
    memcpy(&value, arena_ + plan_.buffers[buffer].offset, 4);
    return value;
  };
  return streamKey(bitsAt(streamKey(number(plan_.seed), noiseStream), number(plan_.step)), salt);
}

void Program::runPointwise(const Kernel& k, const Bound& b, Own& own, const Moment& m, Range columns) const {
  const Pointwise& p = k.pointwise;
  const int64_t filled = (p.width + kernels_.lanes - 1) / kernels_.lanes * kernels_.lanes;
  const int64_t together = std::clamp(tileColumns / std::max<int64_t>(1, filled), int64_t(1), tileRows);
  for (int64_t row = m.first; row < m.last; row += together) {
    const int64_t rows = std::min(together, m.last - row);
    int64_t handed = 0;
    for (size_t s = 0; s < p.streams.size(); s++) {
      own.streams[s] = p.streams[s].own ? own.handed.get() + handed : rowAt(b.streams[s], m, row);
      if (p.streams[s].own) handed += p.streams[s].width * tileRows;
    }
    for (const auto& pass : p.passes) {
      for (const auto& s : pass.steps) {
        if (s.op != Op::sum && s.op != Op::greatest) continue;
        std::fill_n(own.rowValues.get() + s.into.index * tileRows, rows, s.op == Op::sum ? 0.0f : -HUGE_VALF);
      }
      const bool narrow = pass.width < p.width;
      const int64_t last = narrow ? pass.width : columns.last;
      for (int64_t column = narrow ? 0 : columns.first; column < last; column += tileColumns)
        runTile(pass, p, b, own, m, row, rows, column, std::min(tileColumns, last - column));
    }
  }
}

void Program::runTile(const Pass& pass, const Pointwise& p, const Bound& b, Own& own, const Moment& m, int64_t row, int64_t rows,
                      int64_t column, int64_t columns) const {
  const int64_t slotStride = (columns + kernels_.lanes - 1) / kernels_.lanes * kernels_.lanes;
  const auto place = [&](const Place& at) -> Operand {
    switch (at.kind) {
      case Place::Kind::slot: return {own.slots.get() + at.index * slotDistance, slotStride, false};
      case Place::Kind::memory: {
        const Stream& s = p.streams[at.index];
        const int64_t stride = s.own ? s.width : b.streams[at.index].stride;
        return s.single ? Operand{own.streams[at.index], stride, true} : Operand{own.streams[at.index] + column, stride, false};
      }
      case Place::Kind::row: return {own.rowValues.get() + at.index * tileRows, 1, true};
      case Place::Kind::number: return {const_cast<float*>(&p.numbers[at.index]), 0, true};
      default: return {nullptr, 0, true};
    }
  };
  for (const auto& s : pass.steps) {
    Instruction i;
    i.op = s.op;
    i.into = place(s.into);
    if (s.op == Op::mask) {
      const int64_t first = (s.perStep ? m.base : 0) + row;
      i.key = maskKey(s.salt);
      i.rate = s.rate;
      i.index = (uint32_t)(first * pass.width + column);
      i.indexStride = (uint32_t)pass.width;
    } else {
      i.a = place(s.a);
      i.b = place(s.b);
      i.c = place(s.c);
    }
    kernels_.execute(i, rows, columns);
  }
}

void Program::gather(const Kernel& k, const Bound& b, const Moment& m) {
  const Packing& p = plan_.packings[k.packing];
  const float* table = packed_[k.packing].get();
  for (int64_t row = m.first; row < m.last; row++) {
    const int32_t index = *integersAt(b.indices, m, row);
    if (index < 0 || index >= p.depth) badIndex_ = true;
    else memcpy(rowAt(b.into, m, row), table + index * p.columns, 4 * p.columns);
  }
}

void Program::outer(const Kernel& k, const Bound& b, Own& own, int64_t tokens, int thread, int threads, int64_t* packing) {
  // The longer side is divided: what a thread packs of the other one is packed by all.
  const auto part = [&](int64_t count, int64_t group) {
    const int64_t groups = (count + group - 1) / group;
    return Range{std::min(count, groups * thread / threads * group), std::min(count, groups * (thread + 1) / threads * group)};
  };
  const bool byRows = k.m >= k.n;
  const Range ms = byRows ? part(k.m, kernels_.tileRows) : Range{0, k.m};
  const Range ns = byRows ? Range{0, k.n} : part(k.n, kernels_.lanes);
  kernels_.outer({b.from.at, b.from.stride, b.vector.at, b.vector.stride, tokens, ms.first, ms.last, ns.first, ns.last, b.into.at, k.n,
                  k.accumulate, outerDepth(k), own.outer.get(), packing});
}

// Sums the rows of each index into a table of this thread's columns, then turns it into the gradient's rows.
void Program::scatter(const Kernel& k, const Bound& b, int64_t tokens, int thread, int threads) {
  const int64_t lanes = kernels_.lanes, groups = (k.m + lanes - 1) / lanes;
  const int64_t first = std::min(k.m, groups * thread / threads * lanes), last = std::min(k.m, groups * (thread + 1) / threads * lanes);
  const int64_t width = last - first;
  if (width <= 0) return;
  float* table = table_.get() + first * k.n;
  memset(table, 0, 4 * width * k.n);
  const Moment all{0, 0, 0, tokens};
  for (int64_t token = 0; token < tokens; token++) {
    const int32_t index = *integersAt(b.indices, all, token);
    if (index < 0 || index >= k.n) badIndex_ = true;
    else kernels_.addRow(table + index * width, rowAt(b.from, all, token) + first, width);
  }
  float* into = b.into.at + first * k.n;
  if (k.accumulate) {
    for (int64_t m = 0; m < width; m++)
      for (int64_t n = 0; n < k.n; n++) into[m * k.n + n] += table[n * width + m];
    return;
  }
  const float* rows[64];
  for (int64_t n = 0; n < k.n; n += lanes) {
    for (int64_t lane = 0; lane < lanes; lane++) rows[lane] = n + lane < k.n ? table + (n + lane) * width : nullptr;
    kernels_.packColumns(rows, width, into + n, k.n, std::min(lanes, k.n - n));
  }
}

void Program::columnSums(const Kernel& k, const Bound& b, int64_t tokens, Range columns) const {
  float* into = b.into.at + columns.first;
  const int64_t width = columns.last - columns.first;
  if (!k.accumulate) memset(into, 0, 4 * width);
  for (int64_t token = 0; token < tokens; token++) kernels_.addRow(into, b.from.at + token * b.from.stride + columns.first, width);
}

void Program::stepSums(const Kernel& k, const Bound& b, const Extents& e, Range rows) const {
  for (int64_t row = rows.first; row < rows.last; row++) {
    float* into = rowAt(b.into, {}, row);
    memset(into, 0, 4 * k.width);
    for (int64_t t = 0; t < e.steps && row < e.alive[t]; t++) kernels_.addRow(into, rowAt(b.from, {}, e.offsets[t] + row), k.width);
  }
}

void Program::pick(const Kernel& k, const Bound& b, const Moment& m) const {
  Stretches stretches;
  for (int64_t row = m.first; row < m.last; row++) {
    const float *from = rowAt(b.from, m, row), *numbers = rowAt(b.indices, m, row);
    float* into = rowAt(b.into, m, row);
    for (const Stretch& s : stretches.of(numbers, k.n, k.width)) {
      if (s.count < shortest) for (int64_t i = 0; i < s.count; i++) into[i] = from[s.column + i * s.step];
      else if (s.step == 1) memcpy(into, from + s.column, 4 * s.count);
      else std::fill_n(into, s.count, from[s.column]);
      into += s.count;
    }
  }
}

void Program::place(const Kernel& k, const Bound& b, const Moment& m) const {
  Stretches stretches;
  for (int64_t row = m.first; row < m.last; row++) {
    const float *from = rowAt(b.from, m, row), *numbers = rowAt(b.indices, m, row);
    float* into = rowAt(b.into, m, row);
    memset(into, 0, 4 * k.width);
    for (const Stretch& s : stretches.of(numbers, k.n, k.width)) {
      if (s.count < shortest) for (int64_t i = 0; i < s.count; i++) into[s.column + i * s.step] += from[i];
      else if (s.step == 1) kernels_.addRow(into + s.column, from, s.count);
      else into[s.column] += kernels_.sum(from, s.count);
      from += s.count;
    }
  }
}

// Each row's steps in the opposite order; of marks that begin a sequence, each one step later.
void Program::reverse(const Kernel& k, const Bound& b, const Extents& e, Range rows) const {
  for (int64_t row = rows.first; row < rows.last; row++) {
    int64_t length = e.steps;
    while (length > 0 && row >= e.alive[length - 1]) length--;
    for (int64_t t = 0; t < length; t++) {
      const int64_t other = k.starts ? (length - t) % length : length - 1 - t;
      memcpy(rowAt(b.into, {}, e.offsets[t] + row), rowAt(b.from, {}, e.offsets[other] + row), 4 * k.width);
    }
  }
}

void Program::oneHot(const Kernel& k, const Bound& b, const Moment& m) {
  for (int64_t row = m.first; row < m.last; row++) {
    const int32_t index = *integersAt(b.indices, m, row);
    float* into = rowAt(b.into, m, row);
    memset(into, 0, 4 * k.width);
    if (index < 0 || index >= k.width) badIndex_ = true;
    else into[index] = 1;
  }
}

void Program::finals(const Kernel& k, const Bound& b, const Extents& e, Range rows) const {
  for (int64_t row = rows.first; row < rows.last; row++) {
    int64_t last = (k.carried ? e.carry : e.steps) - 1;
    while (row >= e.alive[last]) last--;
    float* token = rowAt(b.from, {}, e.offsets[last] + row);
    float* own = rowAt(b.into, {}, row);
    if (k.collect) memmove(own, token, 4 * k.width);
    else memmove(token, own, 4 * k.width);
  }
}

void Program::crossEntropy(Team& team, const Kernel& k, const Bound& b, int64_t tokens, int thread, int threads) {
  // Each thread takes the sum of all weights itself: the same order, and sooner than waiting for another's.
  const auto* targets = reinterpret_cast<const int32_t*>(b.indices.at);
  double total = 0;
  for (int64_t token = 0; token < tokens; token++)
    if (targets[token * b.indices.stride] >= 0) total += b.weights.at[token * b.weights.stride];
  const CrossEntropyCall call{b.from.at, b.from.stride, k.width, targets, b.indices.stride, b.weights.at, b.weights.stride,
                              k.gradient ? b.vector.at : nullptr, b.vector.stride, tokens * thread / threads,
                              tokens * (thread + 1) / threads, total, k.smoothing, nats_.data()};
  if (!kernels_.crossEntropy(call)) badIndex_ = true;
  team.barrier();
  if (thread != 0) return;
  double sum = 0;
  for (int64_t token = 0; token < tokens; token++) sum += nats_[token];
  *b.into.at = (float)(sum / total);
}

void Program::norm(Team& team, const Kernel& k, const Bound& b, int thread, int threads) {
  const int64_t chunks = (k.width + normChunk - 1) / normChunk;
  for (int64_t c = chunks * thread / threads; c < chunks * (thread + 1) / threads; c++)
    partial_[c] = kernels_.squares(b.from.at + c * normChunk, std::min(normChunk, k.width - c * normChunk));
  team.barrier();
  if (thread != 0) return;
  double sum = 0;
  for (int64_t c = 0; c < chunks; c++) sum += partial_[c];
  *b.into.at = (float)std::sqrt(sum);
}

bool Program::guard(Team& team, const Kernel&, const Bound& b, int thread) {
  if (thread == 0) {
    // A symbol out of range makes everything after it meaningless.
    proceed_ = !badIndex_;
    for (const auto& value : b.streams) proceed_ = proceed_ && std::isfinite(*value.at);
    *b.into.at = proceed_ ? 0.0f : 1.0f;
  }
  team.barrier();
  return proceed_;
}

}  // namespace unrolled
