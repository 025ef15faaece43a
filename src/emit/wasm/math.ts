// The WebAssembly column of the op table: each pointwise operation on four floats at once. The polynomials were fitted
// for this file (weighted minimax, in float64); results are within a few units in the last place of float32. Knows
// nothing of memory.
import type { PointwiseOp } from "../../graph/ops.ts";
import type { Code } from "./assembler.ts";
import type { Plain } from "./opcodes.ts";

/** The function that vector operations are emitted into. */
export interface Math4 {
  readonly code: Code;
  /** `a·b + c`, rounded once where the engine can; takes a, b and c from the stack. */
  madd(): void;
  /** `c - a·b`, likewise. */
  nmadd(): void;
  /** Declares a v128 local. */
  fresh(): number;
}

/** `relaxed`: whether the engine has relaxed SIMD's multiply-add. */
export function createMath(code: Code, relaxed: boolean): Math4 {
  const [a, b, c] = relaxed ? [0, 0, 0] : code.locals("v128", 3);
  const unfused = (last: Plain): void => {
    code.set(c).set(b).set(a);
    if (last === "f32x4.add") code.get(a).get(b).op("f32x4.mul").get(c).op(last);
    else code.get(c).get(a).get(b).op("f32x4.mul").op(last);
  };
  return {
    code,
    madd: () => void (relaxed ? code.op("f32x4.relaxed_madd") : unfused("f32x4.add")),
    nmadd: () => void (relaxed ? code.op("f32x4.relaxed_nmadd") : unfused("f32x4.sub")),
    fresh: () => code.local("v128"),
  };
}

/** Leaves a vector of four copies of the sum or maximum of a local's lanes, always combined in the same order. */
export function combineLanes(code: Code, op: "f32x4.add" | "f32x4.max" | "f32x4.pmax", four: number): void {
  code.get(four).get(four).get(four).shuffle([2, 3, 0, 1]).op(op).set(four);
  code.get(four).get(four).get(four).shuffle([1, 0, 3, 2]).op(op);
}

type Spelling = (m: Math4, args: readonly number[]) => void;

const first = (args: readonly number[]): number => args[0] as number;
const second = (args: readonly number[]): number => args[1] as number;
const unary =
  (op: Plain): Spelling =>
  ({ code }, args) =>
    void code.get(first(args)).op(op);
const binary =
  (op: Plain): Spelling =>
  ({ code }, args) =>
    void code.get(first(args)).get(second(args)).op(op);
/** `a < b ? a : b` or `a > b ? a : b`, as in the op table; where a is NaN, a. */
const extremum =
  (op: "f32x4.pmin" | "f32x4.pmax"): Spelling =>
  ({ code }, args) => {
    const [a, b] = [first(args), second(args)];
    code.get(a).get(b).get(a).op(op).get(a).get(a).op("f32x4.ne").op("v128.bitselect");
  };

/** Emits each operation: takes v128 locals and leaves the result on the stack. */
export const spelling: Readonly<Record<PointwiseOp, Spelling>> = {
  add: binary("f32x4.add"),
  sub: binary("f32x4.sub"),
  mul: binary("f32x4.mul"),
  div: binary("f32x4.div"),
  neg: unary("f32x4.neg"),
  sigmoid: (m, args) => {
    // p / (1 + p) with p = exp(x), cut off at 2^126, where the result has long been 1.
    const [cut, p] = [m.fresh(), m.fresh()];
    m.code.get(first(args)).splat(87.33).op("f32x4.pmin").splat(-87.33).op("f32x4.pmax").set(cut);
    const { scale, excess } = powerParts(m, cut, { isCut: true });
    m.code.get(scale).get(excess).get(scale);
    m.madd();
    m.code.tee(p).get(p).splat(1).op("f32x4.add").op("f32x4.div");
  },
  tanh,
  relu: ({ code }, args) => void code.get(first(args)).splat(0).op("f32x4.pmax"),
  exp: (m, args) => {
    // With half the scale: the scale may be rounded up to 2^128, which is no float, while the value still is one.
    const half = m.fresh();
    const { scale, excess } = powerParts(m, first(args), { halved: true });
    m.code.get(scale).get(excess).get(scale);
    m.madd();
    m.code.tee(half).get(half).op("f32x4.add");
  },
  log: (m, args) => {
    // Numbers below 2^-126, which have fewer digits, are scaled by 2^23 first.
    const [isSmall, scaled] = [m.fresh(), m.fresh()];
    const x = first(args);
    m.code
      .get(x)
      .splat(2 ** -126)
      .op("f32x4.lt")
      .set(isSmall);
    m.code
      .get(x)
      .splat(2 ** 23)
      .op("f32x4.mul")
      .get(x)
      .get(isSmall)
      .op("v128.bitselect")
      .set(scaled);
    logarithm(m, scaled);
    m.code
      .get(isSmall)
      .splat(23 * Math.LN2)
      .op("v128.and")
      .op("f32x4.sub");
  },
  softplus: (m, args) => {
    // relu(x) + log(1 + e) with e = exp(-|x|). Rounding 1 + e to u loses e - (u - 1), which over u is added back.
    const [negative, e, u] = [m.fresh(), m.fresh(), m.fresh()];
    m.code.get(first(args)).op("f32x4.abs").op("f32x4.neg").set(negative);
    spelling.exp(m, [negative]);
    m.code.tee(e).splat(1).op("f32x4.add").set(u);
    spelling.relu(m, args);
    logarithm(m, u);
    m.code.get(e).get(u).splat(1).op("f32x4.sub").op("f32x4.sub").get(u).op("f32x4.div");
    m.code.op("f32x4.add").op("f32x4.add");
  },
  abs: unary("f32x4.abs"),
  min: extremum("f32x4.pmin"),
  max: extremum("f32x4.pmax"),
  sqrt: unary("f32x4.sqrt"),
  square: ({ code }, args) => void code.get(first(args)).get(first(args)).op("f32x4.mul"),
  hardsigmoid: (m, args) => {
    m.code.get(first(args)).splat(0.2).splat(0.5);
    m.madd();
    m.code.splat(1).op("f32x4.pmin").splat(0).op("f32x4.pmax");
  },
  hardtanh: ({ code }, args) => {
    code.get(first(args)).splat(1).op("f32x4.pmin").splat(-1).op("f32x4.pmax");
  },
  greater: ({ code }, args) => {
    const [a, b] = [first(args), second(args)];
    code.get(a).get(b).op("f32x4.gt").splat(1).op("v128.and");
    // All bits of a lane together are a NaN.
    for (const x of [a, b]) code.get(x).get(x).op("f32x4.ne").op("v128.or");
  },
  where: ({ code }, args) => {
    const third = args[2] as number;
    code.get(second(args)).get(third).get(first(args)).splat(0).op("f32x4.gt").op("v128.bitselect");
  },
  detach: ({ code }, args) => void code.get(first(args)),
};

/** expm1(r) = r + r² p(r) for |r| ≤ ln 2 / 2; relative error 1.4e-8. */
const expm1Polynomial = [
  0.001394649501889944, 0.00836661085486412, 0.04166628047823906, 0.1666654348373413, 0.5,
];
/** Adding this rounds to a whole number, which is then in the low bits. */
const rounder = 1.5 * 2 ** 23;
const ln2High = 0.693359375;
const ln2Low = -2.1219444e-4;

/**
 * Computes locals with `exp(x) = scale·(1 + excess)`, where `scale` is a power of two, or with `halved` half of it; half
 * of a scale below 2^-126 is 0. Cuts x off at what a float can hold, unless `isCut` says that it has been.
 */
function powerParts(
  m: Math4,
  x: number,
  { halved = false, isCut = false }: { readonly halved?: boolean; readonly isCut?: boolean } = {},
): { scale: number; excess: number } {
  const { code } = m;
  const cut = isCut ? x : m.fresh();
  const [rounded, r, p, scale, excess] = code.locals("v128", 5);
  // pmin and pmax keep a NaN that comes first.
  if (!isCut) code.get(x).splat(88.8).op("f32x4.pmin").splat(-87.33).op("f32x4.pmax").set(cut);
  code.get(cut).splat(Math.LOG2E).splat(rounder);
  m.madd();
  code.set(rounded);
  const one = halved ? 0x3f000000 : 0x3f800000;
  code.get(rounded).i32(23).op("i32x4.shl").lanes(one, one, one, one);
  code.op("i32x4.add").set(scale);
  code.get(rounded).splat(rounder).op("f32x4.sub").set(rounded);
  code.get(rounded).splat(ln2High).get(cut);
  m.nmadd();
  code.set(r);
  code.get(rounded).splat(ln2Low).get(r);
  m.nmadd();
  code.set(r);
  polynomial(m, r, expm1Polynomial);
  code.set(p);
  code.get(p).get(r).get(r).op("f32x4.mul").get(r);
  m.madd();
  code.set(excess);
  return { scale, excess };
}

/** Leaves a polynomial's value on the stack, by Horner's rule; coefficients from the highest power down. */
function polynomial(m: Math4, x: number, coefficients: readonly number[]): void {
  coefficients.forEach((c, i) => {
    if (i === 0) m.code.splat(c);
    else {
      m.code.get(x).splat(c);
      m.madd();
    }
  });
}

/** tanh(x) = expm1(2x) / (expm1(2x) + 2), with a small relative error near zero too. */
function tanh(m: Math4, args: readonly number[]): void {
  const { code } = m;
  const [doubled, e] = [m.fresh(), m.fresh()];
  code.get(first(args)).splat(10).op("f32x4.pmin").splat(-10).op("f32x4.pmax");
  code.splat(2).op("f32x4.mul").set(doubled);
  const { scale, excess } = powerParts(m, doubled, { isCut: true });
  code.get(scale).get(excess).get(scale).splat(1).op("f32x4.sub");
  m.madd();
  code.tee(e).get(e).splat(2).op("f32x4.add").op("f32x4.div");
}

/** log(1 + f) = f - f²/2 + f³ p(f) for √½ ≤ 1 + f ≤ √2; error 6e-9 relative to f². */
const logPolynomial = [
  -0.07859568297863007, 0.12881645560264587, -0.13128769397735596, 0.14181193709373474, -0.16624553501605988,
  0.2000228613615036, -0.25000810623168945, 0.33333316445350647,
];
const sqrtHalfBits = 0x3f3504f3;

/** Leaves log(x) on the stack: -∞ at 0, NaN below, ∞ at ∞. Inaccurate for subnormal numbers. */
function logarithm(m: Math4, x: number): void {
  const { code } = m;
  const [exponent, f, square, result] = [m.fresh(), m.fresh(), m.fresh(), m.fresh()];
  const four = (v: number): Code => code.lanes(v, v, v, v);
  code.get(x);
  four(sqrtHalfBits).op("i32x4.sub").i32(23).op("i32x4.shr_s").set(exponent);
  code.get(x).get(exponent).i32(23).op("i32x4.shl").op("i32x4.sub").splat(1).op("f32x4.sub").set(f);
  code.get(f).get(f).op("f32x4.mul").set(square);
  code.get(exponent).op("f32x4.convert_i32x4_s").set(exponent);
  polynomial(m, f, logPolynomial);
  code.get(f).op("f32x4.mul").splat(-0.5).op("f32x4.add").set(result);
  code.get(result).get(square).get(f);
  m.madd();
  code.set(result);
  code.get(exponent).splat(ln2Low).get(result);
  m.madd();
  code.set(result);
  code.get(exponent).splat(ln2High).get(result);
  m.madd();
  code.set(result);
  // Where x is not an ordinary positive number: ∞ at ∞, -∞ at 0, NaN below and at NaN.
  code.get(x).get(result).get(x).splat(Infinity).op("f32x4.eq").op("v128.bitselect").set(result);
  code.splat(-Infinity).get(result).get(x).splat(0).op("f32x4.eq").op("v128.bitselect").set(result);
  code.splat(NaN).get(result).get(x).splat(0).op("f32x4.lt").op("v128.bitselect").set(result);
  code.get(result).get(x).get(x).get(x).op("f32x4.eq").op("v128.bitselect");
}
