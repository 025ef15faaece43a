// Softmax with cross-entropy. Threads divide the tokens; each token's loss is kept, and one thread adds them up in order,
// in float64, so that the number of threads does not show.
import type { Code } from "./assembler.ts";
import { emitAddress, kernelParameters, loadEntry, type RunGlobals } from "./call.ts";
import type { Location, ProgramLayout } from "./layout.ts";
import { repeatLocal } from "./loops.ts";
import { combineLanes, createMath, spelling, type Math4 } from "./math.ts";
import { sumParts } from "./sums.ts";

export interface CrossEntropyShape {
  /** [tokens, classes] */
  readonly logits: Location;
  readonly classes: number;
  /** [tokens] integers; a negative one means that the token does not count. */
  readonly targets: Location;
  /** [tokens] */
  readonly weights: Location;
  /** The share of the target that is spread evenly over all classes. */
  readonly smoothing: number;
  /** [tokens, classes], if wanted. */
  readonly gradient: Location | undefined;
}

export interface CrossEntropyContext {
  readonly globals: RunGlobals;
  readonly layout: ProgramLayout;
  readonly relaxed: boolean;
}

/** Leaves the number of all tokens of the run on the stack. */
function allTokens(code: Code, globals: RunGlobals, layout: ProgramLayout): Code {
  return loadEntry(code.getGlobal(globals.steps), layout.offsets);
}

/** Leaves a token's weight on the stack, 0 where its target is ignored. Locals with both addresses. */
function loadWeight(code: Code, weight: number, target: number): Code {
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
  const [weight, target, left] = code.locals("i32", 3);
  const total = code.local("f64");
  code.i32(weights.address).set(weight).i32(targets.address).set(target);
  allTokens(code, globals, layout).set(left);
  repeatLocal(code, left, () => {
    code.get(total);
    loadWeight(code, weight, target).op("f64.add").set(total);
    code.advance(weight, weights.stride).advance(target, targets.stride);
  });
  return code.get(total);
}

/** A cross-entropy being emitted; all numbers are locals. */
interface Emission {
  readonly code: Code;
  readonly math: Math4;
  readonly shape: CrossEntropyShape;
  /** The token's addresses: its logits, and its gradient. */
  readonly row: number;
  readonly out: number;
  /** Bytes into the row. */
  readonly j: number;
  /** The token's target, 0 where it is ignored. */
  readonly target: number;
  /** The token's weight, and the sum of all weights. */
  readonly weight: number;
  readonly total: number;
  /** Vectors of four equal numbers: the largest logit, and Σ exp(logit - largest). */
  readonly largest: number;
  readonly powers: number;
  /** Free vectors. */
  readonly shifted: number;
  readonly value: number;
  readonly scale: number;
  /** Reductions over columns: four at a time, and the last few one by one. */
  readonly four: number;
  readonly rest: number;
  /** Likewise the sum of a row's logits, for label smoothing. */
  readonly logitsFour: number;
  readonly logitsRest: number;
}

/** Writes each token's loss to `layout.losses`, and its gradient. */
export function emitCrossEntropy(code: Code, shape: CrossEntropyShape, context: CrossEntropyContext): void {
  const { globals, layout } = context;
  const math = createMath(code, context.relaxed);
  const [row, targetAt, weightAt, out, left, j] = code.locals("i32", 6);
  const [total, weight] = code.locals("f64", 2);
  const [loss, target] = code.locals("i32", 2);
  const [largest, powers, shifted, value, scale, logSum] = code.locals("v128", 6);
  const [four, rest, logitsFour, logitsRest] = code.locals("v128", 4);
  const scalars = { row, out, j, target, weight, total };
  const vectors = { largest, powers, shifted, value, scale, four, rest, logitsFour, logitsRest };
  const e: Emission = { code, math, shape, ...scalars, ...vectors };
  // The sum of the weights first: the derivative of the mean needs it.
  totalWeight(code, globals, layout, shape).set(total);
  const walks: [number, Location][] = [
    [row, shape.logits],
    [targetAt, shape.targets],
    [weightAt, shape.weights],
    ...(shape.gradient ? [[out, shape.gradient] as [number, Location]] : []),
    [loss, { address: layout.losses, stride: 8, origin: "base" }],
  ];
  for (const [local, location] of walks) {
    emitAddress(code, location, globals);
    code.set(local);
  }
  code.get(kernelParameters.count).set(left);
  repeatLocal(code, left, () => {
    loadWeight(code, weightAt, targetAt).set(weight);
    code.get(targetAt).access("i32.load").tee(target).i32(0).get(target).i32(0).op("i32.ge_s");
    code.op("select").set(target);
    findLargest(e);
    addPowers(e);
    spelling.log(math, [powers]);
    code.get(largest).op("f32x4.add").set(logSum);
    // weight · (logSum - logit of the target)
    code.get(loss).get(weight).get(logSum).extract(0).op("f64.promote_f32");
    loadTarget(e);
    code.op("f64.sub").op("f64.mul").access("f64.store");
    if (shape.gradient) finishGradient(e, shape.gradient);
    code.advance(row, shape.logits.stride).advance(targetAt, shape.targets.stride);
    code.advance(weightAt, shape.weights.stride).advance(loss, 8);
  });
}

/** Visits a row's columns with `j` in bytes, four at a time and then one by one. */
function columns({ code, shape, j }: Emission, visit: (lanes: 1 | 4) => void): void {
  const { classes } = shape;
  const whole = classes - (classes % 4);
  const walk = (lanes: 1 | 4, end: number): void => {
    const [step, bytes] = [4 * lanes, 4 * end];
    code.loop(() => {
      visit(lanes);
      code.get(j).i32(step).op("i32.add").tee(j).i32(bytes).op("i32.lt_s").branchIf(0);
    });
  };
  code.i32(0).set(j);
  if (whole > 0) walk(4, whole);
  if (whole < classes) walk(1, classes);
}

function load({ code, j }: Emission, base: number, lanes: 1 | 4): Code {
  const op = lanes === 4 ? "v128.load" : "v128.load32_splat";
  return code.get(base).get(j).op("i32.add").access(op);
}

function store({ code }: Emission, lanes: 1 | 4): void {
  if (lanes === 4) code.access("v128.store");
  else code.storeLane(0, 0);
}

/** Combines `four` and `rest`. */
function reduce({ code, four, rest }: Emission, op: "f32x4.add" | "f32x4.pmax", into: number): void {
  combineLanes(code, op, four);
  code.get(rest).op(op).set(into);
}

/** Finds the largest logit of a row and, with smoothing, adds the logits up. */
function findLargest(e: Emission): void {
  const { code } = e;
  const isSmoothed = e.shape.smoothing > 0;
  code.splat(-Infinity).tee(e.four).set(e.rest);
  if (isSmoothed) code.splat(0).tee(e.logitsFour).set(e.logitsRest);
  const combine = (into: number, lanes: 1 | 4, op: "f32x4.add" | "f32x4.pmax"): void => {
    code.get(into);
    load(e, e.row, lanes).op(op).set(into);
  };
  columns(e, (lanes) => {
    combine(lanes === 4 ? e.four : e.rest, lanes, "f32x4.pmax");
    if (isSmoothed) combine(lanes === 4 ? e.logitsFour : e.logitsRest, lanes, "f32x4.add");
  });
  reduce(e, "f32x4.pmax", e.largest);
}

/** Adds up exp(logit - largest), and keeps each of them where the gradient will be. */
function addPowers(e: Emission): void {
  const { code, shifted, value } = e;
  code.splat(0).tee(e.four).set(e.rest);
  columns(e, (lanes) => {
    const sum = lanes === 4 ? e.four : e.rest;
    load(e, e.row, lanes).get(e.largest).op("f32x4.sub").set(shifted);
    spelling.exp(e.math, [shifted]);
    code.set(value);
    if (e.shape.gradient) {
      code.get(e.out).get(e.j).op("i32.add").get(value);
      store(e, lanes);
    }
    code.get(sum).get(value).op("f32x4.add").set(sum);
  });
  reduce(e, "f32x4.add", e.powers);
}

/** Leaves the logit of the target on the stack, where smoothing takes a share of it for the mean of all logits. */
function loadTarget({ code, shape, row, target, logitsFour, logitsRest }: Emission): void {
  const { classes, smoothing } = shape;
  code.get(target).i32(2).op("i32.shl").get(row).op("i32.add").access("f32.load").op("f64.promote_f32");
  if (smoothing === 0) return;
  const [kept, spread] = [1 - smoothing, smoothing / classes];
  code.f64(kept).op("f64.mul");
  combineLanes(code, "f32x4.add", logitsFour);
  code.get(logitsRest).op("f32x4.add").extract(0).op("f64.promote_f32");
  code.f64(spread).op("f64.mul").op("f64.add");
}

/** weight / total · (exp(…) / powers - target), where smoothing spreads a share of the target over all classes. */
function finishGradient(e: Emission, { stride }: Location): void {
  const { code, out, j, scale } = e;
  const { classes, smoothing } = e.shape;
  const spread = e.logitsFour;
  const part = (factor: number): Code => {
    code.get(e.weight).get(e.total).op("f64.div");
    if (factor !== 1) code.f64(factor).op("f64.mul");
    return code.op("f32.demote_f64");
  };
  part(1).op("f32x4.splat").get(e.powers).op("f32x4.div").set(scale);
  if (smoothing > 0) {
    part(smoothing / classes);
    code.op("f32x4.splat").set(spread);
  }
  columns(e, (lanes) => {
    code.get(out).get(j).op("i32.add");
    load(e, out, lanes).get(scale).op("f32x4.mul");
    if (smoothing > 0) code.get(spread).op("f32x4.sub");
    store(e, lanes);
  });
  code.get(e.target).i32(2).op("i32.shl").get(out).op("i32.add").tee(j);
  code.get(j).access("f32.load");
  part(1 - smoothing);
  code.op("f32.sub").access("f32.store");
  code.advance(out, stride);
}

export interface LossShape extends Pick<CrossEntropyShape, "weights" | "targets"> {
  /** Address. */
  readonly loss: number;
}

/** Adds up the tokens' losses and divides by the sum of their weights. */
export function emitLoss(
  code: Code,
  { weights, targets, loss }: LossShape,
  { globals, layout }: Pick<CrossEntropyContext, "globals" | "layout">,
): void {
  const count = code.local("i32");
  allTokens(code, globals, layout).set(count);
  code.i32(loss);
  sumParts(code, layout.losses, count);
  totalWeight(code, globals, layout, { weights, targets });
  code.op("f64.div").op("f32.demote_f64").access("f32.store");
}
