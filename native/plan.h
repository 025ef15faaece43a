// A plan as the engine holds it: decoded from words and checked, so that whatever runs stays inside its
// memory. Shapes and places only; knows no address.
#pragma once
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels.h"

namespace unrolled {

// What is wrong with a plan or a run, in words for the caller.
struct PlanError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Extent : int32_t { tokens, states, rows, once, count };
enum class At : int32_t { now, lag, initial, count };
enum class Over : int32_t { step, tokens, rows, once, count };

struct Buffer {
  bool integer;
  Extent extent;
  int64_t width;
  bool isParameter;
  int64_t offset, size;
};

struct Access {
  int32_t buffer;
  int64_t column;
  At at;
};

// In a buffer of one row: the parameters, or a copy of some that the prepare phase makes.
struct Matrix {
  int32_t buffer;
  int64_t offset, rows, columns;
};

// A stack of matrices in the order that a kernel reads it in.
struct Packing {
  enum class Form : int32_t { product, pullback, table, count } form;
  std::vector<Matrix> matrices;
  // A product has `depth` terms and `columns` results; a table `columns` for each of `depth` indices.
  int64_t depth, columns;
};

enum class Kind : int32_t {
  pointwise,
  matmul,
  gather,
  outer,
  scatter,
  columnSums,
  stepSums,
  pick,
  place,
  reverse,
  oneHot,
  finals,
  copyRows,
  crossEntropy,
  norm,
  guard,
  count
};

// Where a value of a pointwise kernel is: a slot of the tile, memory, one number a row, or one number for
// all.
struct Place {
  enum class Kind : int32_t { none, slot, memory, row, number, count } kind;
  int32_t index;
};

struct Step {
  Op op;
  Place into, a, b, c;
  // Of masks.
  uint32_t salt, rate;
  bool perStep;
};

struct Pass {
  int64_t width;
  std::vector<Step> steps;
  bool reduces;
};

// One of a pointwise kernel's places in memory. `single`: one value a row. `own`: handed from pass to pass,
// so each thread has its own.
struct Stream {
  Access access;
  bool single, own;
  int64_t width;
};

struct Pointwise {
  std::vector<Stream> streams;
  std::vector<float> numbers;
  int64_t slots, rowValues, ownFloats;
  std::vector<Pass> passes;
  // Columns may be divided among threads: no sums over them, and nothing but wide passes stores.
  bool columnwise;
  int64_t width;
};

struct Kernel {
  Kind kind;
  Over over;
  Access from, into, indices, vector, weights;
  int32_t packing;
  int64_t width, m, n;
  float smoothing;
  bool accumulate, collect, carried, gradient, starts;
  std::vector<Access> values;
  Pointwise pointwise;
};

struct Item {
  bool loop, forward;
  // Of a loop: whole rows that its elementwise kernels touch at each step anew, and their bytes.
  std::vector<Access> touched;
  int64_t bytes = 0;
  // Of a loop: rows that go through it together, so that they stay in cache.
  int64_t rowsAtOnce = 1;
  // Indices of kernels.
  std::vector<int32_t> body;
};

constexpr int phaseCount = 6;
// The phase that makes copies of matrices before they are packed.
constexpr int preparePhase = 5;

struct Plan {
  int64_t rows, steps, arena, parameters;
  std::vector<Buffer> buffers;
  std::vector<Packing> packings;
  std::vector<Kernel> kernels;
  bool hasPhase[phaseCount];
  std::vector<Item> phases[phaseCount];
  // Integer buffers that masks are drawn from; -1 if there are none.
  int32_t seed, step;
};

// Throws PlanError where the words are no plan, or one that would leave its memory.
Plan decodePlan(const int32_t* words, size_t count);

}  // namespace unrolled
