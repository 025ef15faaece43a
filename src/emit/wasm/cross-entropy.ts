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

/** A cross-entropy being emitted; the numbers from `row` on are locals. */
interface Emission {
  readonly code: Code;
  readonly math: Math4;
  readonly shape: CrossEntropyShape;
  /** The token's addresses: its logits, target, weight, gradient and loss. */
  readonly row: number;
  readonly target: number;
  readonly weight: number;
  readonly out: number;
  readonly loss: number;
  /** Bytes into the row. */
  readonly j: number;
  /** The sum of all weights, and the token's weight. */
  readonly total: number;
  readonly ownWeight: number;
  /** The token's target, 0 where it is ignored. */
  readonly chosen: number;
  /** Vectors of four equal numbers: the largest logit, Σ exp(logit - largest), and log Σ exp(logit). */
  readonly largest: number;
  readonly powers: number;
  readonly logSum: number;
  readonly shifted: number;
  readonly value: number;
  readonly scale: number;
  /** Reductions over columns: four at a time, and the last few one by one. */
  readonly four: number;
  readonly rest: number;
  /** The sum of a row's logits, for label smoothing; likewise. */
  readonly logitsFour: number;
  readonly logitsRest: number;
}

/** Writes each token's loss to `layout.losses`, and its gradient. */
export function emitCrossEntropy(code: Code, shape: CrossEntropyShape, context: CrossEntropyContext): void {
  const { globals, layout } = context;
  const { logits, targets, weights, gradient } = shape;
  const math = createMath(code, context.relaxed);
  const [row, target, weight, out, left, j] = code.locals("i32", 6);
  const [total, ownWeight] = code.locals("f64", 2);
  const [loss, chosen] = code.locals("i32", 2);
  const [largest, powers, shifted, value, scale, logSum] = code.locals("v128", 6);
  const [four, rest, logitsFour, logitsRest] = code.locals("v128", 4);
  const addresses = { row, target, weight, out, loss, j };
  const vectors = { largest, powers, shifted, value, scale, logSum, four, rest, logitsFour, logitsRest };
  const e: Emission = { code, math, shape, ...addresses, total, ownWeight, chosen, ...vectors };
  const start = (location: Location, local: number): void => {
    emitAddress(code, location, globals);
    code.set(local);
  };
  // The sum of the weights first: the derivative of the mean needs it.
  totalWeight(code, globals, layout, shape).set(total);
  start(logits, row);
  start(targets, target);
  start(weights, weight);
  if (gradient) start(gradient, out);
  start({ address: layout.losses, stride: 8, origin: "base" }, loss);
  code.get(kernelParameters.count).set(left);
  repeatLocal(code, left, () => {
    loadWeight(code, weight, target).set(ownWeight);
    code.get(target).access("i32.load").tee(chosen).i32(0).get(chosen).i32(0).op("i32.ge_s").op("select");
    code.set(chosen);
    emitLargest(e);
    emitPowers(e);
    storeLoss(e);
    if (gradient) {
      finishGradient(e);
      code.advance(out, gradient.stride);
    }
    code.advance(row, logits.stride);
    code.advance(target, targets.stride);
    code.advance(weight, weights.stride);
    code.advance(loss, 8);
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
  return code
    .get(base)
    .get(j)
    .op("i32.add")
    .access(lanes === 4 ? "v128.load" : "v128.load32_splat");
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
function emitLargest(e: Emission): void {
  const { code, shape, row, four, rest, logitsFour, logitsRest, largest } = e;
  const isSmoothed = shape.smoothing > 0;
  code.splat(-Infinity).tee(four).set(rest);
  if (isSmoothed) code.splat(0).tee(logitsFour).set(logitsRest);
  columns(e, (lanes) => {
    const into = lanes === 4 ? four : rest;
    code.get(into);
    load(e, row, lanes).op("f32x4.pmax").set(into);
    if (!isSmoothed) return;
    const sum = lanes === 4 ? logitsFour : logitsRest;
    code.get(sum);
    load(e, row, lanes).op("f32x4.add").set(sum);
  });
  reduce(e, "f32x4.pmax", largest);
}

/** Adds up exp(logit - largest), and keeps each of them where the gradient will be. */
function emitPowers(e: Emission): void {
  const { code, math, shape, row, out, j, four, rest, largest, shifted, value, powers, logSum } = e;
  code.splat(0).tee(four).set(rest);
  columns(e, (lanes) => {
    const into = lanes === 4 ? four : rest;
    load(e, row, lanes).get(largest).op("f32x4.sub").set(shifted);
    spelling.exp(math, [shifted]);
    code.set(value);
    if (shape.gradient) {
      code.get(out).get(j).op("i32.add").get(value);
      store(e, lanes);
    }
    code.get(into).get(value).op("f32x4.add").set(into);
  });
  reduce(e, "f32x4.add", powers);
  spelling.log(math, [powers]);
  code.get(largest).op("f32x4.add").set(logSum);
}

/** weight · (logSum - logit of the target), where smoothing takes a share of that logit for the mean of all logits. */
function storeLoss({ code, shape, row, loss, ownWeight, chosen, logSum, ...e }: Emission): void {
  const { classes, smoothing } = shape;
  code.get(loss).get(ownWeight).get(logSum).extract(0).op("f64.promote_f32");
  code.get(chosen).i32(2).op("i32.shl").get(row).op("i32.add").access("f32.load").op("f64.promote_f32");
  if (smoothing > 0) {
    const [kept, spread] = [1 - smoothing, smoothing / classes];
    code.f64(kept).op("f64.mul");
    combineLanes(code, "f32x4.add", e.logitsFour);
    code.get(e.logitsRest).op("f32x4.add").extract(0).op("f64.promote_f32");
    code.f64(spread).op("f64.mul").op("f64.add");
  }
  code.op("f64.sub").op("f64.mul").access("f64.store");
}

/** weight / total · (exp(…) / powers - target), where smoothing spreads a share of the target over all classes. */
function finishGradient(e: Emission): void {
  const { code, shape, out, j, total, ownWeight, chosen, powers, scale } = e;
  const { classes, smoothing } = shape;
  const spread = e.logitsFour;
  const part = (factor: number): Code => {
    code.get(ownWeight).get(total).op("f64.div");
    if (factor !== 1) code.f64(factor).op("f64.mul");
    return code.op("f32.demote_f64");
  };
  part(1).op("f32x4.splat").get(powers).op("f32x4.div").set(scale);
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
  code.get(chosen).i32(2).op("i32.shl").get(out).op("i32.add").tee(j);
  code.get(j).access("f32.load");
  part(1 - smoothing);
  code.op("f32.sub").access("f32.store");
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
