// Functions of a whole vector of floats. The polynomials were fitted for this project (weighted minimax,
// float64); the wasm device uses the same ones. Largest errors over every 53rd float, in units in the last
// place: exp 1.05, log 0.91, σ 2.41, tanh 2.51, softplus 1.89 (tests allow 1.1, 1, 2.5, 2.6 and 2). A result
// below 2^-125 may come out as any number below 2^-125.
#pragma once
#include "vector.h"

namespace unrolled {
namespace {

constexpr float infinity = __builtin_inff();
// Adding it rounds to a whole number and leaves that number in the low bits.
constexpr float rounder = 12582912.0f;  // 1.5 · 2^23
constexpr float log2OfE = 1.44269504088896341f;
constexpr float ln2High = 0.693359375f, ln2Low = -2.1219444e-4f;

// exp(x) = scale · (1 + excess), where `scale` is a power of two; callers may ask for half of it.
struct Power {
  Vec scale, excess;
};

// x is clamped to the range in which exp(x) fits a float; NaN stays NaN. Below 2^-126 half of the scale is 0.
inline Power power(Vec x, uint32_t one) {
  const Vec clamped = maximum(all(-87.33f), minimum(all(88.8f), x));
  Vec rounded = madd(clamped, all(log2OfE), all(rounder));
  const Vec scale = (Vec)(((Words)rounded << 23) + one);
  rounded -= rounder;
  const Vec r = nmadd(rounded, all(ln2Low), nmadd(rounded, all(ln2High), clamped));
  // expm1(r) = r + r² p(r) for |r| ≤ ln 2 / 2; relative error 1.4e-8.
  Vec p = madd(r, all(0.001394649501889944f), all(0.00836661085486412f));
  p = madd(p, r, all(0.04166628047823906f));
  p = madd(p, r, all(0.1666654348373413f));
  p = madd(p, r, all(0.5f));
  return {scale, madd(p, r * r, r)};
}

inline Vec exponential(Vec x) {
  // With half the scale: the scale may round up to 2^128, which no float holds, while the result still fits.
  const auto [scale, excess] = power(x, 0x3f000000u);
  const Vec half = madd(scale, excess, scale);
  return half + half;
}

inline Vec sigmoid(Vec x) {
  // Clamped where the result would be too small for a normal float. Adding 1 to the power of two first is
  // exact.
  const auto [scale, excess] = power(minimum(all(88.0f), -x), 0x3f800000u);
  return 1.0f / madd(scale, excess, scale + 1.0f);
}

// tanh(x) = expm1(2x) / (expm1(2x) + 2): the relative error stays small near zero, too.
inline Vec hyperbolicTangent(Vec x) {
  const Vec clamped = maximum(all(-10.0f), minimum(all(10.0f), x));
  const auto [scale, excess] = power(clamped + clamped, 0x3f800000u);
  const Vec e = madd(scale, excess, scale - 1.0f);
  return e / (e + 2.0f);
}

// For numbers from 2^-126 up: -∞ at 0, NaN below 0, ∞ at ∞.
inline Vec logarithmOfNormal(Vec x) {
  const Ints exponent = (Ints)((Words)x - 0x3f3504f3u) >> 23;
  const Vec f = (Vec)((Words)x - ((Words)exponent << 23)) - 1.0f;
  // log(1 + f) = f - f²/2 + f³ p(f) for √½ ≤ 1 + f ≤ √2; error 6e-9 relative to f².
  Vec p = madd(f, all(-0.07859568297863007f), all(0.12881645560264587f));
  p = madd(p, f, all(-0.13128769397735596f));
  p = madd(p, f, all(0.14181193709373474f));
  p = madd(p, f, all(-0.16624553501605988f));
  p = madd(p, f, all(0.2000228613615036f));
  p = madd(p, f, all(-0.25000810623168945f));
  p = madd(p, f, all(0.33333316445350647f));
  const Vec e = __builtin_convertvector(exponent, Vec);
  Vec result = madd(madd(p, f, all(-0.5f)), f * f, f);
  result = madd(e, all(ln2High), madd(e, all(ln2Low), result));
  result = choose(x == infinity, x, result);
  result = choose(x == 0.0f, all(-infinity), result);
  result = choose(x < 0.0f, all(__builtin_nanf("")), result);
  return choose(x == x, result, x);
}

// Also for subnormal numbers, which are scaled by 2^23 first.
inline Vec logarithm(Vec x) {
  const Ints small = x < 0x1p-126f;
  return logarithmOfNormal(choose(small, x * 0x1p23f, x)) - choose(small, all(15.9423851528787f), Vec{});
}

inline Vec magnitude(Vec x) { return (Vec)((Words)x & 0x7fffffffu); }
inline Vec rectified(Vec x) { return choose(x < 0.0f, Vec{}, x); }
// As in the op table: where a is NaN, a.
inline Vec smaller(Vec a, Vec b) { return choose((a < b) | (a != a), a, b); }
inline Vec larger(Vec a, Vec b) { return choose((a > b) | (a != a), a, b); }

// relu(x) + log(1 + e) with e = exp(-|x|); the error of rounding 1 + e to u is added back: (e - (u - 1)) / u.
inline Vec softplus(Vec x) {
  const Vec e = exponential(-magnitude(x));
  const Vec u = e + 1.0f;
  return choose(x == x, rectified(x) + (logarithmOfNormal(u) + (e - (u - 1.0f)) / u), x);
}

// A 32-bit mixing function with two multiplications; constants from C. Wellons' hash prospector (2018).
inline Words mixed(Words h) {
  h = (h ^ (h >> 16)) * 0x21f0aaadu;
  h = (h ^ (h >> 15)) * 0x735a2d97u;
  return h ^ (h >> 15);
}

// 0 where the upper 24 random bits at an index are below the rate, in units of 2^-24; 1 elsewhere.
inline Vec mask(Words index, uint32_t key, uint32_t rate) {
  const Words bits = mixed(mixed(index ^ key) + key) >> 8;
  return choose((Ints)bits < (Ints)allWords(rate), Vec{}, all(1.0f));
}

}  // namespace
}  // namespace unrolled
