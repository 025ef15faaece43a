// Kernels with a number as their result: softmax with cross-entropy, the norm of a block, the guard against
// what is not finite. Sums over tokens are in float64, in the order of the tokens.
import type { Code } from "./assembler.ts";
import type { Place } from "./layout.ts";
import { createMath, spelling } from "./math.ts";
import { combineLanes, emitAddress, kernelParameters } from "./pointwise.ts";
import { repeatLocal } from "./rows.ts";

export interface CrossEntropyShape {
  readonly logits: Place;
  readonly classes: number;
  readonly targets: Place;
  readonly weights: Place;
  readonly loss: number;
  readonly gradient: Place | undefined;
}

export function emitCrossEntropy(code: Code, shape: CrossEntropyShape, relaxed: boolean): void {
  const { logits, classes, targets, weights, loss, gradient } = shape;
  const math = createMath(code, relaxed);
  const i32 = (): number => code.local("i32");
  const v128 = (): number => code.local("v128");
  const [row, target, weight, out, left, j] = [i32(), i32(), i32(), i32(), i32(), i32()];
  const [total, sum] = [code.local("f64"), code.local("f64")];
  const [greatest, powers, shifted, value, scale, logSum] = [v128(), v128(), v128(), v128(), v128(), v128()];
  const [four, rest] = [v128(), v128()];

  const start = (place: Place, local: number): void => {
    emitAddress(code, place);
    code.set(local);
  };
  /** Visits a row's columns with `j` in bytes, four at a time and then one by one. */
  const columns = (visit: (lanes: 1 | 4) => void): void => {
    const whole = classes - (classes % 4);
    code.i32(0).set(j);
    for (const [lanes, end] of [[4, whole] as const, [1, classes] as const]) {
      if (end === (lanes === 4 ? 0 : whole)) continue;
      code.loop(() => {
        visit(lanes);
        code
          .get(j)
          .i32(4 * lanes)
          .op("i32.add")
          .tee(j)
          .i32(4 * end)
          .op("i32.lt_s")
          .branchIf(0);
      });
    }
  };
  const load = (base: number, lanes: 1 | 4): Code =>
    code
      .get(base)
      .get(j)
      .op("i32.add")
      .access(lanes === 4 ? "v128.load" : "v128.load32_splat");
  const store = (lanes: 1 | 4): void => {
    if (lanes === 4) code.access("v128.store");
    else code.storeLane(0, 0);
  };
  const reduce = (op: "f32x4.add" | "f32x4.pmax", into: number): void => {
    combineLanes({ code }, op, four);
    code.get(rest).op(op).set(into);
  };

  // The weights' sum first: the derivative of the mean needs it.
  start(weights, weight);
  code.get(kernelParameters.count).set(left);
  repeatLocal(code, left, () => {
    code.get(total).get(weight).access("f32.load").op("f64.promote_f32").op("f64.add").set(total);
    code.advance(weight, weights.stride);
  });

  start(logits, row);
  start(targets, target);
  start(weights, weight);
  if (gradient) start(gradient, out);
  code.get(kernelParameters.count).set(left);
  repeatLocal(code, left, () => {
    code.splat(-Infinity).tee(four).set(rest);
    columns((lanes) => {
      const to = lanes === 4 ? four : rest;
      code.get(to);
      load(row, lanes).op("f32x4.pmax").set(to);
    });
    reduce("f32x4.pmax", greatest);
    code.splat(0).tee(four).set(rest);
    columns((lanes) => {
      const to = lanes === 4 ? four : rest;
      load(row, lanes).get(greatest).op("f32x4.sub").set(shifted);
      spelling.exp(math, [shifted]);
      code.set(value);
      if (gradient) {
        code.get(out).get(j).op("i32.add").get(value);
        store(lanes);
      }
      code.get(to).get(value).op("f32x4.add").set(to);
    });
    reduce("f32x4.add", powers);
    spelling.log(math, [powers]);
    code.get(greatest).op("f32x4.add").set(logSum);
    // sum += weight · (logSum - logit of the target)
    code.get(sum);
    code.get(weight).access("f32.load").op("f64.promote_f32");
    code.get(logSum).extract(0).get(target).access("i32.load").i32(2).op("i32.shl").get(row).op("i32.add");
    code.access("f32.load").op("f32.sub").op("f64.promote_f32").op("f64.mul").op("f64.add").set(sum);
    if (gradient) {
      // weight / total / powers, then minus weight / total at the target.
      const share = (): Code =>
        code
          .get(weight)
          .access("f32.load")
          .op("f64.promote_f32")
          .get(total)
          .op("f64.div")
          .op("f32.demote_f64");
      share().op("f32x4.splat").get(powers).op("f32x4.div").set(scale);
      columns((lanes) => {
        code.get(out).get(j).op("i32.add");
        load(out, lanes).get(scale).op("f32x4.mul");
        store(lanes);
      });
      code.get(target).access("i32.load").i32(2).op("i32.shl").get(out).op("i32.add").tee(j);
      code.get(j).access("f32.load");
      share().op("f32.sub").access("f32.store");
      code.advance(out, gradient.stride);
    }
    code.advance(row, logits.stride);
    code.advance(target, targets.stride);
    code.advance(weight, weights.stride);
  });
  code.i32(loss).get(sum).get(total).op("f64.div").op("f32.demote_f64").access("f32.store");
}

/** Four times four partial sums, added in a fixed tree. */
export function emitNorm(code: Code, from: number, width: number, into: number): void {
  const [at, end] = [code.local("i32"), code.local("i32")];
  const sums = [0, 1, 2, 3].map(() => code.local("v128"));
  const value = code.local("v128");
  const sweep = (count: number, vectors: number, lanes: 1 | 4): void => {
    if (count === 0) return;
    const bytes = lanes === 4 ? 16 * vectors : 4;
    code
      .get(at)
      .i32(count * bytes)
      .op("i32.add")
      .set(end);
    code.loop(() => {
      for (const [v, sum] of sums.slice(0, vectors).entries()) {
        code
          .get(at)
          .access(lanes === 4 ? "v128.load" : "v128.load32_splat", 16 * v)
          .set(value);
        // One value in all lanes counts once: only the first lane of the last sum is taken from it.
        if (lanes === 1) code.get(value).lanes(-1, 0, 0, 0).op("v128.and").set(value);
        code.get(sum).get(value).get(value).op("f32x4.mul").op("f32x4.add").set(sum);
      }
      code.get(at).i32(bytes).op("i32.add").tee(at).get(end).op("i32.lt_s").branchIf(0);
    });
  };
  code.i32(from).set(at);
  sweep(Math.floor(width / 16), 4, 4);
  sweep(Math.floor((width % 16) / 4), 1, 4);
  sweep(width % 4, 1, 1);
  const [a, b, c, d] = sums as [number, number, number, number];
  code.get(a).get(b).op("f32x4.add").get(c).get(d).op("f32x4.add").op("f32x4.add").set(value);
  code.i32(into);
  combineLanes({ code }, "f32x4.add", value);
  code.extract(0).op("f32.sqrt").access("f32.store");
}

/** Leaves 1 on the stack where all values are finite, else 0; `status` gets the opposite. */
export function emitGuard(code: Code, values: readonly number[], status: number): void {
  const finite = code.local("i32");
  code.i32(1).set(finite);
  for (const address of values) {
    const value = (): Code => code.i32(address).access("f32.load");
    // x - x is 0 for finite x only.
    value();
    value().op("f32.sub").f32(0).op("f32.eq").get(finite).op("i32.mul").set(finite);
  }
  code.i32(status).f32(0).f32(1).get(finite).op("select").access("f32.store");
  code.get(finite);
}
