// Kernels over rows that are not lists of instructions: sums, softmax with cross-entropy, sums of squares.
#pragma once
#include <algorithm>

#include "kernels.h"
#include "math.h"

namespace unrolled {
namespace {

void addRow(float* into, const float* from, int64_t width) {
  int64_t column = 0;
  for (; column + lanes <= width; column += lanes)
    store(into + column, load(into + column) + load(from + column));
  if (column < width)
    storeFirst(into + column,
               loadFirst(into + column, width - column) + loadFirst(from + column, width - column),
               width - column);
}

float sum(const float* from, int64_t count) {
  Vec sums[4] = {};
  int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes)
    for (int v = 0; v < 4; v++) sums[v] += load(from + i + v * lanes);
  for (; i + lanes <= count; i += lanes) sums[0] += load(from + i);
  if (i < count) sums[1] += loadFirst(from + i, count - i);
  return sumOf((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

bool crossEntropy(const CrossEntropyCall& call) {
  const int64_t classes = call.classes;
  for (int64_t token = call.first; token < call.last; token++) {
    const float* logits = call.logits + token * call.logitsStride;
    const int32_t target = call.targets[token * call.targetsStride];
    const float weight = call.weights[token * call.weightsStride];
    if (target >= classes) return false;
    if (target < 0) {
      // A negative target does not count.
      call.losses[token] = 0;
      if (call.gradient) std::fill_n(call.gradient + token * call.gradientStride, classes, 0.0f);
      continue;
    }
    Vec maxima = all(-infinity);
    int64_t j = 0;
    for (; j + lanes <= classes; j += lanes)
      maxima = choose(maxima > load(logits + j), maxima, load(logits + j));
    float maximum = maximumOf(maxima);
    for (; j < classes; j++) maximum = maximum > logits[j] ? maximum : logits[j];

    float* powers = call.gradient ? call.gradient + token * call.gradientStride : nullptr;
    Vec sums = Vec{};
    for (j = 0; j + lanes <= classes; j += lanes) {
      const Vec e = exponential(load(logits + j) - maximum);
      if (powers) store(powers + j, e);
      sums += e;
    }
    if (j < classes) {
      const int64_t left = classes - j;
      const Vec e = exponential(loadFirst(logits + j, left) - maximum);
      float values[lanes] = {};
      storeFirst(values, e, left);
      if (powers) storeFirst(powers + j, e, left);
      sums += load(values);
    }
    const float sum = sumOf(sums);
    const float logSum = maximum + logarithmOfNormal(all(sum))[0];
    double targetLogit = logits[target];
    if (call.smoothing > 0) {
      double all = 0;
      for (j = 0; j < classes; j++) all += logits[j];
      targetLogit += call.smoothing * (all / (double)classes - targetLogit);
    }
    call.losses[token] = (double)weight * ((double)logSum - targetLogit);
    if (!powers) continue;
    const float share = (float)((double)weight / call.totalWeight), scale = share / sum;
    const float even = share * call.smoothing / (float)classes;
    for (j = 0; j + lanes <= classes; j += lanes) store(powers + j, load(powers + j) * scale - even);
    for (; j < classes; j++) powers[j] = powers[j] * scale - even;
    powers[target] -= share * (1 - call.smoothing);
  }
  return true;
}

float squares(const float* from, int64_t count) {
  Vec sums[4] = {};
  int64_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes)
    for (int v = 0; v < 4; v++)
      sums[v] = madd(load(from + i + v * lanes), load(from + i + v * lanes), sums[v]);
  for (; i + lanes <= count; i += lanes) sums[0] = madd(load(from + i), load(from + i), sums[0]);
  if (i < count) sums[1] = madd(loadFirst(from + i, count - i), loadFirst(from + i, count - i), sums[1]);
  return sumOf((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

}  // namespace
}  // namespace unrolled
