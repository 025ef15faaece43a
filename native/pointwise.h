// Elementwise instructions on tiles that stay in the first-level cache: each goes over all rows and columns
// of a tile before the next one starts.
#pragma once
#include "kernels.h"
#include "math.h"

namespace unrolled {
namespace {

inline Vec fetch(const Operand& o, int64_t row, int64_t column, int64_t count) {
  const float* at = o.at + row * o.stride;
  if (o.single) return all(*at);
  return count == lanes ? load(at + column) : loadFirst(at + column, count);
}

// Applies `f` to the operands: in each row to the whole vectors, then to the remaining columns.
template <int Arity, typename F>
inline void apply(const Instruction& i, int64_t rows, int64_t columns, F f) {
  const int64_t whole = columns / lanes * lanes;
  for (int64_t row = 0; row < rows; row++) {
    float* into = i.into.at + row * i.into.stride;
    const auto at = [&](int64_t column, int64_t count) {
      if constexpr (Arity == 1) return f(fetch(i.a, row, column, count));
      else if constexpr (Arity == 2) return f(fetch(i.a, row, column, count), fetch(i.b, row, column, count));
      else
        return f(fetch(i.a, row, column, count), fetch(i.b, row, column, count),
                 fetch(i.c, row, column, count));
    };
    for (int64_t column = 0; column < whole; column += lanes) store(into + column, at(column, lanes));
    if (whole < columns) storeFirst(into + whole, at(whole, columns - whole), columns - whole);
  }
}

// The common case, whole vectors only, has a loop of its own without branches.
template <typename F>
inline void unary(const Instruction& i, int64_t rows, int64_t columns, F f) {
  if (i.a.single || columns % lanes != 0) return apply<1>(i, rows, columns, f);
  for (int64_t row = 0; row < rows; row++) {
    float* into = i.into.at + row * i.into.stride;
    const float* a = i.a.at + row * i.a.stride;
    for (int64_t column = 0; column < columns; column += lanes) store(into + column, f(load(a + column)));
  }
}

template <typename F>
inline void binary(const Instruction& i, int64_t rows, int64_t columns, F f) {
  if (columns % lanes != 0 || (i.a.single && i.b.single)) return apply<2>(i, rows, columns, f);
  for (int64_t row = 0; row < rows; row++) {
    float* into = i.into.at + row * i.into.stride;
    const float* a = i.a.at + row * i.a.stride;
    const float* b = i.b.at + row * i.b.stride;
    if (i.a.single) {
      const Vec x = all(*a);
      for (int64_t column = 0; column < columns; column += lanes)
        store(into + column, f(x, load(b + column)));
    } else if (i.b.single) {
      const Vec y = all(*b);
      for (int64_t column = 0; column < columns; column += lanes)
        store(into + column, f(load(a + column), y));
    } else {
      for (int64_t column = 0; column < columns; column += lanes)
        store(into + column, f(load(a + column), load(b + column)));
    }
  }
}

template <bool SingleA, bool SingleB, bool SingleC, typename F>
inline void ternaryOf(const Instruction& i, int64_t rows, int64_t columns, F f) {
  for (int64_t row = 0; row < rows; row++) {
    float* into = i.into.at + row * i.into.stride;
    const float* a = i.a.at + row * i.a.stride;
    const float* b = i.b.at + row * i.b.stride;
    const float* c = i.c.at + row * i.c.stride;
    const Vec x = SingleA ? all(*a) : Vec{}, y = SingleB ? all(*b) : Vec{}, z = SingleC ? all(*c) : Vec{};
    for (int64_t column = 0; column < columns; column += lanes)
      store(into + column, f(SingleA ? x : load(a + column), SingleB ? y : load(b + column),
                             SingleC ? z : load(c + column)));
  }
}

template <typename F>
inline void ternary(const Instruction& i, int64_t rows, int64_t columns, F f) {
  if (columns % lanes != 0) return apply<3>(i, rows, columns, f);
  switch (i.a.single + 2 * i.b.single + 4 * i.c.single) {
    case 0: return ternaryOf<false, false, false>(i, rows, columns, f);
    case 1: return ternaryOf<true, false, false>(i, rows, columns, f);
    case 2: return ternaryOf<false, true, false>(i, rows, columns, f);
    case 3: return ternaryOf<true, true, false>(i, rows, columns, f);
    case 4: return ternaryOf<false, false, true>(i, rows, columns, f);
    case 5: return ternaryOf<true, false, true>(i, rows, columns, f);
    case 6: return ternaryOf<false, true, true>(i, rows, columns, f);
    default: return ternaryOf<true, true, true>(i, rows, columns, f);
  }
}

inline void drawMask(const Instruction& i, int64_t rows, int64_t columns) {
  Words count;
  for (int lane = 0; lane < lanes; lane++) count[lane] = lane;
  for (int64_t row = 0; row < rows; row++) {
    float* into = i.into.at + row * i.into.stride;
    const uint32_t index = i.index + (uint32_t)row * i.indexStride;
    for (int64_t column = 0; column < columns; column += lanes) {
      const Vec drawn = mask(allWords(index + (uint32_t)column) + count, i.key, i.rate);
      if (columns - column >= lanes) store(into + column, drawn);
      else storeFirst(into + column, drawn, columns - column);
    }
  }
}

// Adds a tile's columns to the running sum of each row, or takes the running maximum.
template <typename Join, typename Fold>
inline void reduce(const Instruction& i, int64_t rows, int64_t columns, float neutral, Join join, Fold fold) {
  for (int64_t row = 0; row < rows; row++) {
    Vec total = all(neutral);
    int64_t column = 0;
    for (; column + lanes <= columns; column += lanes) total = join(total, fetch(i.a, row, column, lanes));
    float rest = fold(total);
    for (; column < columns; column++) {
      const float next = i.a.single ? i.a.at[row * i.a.stride] : i.a.at[row * i.a.stride + column];
      rest = join(all(rest), all(next))[0];
    }
    float* into = i.into.at + row * i.into.stride;
    *into = join(all(*into), all(rest))[0];
  }
}

// Functions are wrapped in lambdas so that they are inlined into the loops.
void execute(const Instruction& i, int64_t rows, int64_t columns) {
  switch (i.op) {
    case Op::add: return binary(i, rows, columns, [](Vec a, Vec b) { return a + b; });
    case Op::sub: return binary(i, rows, columns, [](Vec a, Vec b) { return a - b; });
    case Op::mul: return binary(i, rows, columns, [](Vec a, Vec b) { return a * b; });
    case Op::div: return binary(i, rows, columns, [](Vec a, Vec b) { return a / b; });
    case Op::neg: return unary(i, rows, columns, [](Vec a) { return -a; });
    case Op::sigmoid: return unary(i, rows, columns, [](Vec a) { return sigmoid(a); });
    case Op::tanh: return unary(i, rows, columns, [](Vec a) { return hyperbolicTangent(a); });
    case Op::relu: return unary(i, rows, columns, [](Vec a) { return rectified(a); });
    case Op::exp: return unary(i, rows, columns, [](Vec a) { return exponential(a); });
    case Op::log: return unary(i, rows, columns, [](Vec a) { return logarithm(a); });
    case Op::softplus: return unary(i, rows, columns, [](Vec a) { return softplus(a); });
    case Op::abs: return unary(i, rows, columns, [](Vec a) { return magnitude(a); });
    case Op::min: return binary(i, rows, columns, [](Vec a, Vec b) { return smaller(a, b); });
    case Op::max: return binary(i, rows, columns, [](Vec a, Vec b) { return larger(a, b); });
    case Op::sqrt: return unary(i, rows, columns, [](Vec a) { return squareRoot(a); });
    case Op::square: return unary(i, rows, columns, [](Vec a) { return a * a; });
    case Op::hardsigmoid:
      return unary(i, rows, columns, [](Vec a) {
        const Vec y = madd(a, all(0.2f), all(0.5f));
        return choose(y > 1.0f, all(1.0f), choose(y < 0.0f, Vec{}, y));
      });
    case Op::hardtanh:
      return unary(i, rows, columns,
                   [](Vec a) { return choose(a > 1.0f, all(1.0f), choose(a < -1.0f, all(-1.0f), a)); });
    case Op::greater:
      // Where neither holds, one is NaN, and so is the sum.
      return binary(i, rows, columns,
                    [](Vec a, Vec b) { return choose(a > b, all(1.0f), choose(a <= b, Vec{}, a + b)); });
    case Op::where:
      return ternary(i, rows, columns, [](Vec a, Vec b, Vec c) { return choose(a > 0.0f, b, c); });
    case Op::copy: return unary(i, rows, columns, [](Vec a) { return a; });
    case Op::madd: return ternary(i, rows, columns, [](Vec a, Vec b, Vec c) { return madd(a, b, c); });
    case Op::nmadd: return ternary(i, rows, columns, [](Vec a, Vec b, Vec c) { return nmadd(a, b, c); });
    case Op::sum3: return ternary(i, rows, columns, [](Vec a, Vec b, Vec c) { return a + b + c; });
    case Op::sigmoid3:
      return ternary(i, rows, columns, [](Vec a, Vec b, Vec c) { return sigmoid(a + b + c); });
    case Op::tanh3:
      return ternary(i, rows, columns, [](Vec a, Vec b, Vec c) { return hyperbolicTangent(a + b + c); });
    case Op::dsigmoid: return binary(i, rows, columns, [](Vec a, Vec b) { return a * (b * (1.0f - b)); });
    case Op::dtanh: return binary(i, rows, columns, [](Vec a, Vec b) { return a * nmadd(b, b, all(1.0f)); });
    case Op::mask: return drawMask(i, rows, columns);
    case Op::rowSum:
      return reduce(
          i, rows, columns, 0.0f, [](Vec a, Vec b) { return a + b; }, sumOf);
    case Op::rowMax:
      return reduce(
          i, rows, columns, -infinity, [](Vec a, Vec b) { return larger(a, b); }, maximumOf);
    case Op::count: return;
  }
}

}  // namespace
}  // namespace unrolled
