// Runs the kernels that are not pointwise, each on one thread's part of the rows, columns or tiles.
#include <cmath>
#include <cstring>

#include "engine.h"

namespace unrolled {
namespace {

// The column that a float names: the nearest one there is; NaN names the first.
int64_t columnAt(float number, int64_t width) {
  return number >= (float)width ? width - 1 : number >= 1 ? std::min((int64_t)number, width - 1) : 0;
}

// Consecutive columns (`step` 1), or one column repeated (`step` 0). In attention they are as long as its
// vectors.
struct Stretch {
  int64_t count, column, step;
};
// Shorter stretches are handled element by element.
constexpr int64_t shortest = 8;

// The stretches of a row's columns, kept for the next rows, which are mostly the same.
class Stretches {
  std::vector<Stretch> stretches_;
  const float* numbers_ = nullptr;

 public:
  const std::vector<Stretch>& of(const float* numbers, int64_t count, int64_t width) {
    if (numbers_ && (numbers == numbers_ || memcmp(numbers, numbers_, 4 * count) == 0)) return stretches_;
    numbers_ = numbers;
    stretches_.clear();
    for (int64_t i = 0; i < count;) {
      Stretch s{1, columnAt(numbers[i], width), 1};
      int64_t last = s.column;
      for (int64_t next; i + s.count < count; s.count++, last = next) {
        next = columnAt(numbers[i + s.count], width);
        if (s.count == 1 && (next == last || next == last + 1)) s.step = next - last;
        else if (s.count == 1 || next != last + s.step) break;
      }
      stretches_.push_back(s);
      i += s.count;
    }
    return stretches_;
  }
};

}  // namespace

void Program::runPart(const Matmul& k, Worker& w, const Rows& rows, int part, int parts) {
  multiply(k, rows, share(panelsOf(plan_.packings[k.packing]), part, parts, 1), &w.scratch.ahead);
}

void Program::runShare(const Matmul& k, Worker& w) {
  const int64_t count = rowCount(k.over, w.extents), panels = panelsOf(plan_.packings[k.packing]);
  if (count < fewRows * w.threads)
    return multiply(k, {0, 0, 0, count}, share(panels, w.thread, w.threads, 1), nullptr);
  const Range rows = share(count, w.thread, w.threads, kernels_.tileRows);
  if (rows.first < rows.last) multiply(k, {0, 0, rows.first, rows.last}, {0, panels}, nullptr);
}

void Program::multiply(const Matmul& k, const Rows& rows, Range panels, Ahead* ahead) const {
  const Packing& p = plan_.packings[k.packing];
  const Address &from = at(k.from), &into = at(k.into);
  if (p.depth == 0 || panels.first >= panels.last) {
    for (int64_t row = rows.first; row < rows.last && p.depth == 0; row++)
      memset(rowAt(into, rows, row), 0, 4 * p.columns);
    return;
  }
  kernels_.product({.a = rowAt(from, rows, rows.first),
                    .aStride = from.stride,
                    .rows = rows.last - rows.first,
                    .depth = p.depth,
                    .panels = packed_[k.packing].get(),
                    .panelVectors = panelVectors_,
                    .firstPanel = panels.first,
                    .lastPanel = panels.last,
                    .columns = p.columns,
                    .c = rowAt(into, rows, rows.first),
                    .cStride = into.stride,
                    .ahead = ahead});
}

void Program::runRows(const Gather& k, const Rows& rows, const Extents&) {
  const Packing& p = plan_.packings[k.packing];
  const float* table = packed_[k.packing].get();
  for (int64_t row = rows.first; row < rows.last; row++) {
    const int32_t index = *integersAt(at(k.indices), rows, row);
    if (index < 0 || index >= p.depth) badIndex_ = true;
    else memcpy(rowAt(at(k.into), rows, row), table + index * p.columns, 4 * p.columns);
  }
}

void Program::runShare(const Outer& k, Worker& w) {
  // Divides the longer side, since every thread packs all that it uses of the other side.
  const bool byRows = k.m >= k.n;
  const Range ms = byRows ? share(k.m, w.thread, w.threads, kernels_.tileRows) : Range{0, k.m};
  const Range ns = byRows ? Range{0, k.n} : share(k.n, w.thread, w.threads, kernels_.lanes);
  int64_t packing = 0;
  kernels_.outer({.a = at(k.rows).at,
                  .aStride = at(k.rows).stride,
                  .b = at(k.vector).at,
                  .bStride = at(k.vector).stride,
                  .tokens = rowCount(k.over, w.extents),
                  .firstM = ms.first,
                  .lastM = ms.last,
                  .firstN = ns.first,
                  .lastN = ns.last,
                  .c = at(k.into).at,
                  .cStride = k.n,
                  .accumulate = k.accumulate,
                  .depth = outerDepth(k),
                  .scratch = w.scratch.outer.get(),
                  .packing = profile_ ? &packing : nullptr});
  if (w.thread == 0) {
    times[(int)Work::packing] += packing;
    clock_ += packing;
  }
}

// Sums the rows of each index into a table of this thread's columns, then transposes it into the gradient.
void Program::runShare(const Scatter& k, Worker& w) {
  const int64_t lanes = kernels_.lanes;
  const auto [first, last] = share(k.m, w.thread, w.threads, lanes);
  const int64_t width = last - first;
  if (width <= 0) return;
  float* table = table_.get() + first * k.n;
  memset(table, 0, 4 * width * k.n);
  const Rows tokens{0, 0, 0, rowCount(k.over, w.extents)};
  for (int64_t token = 0; token < tokens.last; token++) {
    const int32_t index = *integersAt(at(k.indices), tokens, token);
    if (index < 0 || index >= k.n) badIndex_ = true;
    else kernels_.addRow(table + index * width, rowAt(at(k.rows), tokens, token) + first, width);
  }
  float* into = at(k.into).at + first * k.n;
  if (k.accumulate) {
    for (int64_t m = 0; m < width; m++)
      for (int64_t n = 0; n < k.n; n++) into[m * k.n + n] += table[n * width + m];
    return;
  }
  const float* rows[64];
  for (int64_t n = 0; n < k.n; n += lanes) {
    for (int64_t lane = 0; lane < lanes; lane++)
      rows[lane] = n + lane < k.n ? table + (n + lane) * width : nullptr;
    kernels_.packColumns(rows, width, into + n, k.n, std::min(lanes, k.n - n));
  }
}

void Program::runShare(const ColumnSums& k, Worker& w) {
  const Range columns = share(k.width, w.thread, w.threads, kernels_.lanes);
  const int64_t width = columns.last - columns.first, tokens = rowCount(k.over, w.extents);
  const float* from = at(k.from).at + columns.first;
  float* into = at(k.into).at + columns.first;
  if (!k.accumulate) memset(into, 0, 4 * width);
  for (int64_t token = 0; token < tokens; token++)
    kernels_.addRow(into, from + token * at(k.from).stride, width);
}

void Program::runRows(const StepSums& k, const Rows& rows, const Extents& e) {
  for (int64_t row = rows.first; row < rows.last; row++) {
    float* into = rowAt(at(k.into), {}, row);
    memset(into, 0, 4 * k.width);
    for (int64_t t = 0; t < e.steps && row < e.alive[t]; t++)
      kernels_.addRow(into, rowAt(at(k.from), {}, e.offsets[t] + row), k.width);
  }
}

void Program::runRows(const Pick& k, const Rows& rows, const Extents&) {
  Stretches stretches;
  for (int64_t row = rows.first; row < rows.last; row++) {
    const float *from = rowAt(at(k.from), rows, row), *numbers = rowAt(at(k.indices), rows, row);
    float* into = rowAt(at(k.into), rows, row);
    for (const Stretch& s : stretches.of(numbers, k.count, k.width)) {
      if (s.count < shortest)
        for (int64_t i = 0; i < s.count; i++) into[i] = from[s.column + i * s.step];
      else if (s.step == 1) memcpy(into, from + s.column, 4 * s.count);
      else std::fill_n(into, s.count, from[s.column]);
      into += s.count;
    }
  }
}

void Program::runRows(const Place& k, const Rows& rows, const Extents&) {
  Stretches stretches;
  for (int64_t row = rows.first; row < rows.last; row++) {
    const float *from = rowAt(at(k.from), rows, row), *numbers = rowAt(at(k.indices), rows, row);
    float* into = rowAt(at(k.into), rows, row);
    memset(into, 0, 4 * k.width);
    for (const Stretch& s : stretches.of(numbers, k.count, k.width)) {
      if (s.count < shortest)
        for (int64_t i = 0; i < s.count; i++) into[s.column + i * s.step] += from[i];
      else if (s.step == 1) kernels_.addRow(into + s.column, from, s.count);
      else into[s.column] += kernels_.sum(from, s.count);
      from += s.count;
    }
  }
}

// In the opposite order, the mark of a first step comes one step later; that of a row's first step stays.
void Program::runRows(const Reverse& k, const Rows& rows, const Extents& e) {
  for (int64_t row = rows.first; row < rows.last; row++) {
    int64_t length = e.steps;
    while (length > 0 && row >= e.alive[length - 1]) length--;
    for (int64_t t = 0; t < length; t++) {
      const int64_t other = k.starts ? (length - t) % length : length - 1 - t;
      memcpy(rowAt(at(k.into), {}, e.offsets[t] + row), rowAt(at(k.from), {}, e.offsets[other] + row),
             4 * k.width);
    }
  }
}

void Program::runRows(const OneHot& k, const Rows& rows, const Extents&) {
  for (int64_t row = rows.first; row < rows.last; row++) {
    const int32_t index = *integersAt(at(k.indices), rows, row);
    float* into = rowAt(at(k.into), rows, row);
    memset(into, 0, 4 * k.width);
    if (index < 0 || index >= k.width) badIndex_ = true;
    else into[index] = 1;
  }
}

void Program::runRows(const Finals& k, const Rows& rows, const Extents& e) {
  for (int64_t row = rows.first; row < rows.last; row++) {
    int64_t last = (k.carried ? e.carry : e.steps) - 1;
    while (row >= e.alive[last]) last--;
    float* token = rowAt(at(k.tokens), {}, e.offsets[last] + row);
    float* final = rowAt(at(k.rows), {}, row);
    if (k.collect) memmove(final, token, 4 * k.width);
    else memmove(token, final, 4 * k.width);
  }
}

void Program::runRows(const CopyRows& k, const Rows& rows, const Extents&) {
  for (int64_t row = rows.first; row < rows.last; row++)
    memmove(rowAt(at(k.into), rows, row), rowAt(at(k.from), rows, row), 4 * k.width);
}

void Program::runShare(const CrossEntropy& k, Worker& w) {
  const Address &logits = at(k.logits), &weights = at(k.weights);
  const auto* targets = reinterpret_cast<const int32_t*>(at(k.targets).at);
  const int64_t targetsStride = at(k.targets).stride, tokens = rowCount(k.over, w.extents);
  // Every thread sums all weights itself: always in the same order, and faster than waiting for another
  // thread.
  double total = 0;
  for (int64_t token = 0; token < tokens; token++)
    if (targets[token * targetsStride] >= 0) total += weights.at[token * weights.stride];
  const Range part = share(tokens, w.thread, w.threads, 1);
  const bool inRange = kernels_.crossEntropy({.logits = logits.at,
                                              .logitsStride = logits.stride,
                                              .classes = k.classes,
                                              .targets = targets,
                                              .targetsStride = targetsStride,
                                              .weights = weights.at,
                                              .weightsStride = weights.stride,
                                              .gradient = k.gradient ? at(*k.gradient).at : nullptr,
                                              .gradientStride = k.gradient ? at(*k.gradient).stride : 0,
                                              .first = part.first,
                                              .last = part.last,
                                              .totalWeight = total,
                                              .smoothing = k.smoothing,
                                              .losses = losses_.data()});
  if (!inRange) badIndex_ = true;
  w.team.barrier();
  if (w.thread != 0) return;
  double sum = 0;
  for (int64_t token = 0; token < tokens; token++) sum += losses_[token];
  *at(k.loss).at = (float)(sum / total);
}

void Program::runShare(const Norm& k, Worker& w) {
  const float* values = at(k.of).at;
  const int64_t chunks = (k.width + normChunk - 1) / normChunk;
  const Range part = share(chunks, w.thread, w.threads, 1);
  for (int64_t c = part.first; c < part.last; c++)
    squares_[c] = kernels_.squares(values + c * normChunk, std::min(normChunk, k.width - c * normChunk));
  w.team.barrier();
  if (w.thread != 0) return;
  double sum = 0;
  for (int64_t c = 0; c < chunks; c++) sum += squares_[c];
  *at(k.into).at = (float)std::sqrt(sum);
}

void Program::runShare(const Guard& k, Worker& w) {
  if (w.thread == 0) {
    // An index out of range makes everything after it meaningless.
    proceed_ = !badIndex_;
    for (const AccessIndex value : k.values) proceed_ = proceed_ && std::isfinite(*at(value).at);
    *at(k.status).at = proceed_ ? 0.0f : 1.0f;
  }
  w.team.barrier();
  w.guardFailed = !proceed_;
}

}  // namespace unrolled
