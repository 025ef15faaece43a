// Runs pointwise kernels: tile by tile, all passes of some rows before the next rows.
#include <cmath>
#include <cstring>

#include "engine.h"

namespace unrolled {
namespace {

// A few tiles of this size stay in the first-level cache.
constexpr int64_t tileColumns = 512, tileRows = 64;
// Floats from one slot to the next: never a power of two, or all slots would compete for the same cache
// lines.
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

}  // namespace

std::unique_ptr<Program::Scratch> Program::makeScratch() const {
  int64_t slots = 0, rowValues = 0, locals = 0, outer = 0;
  size_t streams = 0;
  for (const auto& kernel : plan_.kernels) {
    if (const auto* k = std::get_if<Pointwise>(&kernel)) {
      slots = std::max(slots, k->slots);
      rowValues = std::max(rowValues, k->rowValues);
      locals = std::max(locals, k->localFloats);
      streams = std::max(streams, k->streams.size());
    }
    if (const auto* k = std::get_if<Outer>(&kernel))
      outer = std::max(outer, kernels_.outerScratch(k->n, outerDepth(*k)));
  }
  auto scratch = std::make_unique<Scratch>();
  scratch->slots = allocate(slots * slotDistance);
  scratch->rowValues = allocate(rowValues * tileRows);
  scratch->locals = allocate(locals * tileRows);
  scratch->outer = allocate(outer);
  scratch->streams.resize(streams);
  return scratch;
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

void Program::runPart(const Pointwise& k, Worker& w, const Rows& rows, int part, int parts) {
  if (k.columnwise) compute(k, w.scratch, rows, share(k.width, part, parts, kernels_.lanes));
  else if (part == 0) compute(k, w.scratch, rows, {0, k.width});
}

void Program::runShare(const Pointwise& k, Worker& w) {
  const int64_t count = rowCount(k.over, w.extents);
  if (count < w.threads) return runPart(k, w, {0, 0, 0, count}, w.thread, w.threads);
  const Range rows = share(count, w.thread, w.threads, 1);
  compute(k, w.scratch, {0, 0, rows.first, rows.last}, {0, k.width});
}

void Program::compute(const Pointwise& k, Scratch& scratch, const Rows& rows, Range columns) const {
  const int64_t filled = (k.width + kernels_.lanes - 1) / kernels_.lanes * kernels_.lanes;
  const int64_t together = std::clamp(tileColumns / std::max<int64_t>(1, filled), int64_t(1), tileRows);
  for (int64_t row = rows.first; row < rows.last; row += together) {
    const int64_t count = std::min(together, rows.last - row);
    float* local = scratch.locals.get();
    for (size_t i = 0; i < k.streams.size(); i++) {
      const Stream& s = k.streams[i];
      scratch.streams[i] = s.local ? StreamRows{local, s.width}
                                   : StreamRows{rowAt(at(s.access), rows, row), at(s.access).stride};
      if (s.local) local += s.width * tileRows;
    }
    for (const auto& pass : k.passes) {
      for (const auto& o : pass.operations) {
        if (o.op != Op::rowSum && o.op != Op::rowMax) continue;
        std::fill_n(scratch.rowValues.get() + o.into.index * tileRows, count,
                    o.op == Op::rowSum ? 0.0f : -HUGE_VALF);
      }
      const Range all = pass.width < k.width ? Range{0, pass.width} : columns;
      for (int64_t column = all.first; column < all.last; column += tileColumns)
        computeTile(pass, k, scratch, rows.step, {row, row + count},
                    {column, std::min(column + tileColumns, all.last)});
    }
  }
}

void Program::computeTile(const Pass& pass, const Pointwise& k, Scratch& scratch, int64_t step, Range rows,
                          Range columns) const {
  const int64_t width = columns.last - columns.first;
  const int64_t slotStride = (width + kernels_.lanes - 1) / kernels_.lanes * kernels_.lanes;
  const auto operand = [&](const Location& location) -> Operand {
    const int32_t index = location.index;
    switch (location.kind) {
      case Location::Kind::slot: return {scratch.slots.get() + index * slotDistance, slotStride, false};
      case Location::Kind::memory: {
        const auto [at, stride] = scratch.streams[index];
        return k.streams[index].single ? Operand{at, stride, true}
                                       : Operand{at + columns.first, stride, false};
      }
      case Location::Kind::row: return {scratch.rowValues.get() + index * tileRows, 1, true};
      case Location::Kind::number: return {const_cast<float*>(&k.numbers[index]), 0, true};
      default: return {nullptr, 0, true};
    }
  };
  for (const auto& o : pass.operations) {
    Instruction i;
    i.op = o.op;
    i.into = operand(o.into);
    if (o.op == Op::mask) {
      const int64_t first = (o.perStep ? step : 0) + rows.first;
      i.key = maskKey(o.salt);
      i.rate = o.rate;
      i.index = (uint32_t)(first * pass.width + columns.first);
      i.indexStride = (uint32_t)pass.width;
    } else {
      i.a = operand(o.a);
      i.b = operand(o.b);
      i.c = operand(o.c);
    }
    kernels_.execute(i, rows.last - rows.first, width);
  }
}

}  // namespace unrolled
