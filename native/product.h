// Matrix products with a packed right side, and the packing. The inner loop multiplies a register tile of a
// few rows by one panel of columns. Terms are always added in the order of k, so a result has the same bits
// however rows and columns are divided.
#pragma once
#include <utility>

#include "kernels.h"
#include "vector.h"

namespace unrolled {
namespace {

#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int tileRows = 8;  // 8 × 3 sums, 3 vectors of the panel and one term: 28 of 32 registers
#else
constexpr int tileRows = 4;  // 4 × 3 sums, 3 vectors of the panel and one term: all 16 registers
#endif
constexpr int widePanel = 3;
// For few rows: more independent sums, so that the loop is bound by memory and not by the latency of
// additions.
constexpr int tallPanel = 4;
constexpr int tallRows = tileRows / 2;

struct Tile {
  const float* a;
  int64_t aStride;
  const float* panel;
  int64_t depth;
  float* c;
  int64_t cStride;
  // Columns in use in the last vector.
  int64_t lastLanes;
  bool accumulate;
  // Memory to prefetch, one cache line per term, `aheadStep` bytes apart; 0 prefetches nothing new.
  const char* ahead;
  int64_t aheadStep;
};

// With `Strip`, the left side is packed: term k of row r at a[k · tileRows + r].
template <int R, int V, bool Strip>
void multiplyTile(const Tile& t) {
  Vec sums[R][V];
  const float* a = t.a;
  const float* panel = t.panel;
  const char* ahead = t.ahead;
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) sums[r][v] = Vec{};
  }
  // The memory that the sums go to; with `Strip`, that of the next tile.
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < V * lanes; v += 16)
      __builtin_prefetch(t.c + r * t.cStride + (Strip ? V * lanes : 0) + v, 1);
  }
  if (t.accumulate) {
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const float* row = t.c + r * t.cStride;
#pragma GCC unroll 4
      for (int v = 0; v < V - 1; v++) sums[r][v] = load(row + v * lanes);
      sums[r][V - 1] =
          t.lastLanes == lanes ? load(row + (V - 1) * lanes) : loadFirst(row + (V - 1) * lanes, t.lastLanes);
    }
  }
  for (int64_t k = 0; k < t.depth; k++) {
    Vec right[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; v++) right[v] = load(panel + v * lanes);
    __builtin_prefetch(panel + 16 * V * lanes);
    if (V * lanes > 16) __builtin_prefetch(panel + 16 * V * lanes + 16);
    if (V * lanes > 32) __builtin_prefetch(panel + 16 * V * lanes + 32);
    __builtin_prefetch(ahead, 0, 2);
    ahead += t.aheadStep;
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const Vec term = all(Strip ? a[r] : a[r * t.aStride]);
#pragma GCC unroll 4
      for (int v = 0; v < V; v++) sums[r][v] = madd(term, right[v], sums[r][v]);
    }
    a += Strip ? tileRows : 1;
    panel += V * lanes;
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
    float* row = t.c + r * t.cStride;
#pragma GCC unroll 4
    for (int v = 0; v < V - 1; v++) store(row + v * lanes, sums[r][v]);
    if (t.lastLanes == lanes) store(row + (V - 1) * lanes, sums[r][V - 1]);
    else storeFirst(row + (V - 1) * lanes, sums[r][V - 1], t.lastLanes);
  }
}

using TileFunction = void (*)(const Tile&);

template <int V, bool Strip>
TileFunction tileOf(int64_t rows) {
  switch (rows) {
    case 1: return multiplyTile<1, V, Strip>;
    case 2: return multiplyTile<2, V, Strip>;
    case 3: return multiplyTile<3, V, Strip>;
    case 4: return multiplyTile<4, V, Strip>;
  }
  if constexpr (tileRows > 4 && V <= widePanel) {
    switch (rows) {
      case 5: return multiplyTile<5, V, Strip>;
      case 6: return multiplyTile<6, V, Strip>;
      case 7: return multiplyTile<7, V, Strip>;
      default: return multiplyTile<8, V, Strip>;
    }
  }
  return multiplyTile<4, V, Strip>;
}

template <bool Strip>
TileFunction tileFor(int64_t rows, int64_t vectors) {
  switch (vectors) {
    case 1: return tileOf<1, Strip>(rows);
    case 2: return tileOf<2, Strip>(rows);
    case 3: return tileOf<3, Strip>(rows);
    default: return tileOf<4, Strip>(rows);
  }
}

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// Gives the tile the next lines to prefetch, one per term.
inline void takeAhead(Ahead& ahead, Tile& tile) {
  Lines& lines = *ahead.next;
  tile.ahead = lines.from;
  tile.aheadStep = cacheLineBytes;
  lines.from += tile.depth * cacheLineBytes;
  if (lines.from >= lines.to) ahead.next++;
}

// Weights larger than this, in floats, do not stay in the second-level cache: each panel is prefetched while
// the one before it is in use.
constexpr int64_t largeWeights = 1 << 17;

void product(const ProductCall& call) {
  if (call.depth == 0 || call.rows == 0) return;
  const int64_t fullHeight = call.panelVectors == tallPanel ? tallRows : tileRows;
  const int64_t width = call.panelVectors * lanes;
  const bool large = call.depth * call.columns > largeWeights;
  // Rows that are multiplied by all panels before the next rows: their left side stays in the second-level
  // cache.
  int64_t block = 65536 / call.depth / fullHeight * fullHeight;
  if (block < 4 * fullHeight) block = 4 * fullHeight;
  for (int64_t row = 0; row < call.rows; row += block) {
    const int64_t rows = smaller(block, call.rows - row);
    // Tiles of nearly equal height: seven and six rows are faster than eight and five.
    const int64_t tiles = (rows + fullHeight - 1) / fullHeight, height = rows / tiles, higher = rows % tiles;
    for (int64_t p = call.firstPanel; p < call.lastPanel; p++) {
      const int64_t column = p * width;
      const int64_t columns = smaller(width, call.columns - column);
      const int64_t vectors = (columns + lanes - 1) / lanes;
      const float* panel = call.panels + column * call.depth;
      // After the last panel comes the first one again: with the next rows, or at the next step.
      const int64_t nextColumn = (p + 1 < call.lastPanel ? p + 1 : call.firstPanel) * width;
      Lines next{(const char*)(call.panels + nextColumn * call.depth), nullptr};
      next.to = next.from + 4 * call.depth * smaller(width, call.columns - nextColumn);
      int64_t done = 0;
      for (int64_t i = 0; i < tiles; i++) {
        const int64_t end = done + height + (i < higher);
        Tile tile{.a = call.a + (row + done) * call.aStride,
                  .aStride = call.aStride,
                  .panel = panel,
                  .depth = call.depth,
                  .c = call.c + (row + done) * call.cStride + column,
                  .cStride = call.cStride,
                  .lastLanes = columns - (vectors - 1) * lanes,
                  .accumulate = false,
                  .ahead = (const char*)panel,
                  .aheadStep = 0};
        const bool others = call.ahead && call.ahead->next < call.ahead->end;
        if (others && (!large || i == 0)) {
          takeAhead(*call.ahead, tile);
        } else if (large && next.from < next.to) {
          Ahead ahead{&next, &next + 1};
          takeAhead(ahead, tile);
        } else if (p == call.firstPanel && row + end < call.rows) {
          // The rows of the next tile.
          tile.ahead = (const char*)(call.a + (row + end) * call.aStride);
          tile.aheadStep = 4 * (end - done);
        }
        tileFor<false>(end - done, vectors)(tile);
        done = end;
      }
    }
  }
}

template <int... I>
inline Vec interleavedLow(Vec a, Vec b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, (I / 2 + I % 2 * lanes)...);
}
template <int... I>
inline Vec interleavedHigh(Vec a, Vec b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, (lanes / 2 + I / 2 + I % 2 * lanes)...);
}

// Transposes a square of `lanes` vectors in log2(lanes) rounds of interleaving halves.
inline void transpose(Vec* rows) {
  constexpr std::make_integer_sequence<int, lanes> each;
  Vec next[lanes];
#pragma GCC unroll 4
  for (int round = 1; round < lanes; round *= 2) {
#pragma GCC unroll 16
    for (int i = 0; i < lanes / 2; i++) {
      next[2 * i] = interleavedLow(rows[i], rows[i + lanes / 2], each);
      next[2 * i + 1] = interleavedHigh(rows[i], rows[i + lanes / 2], each);
    }
#pragma GCC unroll 16
    for (int i = 0; i < lanes; i++) rows[i] = next[i];
  }
}

void packColumns(const RowPointer* from, int64_t depth, float* into, int64_t stride, int64_t count) {
  for (int64_t k = 0; k < depth; k += lanes) {
    const int64_t deep = smaller(lanes, depth - k);
    Vec rows[lanes];
    for (int i = 0; i < lanes; i++)
      rows[i] = !from[i] ? Vec{} : deep == lanes ? load(from[i] + k) : loadFirst(from[i] + k, deep);
    transpose(rows);
    for (int64_t j = 0; j < deep; j++) {
      if (count == lanes) store(into + (k + j) * stride, rows[j]);
      else storeFirst(into + (k + j) * stride, rows[j], count);
    }
  }
}

void packRow(const float* from, int64_t columns, int64_t k, int64_t depth, int64_t panelVectors,
             float* panels) {
  const int64_t width = panelVectors * lanes;
  for (int64_t column = 0; column < columns; column += width) {
    const int64_t count = smaller(width, columns - column), vectors = (count + lanes - 1) / lanes;
    float* into = panels + column * depth + k * vectors * lanes;
    for (int64_t v = 0; v < vectors; v++) {
      const int64_t left = count - v * lanes;
      store(into + v * lanes,
            left >= lanes ? load(from + column + v * lanes) : loadFirst(from + column + v * lanes, left));
    }
  }
}

// Enough independent chains to keep the multiply-add units busy, on registers alone.
int64_t multiplyAdds(int64_t rounds) {
  constexpr int chains = tileRows * widePanel;
  Vec sums[chains];
  for (int c = 0; c < chains; c++) sums[c] = all(1 + c);
  Vec a = all(1e-9f), b = all(1e-9f);
  for (int64_t i = 0; i < rounds; i++) {
    // Keeps the compiler from computing anything ahead of the loop.
#if defined(__x86_64__)
    asm volatile("" : "+v"(a), "+v"(b));
#elif defined(__aarch64__)
    asm volatile("" : "+w"(a), "+w"(b));
#endif
#pragma GCC unroll 24
    for (int c = 0; c < chains; c++) sums[c] = madd(a, b, sums[c]);
  }
  Vec total = Vec{};
  for (int c = 0; c < chains; c++) total += sums[c];
  // Keeps the compiler from dropping the sums.
  volatile float kept = total[0];
  (void)kept;
  return 2 * chains * lanes;
}

}  // namespace
}  // namespace unrolled
