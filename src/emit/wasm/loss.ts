// Kernels with a number as their result: softmax with cross-entropy, the norm of a block, the guard against
// what is not finite. What threads sum is kept in parts that do not depend on their number, tokens or chunks, and
// one of them adds up the parts in order, in float64.
import type { Code } from "./assembler.ts";
import { columnShare, emitAddress, kernelParameters, type RunGlobals } from "./call.ts";
import { normChunk, type Place, type ProgramLayout } from "./layout.ts";
import { createMath, spelling } from "./math.ts";
import { repeatLocal } from "./matmul.ts";
import { combineLanes } from "./pointwise.ts";

export interface CrossEntropyShape {
  readonly logits: Place;
  readonly classes: number;
  readonly targets: Place;
  readonly weights: Place;
  readonly smoothing: number;
  readonly loss: number;
  readonly gradient: Place | undefined;
}

/** Leaves the number of all tokens of the run on the stack. */
function allTokens(code: Code, globals: RunGlobals, layout: ProgramLayout): Code {
  return code.getGlobal(globals.steps).i32(2).op("i32.shl").access("i32.load", layout.offsets);
}

/** Leaves a token's weight on the stack, 0 for a target that is ignored; addresses of both in locals. */
function ownWeight(code: Code, weight: number, target: number): Code {
  code.get(weight).access("f32.load").f32(0).get(target).access("i32.load").i32(0).op("i32.ge_s");
  return code.op("select").op("f64.promote_f32");
}

/** Leaves the sum of all tokens' weights on the stack. */
function totalWeight(
  code: Code,
  globals: RunGlobals,
  layout: ProgramLayout,
  { weights, targets }: Pick<CrossEntropyShape, "weights" | "targets">,
): Code {
  const [weight, target, left] = [code.local("i32"), code.local("i32"), code.local("i32")];
  const total = code.local("f64");
  code.i32(weights.address).set(weight).i32(targets.address).set(target);
  allTokens(code, globals, layout).set(left);
  repeatLocal(code, left, () => {
    code.get(total);
    ownWeight(code, weight, target).op("f64.add").set(total);
    code.advance(weight, weights.stride).advance(target, targets.stride);
  });
  return code.get(total);
}

/** Each token's share of the loss goes to `layout.losses`. */
export function emitCrossEntropy(
  code: Code,
  shape: CrossEntropyShape,
  { globals, layout, relaxed }: { globals: RunGlobals; layout: ProgramLayout; relaxed: boolean },
): void {
  const { logits, classes, targets, weights, smoothing, gradient } = shape;
  const math = createMath(code, relaxed);
  const i32 = (): number => code.local("i32");
  const v128 = (): number => code.local("v128");
  const [row, target, weight, out, left, j] = [i32(), i32(), i32(), i32(), i32(), i32()];
  const [total, own, share, chosen] = [code.local("f64"), code.local("f64"), i32(), i32()];
  const [greatest, powers, shifted, value, scale, logSum] = [v128(), v128(), v128(), v128(), v128(), v128()];
  const [four, rest] = [v128(), v128()];
  // Of label smoothing: the sum of a row's logits, four columns at a time and one by one.
  const [sums, single] = [v128(), v128()];

  const start = (place: Place, local: number): void => {
    emitAddress(code, place, globals);
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
  totalWeight(code, globals, layout, shape).set(total);

  start(logits, row);
  start(targets, target);
  start(weights, weight);
  if (gradient) start(gradient, out);
  start({ address: layout.losses, stride: 8, origin: "base" }, share);
  code.get(kernelParameters.count).set(left);
  repeatLocal(code, left, () => {
    ownWeight(code, weight, target).set(own);
    code.get(target).access("i32.load").tee(chosen).i32(0).get(chosen).i32(0).op("i32.ge_s").op("select");
    code.set(chosen);
    code.splat(-Infinity).tee(four).set(rest);
    if (smoothing > 0) code.splat(0).tee(sums).set(single);
    columns((lanes) => {
      const to = lanes === 4 ? four : rest;
      code.get(to);
      load(row, lanes).op("f32x4.pmax").set(to);
      if (smoothing === 0) return;
      const sum = lanes === 4 ? sums : single;
      code.get(sum);
      load(row, lanes).op("f32x4.add").set(sum);
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
    // weight · (logSum - logit of the target), of which smoothing takes a share for the mean of all logits.
    code.get(share).get(own).get(logSum).extract(0).op("f64.promote_f32");
    code.get(chosen).i32(2).op("i32.shl").get(row).op("i32.add").access("f32.load").op("f64.promote_f32");
    if (smoothing > 0) {
      code.f64(1 - smoothing).op("f64.mul");
      combineLanes({ code }, "f32x4.add", sums);
      code.get(single).op("f32x4.add").extract(0).op("f64.promote_f32");
      code
        .f64(smoothing / classes)
        .op("f64.mul")
        .op("f64.add");
    }
    code.op("f64.sub").op("f64.mul").access("f64.store");
    if (gradient) {
      // weight / total / powers, then minus weight / total at the target, or what smoothing makes of it.
      const part = (factor: number): Code => {
        code.get(own).get(total).op("f64.div");
        if (factor !== 1) code.f64(factor).op("f64.mul");
        return code.op("f32.demote_f64");
      };
      part(1).op("f32x4.splat").get(powers).op("f32x4.div").set(scale);
      if (smoothing > 0) {
        part(smoothing / classes)
          .op("f32x4.splat")
          .set(sums);
      }
      columns((lanes) => {
        code.get(out).get(j).op("i32.add");
        load(out, lanes).get(scale).op("f32x4.mul");
        if (smoothing > 0) code.get(sums).op("f32x4.sub");
        store(lanes);
      });
      code.get(chosen).i32(2).op("i32.shl").get(out).op("i32.add").tee(j);
      code.get(j).access("f32.load");
      part(1 - smoothing)
        .op("f32.sub")
        .access("f32.store");
      code.advance(out, gradient.stride);
    }
    code.advance(row, logits.stride);
    code.advance(target, targets.stride);
    code.advance(weight, weights.stride);
    code.advance(share, 8);
  });
}

/** The mean, from the tokens' shares. */
export function emitLoss(
  code: Code,
  { weights, targets, loss }: Pick<CrossEntropyShape, "weights" | "targets" | "loss">,
  { globals, layout }: { globals: RunGlobals; layout: ProgramLayout },
): void {
  const count = code.local("i32");
  allTokens(code, globals, layout).set(count);
  code.i32(loss);
  sumParts(code, layout.losses, count);
  totalWeight(code, globals, layout, { weights, targets });
  code.op("f64.div").op("f32.demote_f64").access("f32.store");
}

/** Leaves the sum of `count` numbers of eight bytes on the stack, added in order; `count` is used up. */
function sumParts(code: Code, from: number, count: number): Code {
  const [at, sum] = [code.local("i32"), code.local("f64")];
  code.i32(from).set(at);
  repeatLocal(code, count, () => {
    code.get(sum).get(at).access("f64.load").op("f64.add").set(sum);
    code.advance(at, 8);
  });
  return code.get(sum);
}

/** The squares' sum of each chunk goes to `layout.partials`: four times four sums, added in a fixed tree. */
export function emitSquares(code: Code, from: number, width: number, { partials }: ProgramLayout): void {
  const [at, end, last, column, chunk] = ["", "", "", "", ""].map(() => code.local("i32")) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const sums = [0, 1, 2, 3].map(() => code.local("v128"));
  const value = code.local("v128");
  const [a, b, c, d] = sums as [number, number, number, number];
  const sweep = (vectors: number, lanes: 1 | 4): void => {
    const bytes = lanes === 4 ? 16 * vectors : 4;
    const fits = (): Code => code.get(at).i32(bytes).op("i32.add").get(end).op("i32.gt_s").op("i32.eqz");
    code.loop(() => {
      fits().if(() => {
        for (const [v, sum] of sums.slice(0, vectors).entries()) {
          code
            .get(at)
            .access(lanes === 4 ? "v128.load" : "v128.load32_splat", 16 * v)
            .set(value);
          // One value in all lanes counts once: only the first lane of the last sum is taken from it.
          if (lanes === 1) code.get(value).lanes(-1, 0, 0, 0).op("v128.and").set(value);
          code.get(sum).get(value).get(value).op("f32x4.mul").op("f32x4.add").set(sum);
        }
        code.advance(at, bytes).branch(1);
      });
    });
  };
  const share = columnShare(code, width, normChunk);
  code.get(share.from).set(column);
  code.block(() => {
    code.get(column).get(share.to).op("i32.ge_s").branchIf(0);
    code.loop(() => {
      code.get(column).i32(normChunk).op("i32.div_u").set(chunk);
      code.get(column).i32(2).op("i32.shl").i32(from).op("i32.add").tee(at);
      code
        .i32(4 * normChunk)
        .op("i32.add")
        .tee(end);
      code.i32(from + 4 * width).tee(last);
      code.get(end).get(last).op("i32.lt_s").op("select").set(end);
      for (const sum of sums) code.splat(0).set(sum);
      sweep(4, 4);
      sweep(1, 4);
      sweep(1, 1);
      code.get(a).get(b).op("f32x4.add").get(c).get(d).op("f32x4.add").op("f32x4.add").set(value);
      code.get(chunk).i32(3).op("i32.shl");
      combineLanes({ code }, "f32x4.add", value);
      code.extract(0).op("f64.promote_f32").access("f64.store", partials);
      code.advance(column, normChunk).get(column).get(share.to).op("i32.lt_s").branchIf(0);
    });
  });
}

/** The norm, from the chunks' sums of squares. */
export function emitNorm(code: Code, width: number, into: number, { partials }: ProgramLayout): void {
  const count = code.local("i32");
  code.i32(Math.ceil(width / normChunk)).set(count);
  code.i32(into);
  sumParts(code, partials, count).op("f64.sqrt").op("f32.demote_f64").access("f32.store");
}

/** Leaves 1 on the stack where all values are finite, else 0; `status` gets the opposite, from the first part. */
export function emitGuard(code: Code, values: readonly number[], status: number): void {
  const finite = code.local("i32");
  code.i32(1).set(finite);
  for (const address of values) {
    const value = (): Code => code.i32(address).access("f32.load");
    // x - x is 0 for finite x only.
    value();
    value().op("f32.sub").f32(0).op("f32.eq").get(finite).op("i32.mul").set(finite);
  }
  code.get(kernelParameters.part).op("i32.eqz");
  code.if(() => void code.i32(status).f32(0).f32(1).get(finite).op("select").access("f32.store"));
  code.get(finite);
}
