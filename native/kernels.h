// The calls that the engine makes, once for each instruction set. They take addresses and sizes only and know
// no plans, threads or Node. Matrices are row-major, strides are in floats.
#pragma once
#include <cstdint>

namespace unrolled {

// One source row per column of the packed matrix; null for a column of zeros that fills up a panel.
using RowPointer = const float*;

constexpr int64_t cacheLineBytes = 64;

// Memory that will be needed soon: whole cache lines, from the one at `from` to before `to`.
struct Lines {
  const char *from, *to;
};

// Memory that products prefetch into the second-level cache as they run; `next` moves on.
struct Ahead {
  Lines *next, *end;
};

// c[rows, columns of the panels] = a[rows, depth] · panels. Panels are `panelVectors` vectors wide.
struct ProductCall {
  const float* a;
  int64_t aStride;
  int64_t rows;
  int64_t depth;
  const float* panels;
  int64_t panelVectors;
  // The panels to multiply by, and the number of columns of all panels together.
  int64_t firstPanel, lastPanel, columns;
  float* c;
  int64_t cStride;
  // May be null.
  Ahead* ahead;
};

// c[m, n] (+)= Σ over tokens of a[token, m] b[token, n], for m and n in the given ranges.
struct OuterCall {
  const float* a;
  int64_t aStride;
  const float* b;
  int64_t bStride;
  int64_t tokens;
  int64_t firstM, lastM, firstN, lastN;
  float* c;
  int64_t cStride;
  bool accumulate;
  // Tokens summed at once, and the caller's scratch memory: outerScratch(n, depth) floats, for n columns or
  // more.
  int64_t depth;
  float* scratch;
  // Nanoseconds spent on packing are added here if not null.
  int64_t* packing;
};

// In the order of `operations` in src/emit/native/instructions.ts.
// clang-format off
enum class Op : int32_t {
  add, sub, mul, div, neg, sigmoid, tanh, relu, exp, log, softplus, abs, min, max, sqrt, square,
  hardsigmoid, hardtanh, greater, where, copy, madd, nmadd,
  sum3, sigmoid3, tanh3, dsigmoid, dtanh, mask, rowSum, rowMax, count
};
// clang-format on

// A value for each row and column of a tile, with rows `stride` apart; if `single`, one value per row.
struct Operand {
  float* at;
  int64_t stride;
  bool single;
};

struct Instruction {
  Op op;
  Operand into, a, b, c;
  // For masks: the stream's key, the index of the tile's first value, the stride of indices from row to row,
  // and the rate in units of 2^-24.
  uint32_t key, index, indexStride, rate;
};

struct CrossEntropyCall {
  const float* logits;
  int64_t logitsStride, classes;
  const int32_t* targets;
  int64_t targetsStride;
  const float* weights;
  int64_t weightsStride;
  // Null in evaluation.
  float* gradient;
  int64_t gradientStride;
  // The tokens to work on.
  int64_t first, last;
  double totalWeight;
  // The share of a target that is spread evenly over all classes.
  float smoothing;
  // The weighted loss of each token, in nats.
  double* losses;
};

struct Kernels {
  const char* name;
  int64_t lanes;
  // Rows of the register tile, and the width of its panels in vectors: for many rows and for few.
  int64_t tileRows, wide, tall;
  void (*product)(const ProductCall&);
  void (*outer)(const OuterCall&);
  int64_t (*outerDepth)(int64_t n, int64_t tokens);
  int64_t (*outerScratch)(int64_t n, int64_t depth);
  // Packs `lanes` columns, one from each row pointer, `depth` deep: into[k, column], rows `stride` apart.
  // Stores the first `count` columns.
  void (*packColumns)(const RowPointer* rows, int64_t depth, float* into, int64_t stride, int64_t count);
  // Packs a row of `columns` floats as row `k` of all panels.
  void (*packRow)(const float* from, int64_t columns, int64_t k, int64_t depth, int64_t panelVectors,
                  float* panels);
  // Carries out one instruction on a tile.
  void (*execute)(const Instruction&, int64_t rows, int64_t columns);
  void (*addRow)(float* into, const float* from, int64_t width);
  float (*sum)(const float* from, int64_t count);
  // Returns false if a target is out of range.
  bool (*crossEntropy)(const CrossEntropyCall&);
  // The sum of squares, in a fixed tree.
  float (*squares)(const float* from, int64_t count);
  // Runs the given number of rounds of multiply-adds on registers; returns the FLOP of a round.
  int64_t (*multiplyAdds)(int64_t rounds);
};

// The tables of the instruction sets; on processors other than x86 only the last is compiled.
extern const Kernels* const kernelsAvx512;
extern const Kernels* const kernelsAvx2;
extern const Kernels* const kernelsBase;

}  // namespace unrolled
