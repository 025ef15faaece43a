// Sums of outer products, for weight gradients: both sides are packed, a block of tokens at a time, and
// multiplied with the tiles of `product.h`. Terms are added in the order of the tokens.
#pragma once
#include <time.h>

#include "product.h"

namespace unrolled {
namespace {

// Tokens summed at once, so that their packed right side, `n` columns, stays in the second-level cache.
int64_t outerDepth(int64_t n, int64_t tokens) {
  const int64_t depth = 131072 / (n > 0 ? n : 1);
  return smaller(tokens, depth < 128 ? 128 : depth > 512 ? 512 : depth);
}

// Columns of the left side that are packed together, in strips: a few whole cache lines.
constexpr int strips = 64 / tileRows;
constexpr int64_t groupColumns = strips * tileRows;

// Floats from one strip to the next: never a power of two, or all strips would compete for the same cache
// lines.
inline int64_t stripDistance(int64_t depth) { return depth * tileRows + cacheLineBytes / 4; }

// Packs `count` columns of `depth` rows into strips of `tileRows` columns.
inline void packStrips(float* into, const float* from, int64_t stride, int64_t depth, int64_t count) {
  const int64_t distance = stripDistance(depth);
  for (int64_t k = 0; k < depth; k++, from += stride) {
    if (count == groupColumns) {
#pragma GCC unroll 16
      for (int s = 0; s < strips; s++)
        memcpy(into + s * distance + k * tileRows, from + s * tileRows, 4 * tileRows);
    } else {
      for (int64_t i = 0; i < count; i++)
        into[i / tileRows * distance + k * tileRows + i % tileRows] = from[i];
    }
  }
}

int64_t outerScratch(int64_t n, int64_t depth) {
  const int64_t width = widePanel * lanes;
  return strips * stripDistance(depth) + depth * ((n + width - 1) / width * width + width);
}

inline int64_t nanoseconds() {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000ll + now.tv_nsec;
}

// Cache lines that the tiles of a group of columns prefetch, each tile one line per row: first the next
// group's columns, then the right side of the next tokens.
struct NextLines {
  const float *a, *b;
  int64_t aStride, bStride, n;

  void assignTo(Tile& tile, int64_t number) const {
    constexpr int64_t floats = cacheLineBytes / 4;
    const int64_t column = number * floats, further = column - groupColumns;
    if (a && column < groupColumns) {
      tile.ahead = (const char*)(a + column);
      tile.aheadStep = 4 * aStride;
    } else if (b && further >= 0 && further < n) {
      tile.ahead = (const char*)(b + further);
      tile.aheadStep = 4 * bStride;
    }
  }
};

void outer(const OuterCall& call) {
  const int64_t n = call.lastN - call.firstN, width = widePanel * lanes;
  if (n <= 0 || call.lastM <= call.firstM) return;
  const int64_t block = call.depth;
  float* strip = call.scratch;
  float* panels = call.scratch + strips * stripDistance(block);
  if (call.tokens == 0 && !call.accumulate)
    for (int64_t m = call.firstM; m < call.lastM; m++)
      memset(call.c + m * call.cStride + call.firstN, 0, 4 * n);
  for (int64_t token = 0; token < call.tokens; token += block) {
    const int64_t depth = smaller(block, call.tokens - token);
    const float* a = call.a + token * call.aStride;
    const float* b = call.b + token * call.bStride + call.firstN;
    const bool more = token + block < call.tokens;
    const int64_t began = call.packing ? nanoseconds() : 0;
    for (int64_t k = 0; k < depth; k++) packRow(b + k * call.bStride, n, k, block, widePanel, panels);
    if (call.packing) *call.packing += nanoseconds() - began;
    for (int64_t group = call.firstM; group < call.lastM; group += groupColumns) {
      const int64_t end = smaller(group + groupColumns, call.lastM);
      packStrips(strip, a + group, call.aStride, depth, end - group);
      NextLines next{nullptr, nullptr, call.aStride, call.bStride, n};
      if (end < call.lastM) next.a = a + end;
      else if (more) next.a = a + block * call.aStride + call.firstM, next.b = b + block * call.bStride;
      int64_t number = 0;
      for (int64_t m = group; m < end; m += tileRows) {
        for (int64_t column = 0; column < n; column += width) {
          const int64_t columns = smaller(width, n - column), vectors = (columns + lanes - 1) / lanes;
          const float* panel = panels + column * block;
          Tile tile{.a = strip + (m - group) / tileRows * stripDistance(depth),
                    .aStride = 0,
                    .panel = panel,
                    .depth = depth,
                    .c = call.c + m * call.cStride + call.firstN + column,
                    .cStride = call.cStride,
                    .lastLanes = columns - (vectors - 1) * lanes,
                    .accumulate = call.accumulate || token > 0,
                    .ahead = (const char*)panel,
                    .aheadStep = 0};
          next.assignTo(tile, number++);
          tileFor<true>(smaller(tileRows, call.lastM - m), vectors)(tile);
        }
      }
    }
  }
}

}  // namespace
}  // namespace unrolled
