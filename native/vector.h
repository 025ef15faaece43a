// A vector of floats as wide as the instruction set that this is compiled for, with the compilers' vector
// extensions. Intrinsics, for the few operations that the extensions lack, stand in this file only.
#pragma once
#include <cstdint>
#include <cstring>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

namespace unrolled {
// Everything compiled for one instruction set is local to its translation unit: the linker must never merge
// one set's copy of a function with another's.
namespace {

#if defined(__AVX512F__)
constexpr int lanes = 16;
#elif defined(__AVX2__) && defined(__FMA__)
constexpr int lanes = 8;
#else
constexpr int lanes = 4;
#endif

typedef float Vec __attribute__((vector_size(4 * lanes)));
typedef int32_t Ints __attribute__((vector_size(4 * lanes)));
typedef uint32_t Words __attribute__((vector_size(4 * lanes)));
typedef float LooseVec __attribute__((vector_size(4 * lanes), aligned(4), may_alias));

inline Vec load(const float* from) { return *reinterpret_cast<const LooseVec*>(from); }
inline void store(float* into, Vec value) { *reinterpret_cast<LooseVec*>(into) = value; }
inline Vec all(float value) { return value - Vec{}; }
inline Words allWords(uint32_t value) { return value - Words{}; }

// Loads the first `count` lanes, fewer than all; the others are 0.
inline Vec loadFirst(const float* from, int64_t count) {
#if defined(__AVX512F__)
  return (Vec)_mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
#else
  float values[lanes] = {};
  for (int64_t i = 0; i < count; i++) values[i] = from[i];
  return load(values);
#endif
}

inline void storeFirst(float* into, Vec value, int64_t count) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(into, (__mmask16)((1u << count) - 1), (__m512)value);
#else
  for (int64_t i = 0; i < count; i++) into[i] = value[i];
#endif
}

// a·b + c and c - a·b, with a single rounding where the processor supports it.
inline Vec madd(Vec a, Vec b, Vec c) {
#if defined(__AVX512F__)
  return (Vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__AVX2__) && defined(__FMA__)
  return (Vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__ARM_NEON) && defined(__aarch64__)
  return (Vec)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
  return a * b + c;
#endif
}

inline Vec nmadd(Vec a, Vec b, Vec c) {
#if defined(__AVX512F__)
  return (Vec)_mm512_fnmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__AVX2__) && defined(__FMA__)
  return (Vec)_mm256_fnmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__ARM_NEON) && defined(__aarch64__)
  return (Vec)vfmsq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
  return c - a * b;
#endif
}

inline Vec squareRoot(Vec a) {
#if defined(__AVX512F__)
  return (Vec)_mm512_sqrt_ps((__m512)a);
#elif defined(__AVX2__)
  return (Vec)_mm256_sqrt_ps((__m256)a);
#elif defined(__x86_64__)
  return (Vec)_mm_sqrt_ps((__m128)a);
#else
  for (int i = 0; i < lanes; i++) a[i] = __builtin_sqrtf(a[i]);
  return a;
#endif
}

// Lane by lane; where b is NaN, b.
inline Vec minimum(Vec a, Vec b) {
#if defined(__AVX512F__)
  return (Vec)_mm512_min_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__)
  return (Vec)_mm256_min_ps((__m256)a, (__m256)b);
#else
  return a < b ? a : b;
#endif
}

inline Vec maximum(Vec a, Vec b) {
#if defined(__AVX512F__)
  return (Vec)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__)
  return (Vec)_mm256_max_ps((__m256)a, (__m256)b);
#else
  return a > b ? a : b;
#endif
}

// Lane by lane: b where the condition holds, c elsewhere.
inline Vec choose(Ints condition, Vec b, Vec c) { return condition ? b : c; }

// The sum and the maximum of the lanes, always in the same tree; NaN where a lane is.
inline float sumOf(Vec v) {
  float values[lanes];
  store(values, v);
  for (int half = lanes / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) values[i] += values[i + half];
  return values[0];
}

inline float maximumOf(Vec v) {
  float values[lanes];
  store(values, v);
  for (int half = lanes / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) {
      const float a = values[i], b = values[i + half];
      values[i] = a > b || a != a ? a : b;
    }
  return values[0];
}

}  // namespace
}  // namespace unrolled
