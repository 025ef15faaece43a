// A plan as the engine holds it: decoded from words and checked, so that no kernel can leave the plan's
// memory. Knows shapes and offsets, no addresses.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "kernels.h"

namespace unrolled {

// An error in a plan or in a run's extents, worded for the caller.
struct PlanError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Each `count` is the number of values before it.
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

// Columns of a buffer, from `column` on, in the rows that `at` names.
struct Access {
  int32_t buffer;
  int64_t column;
  At at;
};

// An index into `Plan::accesses`.
using AccessIndex = int32_t;

// In a buffer of one row: the parameters, or copies of some that the prepare phase makes.
struct Matrix {
  int32_t buffer;
  int64_t offset, rows, columns;
};

// A stack of matrices in the order in which a kernel reads it.
struct Packing {
  enum class Form : int32_t { product, transposed, table, count } form;
  std::vector<Matrix> matrices;
  // A product has `depth` terms and `columns` results; a table has `columns` values for each of `depth`
  // indices.
  int64_t depth, columns;
};

// The location of a value in a pointwise kernel: a slot of the tile, a stream of memory, one number per row,
// or one number for all rows.
struct Location {
  enum class Kind : int32_t { none, slot, memory, row, number, count } kind;
  int32_t index;
};

struct Operation {
  Op op;
  Location into, a, b, c;
  // Of masks.
  uint32_t salt, rate;
  bool perStep;
};

// One pass over the columns of a row.
struct Pass {
  int64_t width;
  std::vector<Operation> operations;
  bool reduces;
};

// Memory that a pointwise kernel reads or writes. `single`: one value per row. `local`: handed from one pass
// to a later one, so each thread has its own.
struct Stream {
  AccessIndex access;
  bool single, local;
  int64_t width;
};

// The kernels: one type per kind, with the names, fields and meaning of the union `Kernel` in
// src/plan/plan.ts. Each has `over`; it is a constant where the kind allows only one.

struct Pointwise {
  Over over;
  std::vector<Stream> streams;
  std::vector<float> numbers;
  int64_t slots, rowValues, localFloats;
  std::vector<Pass> passes;
  // Threads may divide the columns: no pass reduces a row, and only the widest passes store to memory.
  bool columnwise;
  int64_t width;
};

struct Matmul {
  Over over;
  int32_t packing;
  AccessIndex from, into;
};

struct Gather {
  Over over;
  int32_t packing;
  AccessIndex indices, into;
};

struct Outer {
  Over over;
  int64_t m, n;
  bool accumulate;
  AccessIndex rows, vector, into;
};

struct Scatter {
  Over over;
  int64_t m, n;
  bool accumulate;
  AccessIndex rows, indices, into;
};

struct ColumnSums {
  Over over;
  int64_t width;
  bool accumulate;
  AccessIndex from, into;
};

struct StepSums {
  static constexpr Over over = Over::rows;
  int64_t width;
  AccessIndex from, into;
};

struct Pick {
  Over over;
  int64_t width, count;
  AccessIndex from, indices, into;
};

struct Place {
  Over over;
  int64_t width, count;
  AccessIndex from, indices, into;
};

struct Reverse {
  static constexpr Over over = Over::rows;
  int64_t width;
  bool starts;
  AccessIndex from, into;
};

struct OneHot {
  Over over;
  int64_t width;
  AccessIndex indices, into;
};

struct Finals {
  static constexpr Over over = Over::rows;
  int64_t width;
  bool collect, carried;
  AccessIndex tokens, rows;
};

struct CopyRows {
  static constexpr Over over = Over::rows;
  int64_t width;
  AccessIndex from, into;
};

struct CrossEntropy {
  static constexpr Over over = Over::tokens;
  int64_t classes;
  float smoothing;
  AccessIndex logits, targets, weights, loss;
  std::optional<AccessIndex> gradient;
};

struct Norm {
  static constexpr Over over = Over::once;
  int64_t width;
  AccessIndex of, into;
};

struct Guard {
  static constexpr Over over = Over::once;
  AccessIndex status;
  std::vector<AccessIndex> values;
};

// In the order of `kinds` in src/emit/native/encode.ts.
using Kernel = std::variant<Pointwise, Matmul, Gather, Outer, Scatter, ColumnSums, StepSums, Pick, Place,
                            Reverse, OneHot, Finals, CopyRows, CrossEntropy, Norm, Guard>;

template <typename T, typename... Others>
constexpr bool isOneOf = (std::is_same_v<T, Others> || ...);

// The kinds that a loop over time may contain.
template <typename K>
constexpr bool runsInLoop = isOneOf<K, Pointwise, Matmul, Gather, Pick, Place>;

// For std::visit: one function per kind, or one for several.
template <typename... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <typename... F>
Overloaded(F...) -> Overloaded<F...>;

// A loop over time; its body holds indices of kernels.
struct Loop {
  // An index among all loops of the plan.
  int32_t number;
  bool forward;
  std::vector<int32_t> body;
};

// The index of a kernel, or a loop.
using Item = std::variant<int32_t, Loop>;

constexpr int phaseCount = 6;
// The phase that makes copies of matrices before they are packed.
constexpr int preparePhase = 5;

struct Plan {
  int64_t rows, steps, arena, parameters;
  std::vector<Buffer> buffers;
  std::vector<Packing> packings;
  std::vector<Access> accesses;
  std::vector<Kernel> kernels;
  bool hasPhase[phaseCount];
  std::vector<Item> phases[phaseCount];
  // The number of loops in all phases.
  int32_t loops;
  // The integer buffers that masks are drawn from, or -1.
  int32_t seed, step;
};

// Throws PlanError if the words are not a plan, or if the plan would leave its memory.
Plan decodePlan(const int32_t* words, size_t count);

}  // namespace unrolled
