// The functions of each kernel of a plan, and how threads divide its work. Knows the plan's kernels and where memory
// lies; the order of kernels in a run is in `phases.ts`.
import type { Access, Kernel, Plan } from "../../plan/plan.ts";
import { formOf, matricesKey, productSize, sumRows } from "../matrices.ts";
import type { Code, Module } from "./assembler.ts";
import { kernelParameterCount, type Mark, type RunGlobals, type WorkKind } from "./call.ts";
import { emitCrossEntropy, emitLoss } from "./cross-entropy.ts";
import { emitColumnSums, emitOuter } from "./gradients.ts";
import { locate, type Bases, type Location, type Packing, type ProgramLayout, type Tile } from "./layout.ts";
import { emitMatmul } from "./matmul.ts";
import type { MicroLibrary } from "./micro.ts";
import type { NoiseFunctions } from "./noise.ts";
import type { PackFunctions } from "./packing.ts";
import { emitPick, emitPlace } from "./picks.ts";
import { dividableWidth, emitPointwise } from "./pointwise.ts";
import {
  emitCopyRows,
  emitFinals,
  emitGather,
  emitOneHot,
  emitReverse,
  emitScatter,
  emitStepSums,
} from "./rows.ts";
import { emitGuard, emitNorm, emitSquares } from "./sums.ts";

/** The module that functions are emitted into, and what they share. */
export interface Emitter {
  readonly plan: Plan;
  readonly bases: Bases;
  readonly tile: Tile;
  /** Whether the engine has relaxed SIMD's multiply-add. */
  readonly relaxed: boolean;
  readonly layout: ProgramLayout;
  readonly module: Module;
  readonly globals: RunGlobals;
  readonly micros: MicroLibrary;
  readonly noise: NoiseFunctions;
  readonly pack: PackFunctions;
  /** Functions that transpose a table into a gradient, or add it to one. */
  readonly transpose: { readonly set: number; readonly add: number };
  /** The function that waits for the other threads. */
  readonly barrier: number;
  readonly mark: Mark;
}

/** The rows of a kernel outside of loops. */
export type Count = "tokens" | "rows" | "once";

/**
 * How threads divide a kernel: by rows, by columns, by whichever there is enough of, or not at all: then each thread
 * does the whole of it.
 */
export type Division = "rows" | "columns" | "either" | "none";

export interface KernelFunctions {
  readonly kind: Kernel["kind"];
  readonly main: number;
  /** A function for one thread to call after all have called `main`. */
  readonly finish?: number;
  readonly count: Count;
  readonly division: Division;
  readonly work: WorkKind;
}

export function emitKernel(emitter: Emitter, kernel: Kernel): KernelFunctions {
  const { module, layout } = emitter;
  const main = module.func(kernelParameterCount, kernel.kind === "guard" ? "i32" : undefined, (code) =>
    emitMain(emitter, kernel, code),
  );
  const at = (access: Access): Location => locate(access, emitter);
  const functions = { kind: kernel.kind, main, count: countOf(kernel), ...natureOf(kernel) };
  if (kernel.kind === "crossEntropy") {
    const [weights, targets] = [at(kernel.weights), at(kernel.targets)];
    const shape = { weights, targets, loss: at(kernel.loss).address };
    const finish = module.func(0, undefined, (code) => emitLoss(code, shape, emitter));
    return { ...functions, finish };
  }
  if (kernel.kind === "norm") {
    const into = at(kernel.into).address;
    const finish = module.func(0, undefined, (code) => emitNorm(code, kernel.width, into, layout));
    return { ...functions, finish };
  }
  return functions;
}

function emitMain(emitter: Emitter, kernel: Kernel, code: Code): void {
  const { layout, micros, globals, tile } = emitter;
  const at = (access: Access): Location => locate(access, emitter);
  switch (kernel.kind) {
    case "pointwise":
      return emitPointwise(code, kernel, emitter);
    case "matmul": {
      const ends = { from: at(kernel.from), into: at(kernel.into), packed: packedAddress(layout, kernel) };
      const shape = { ...ends, ...productSize(formOf(kernel), kernel.matrices) };
      return emitMatmul(code, shape, micros, tile, globals);
    }
    case "gather": {
      const ends = { indices: at(kernel.indices), into: at(kernel.into) };
      const table = packedAddress(layout, kernel);
      return emitGather(code, globals, { ...ends, table, width: sumRows(kernel.matrices) });
    }
    case "outer": {
      const ends = { rows: at(kernel.rows), vector: at(kernel.vector), into: at(kernel.into).address };
      return emitOuter(code, { ...kernel, ...ends }, emitter);
    }
    case "scatter": {
      const ends = { rows: at(kernel.rows), indices: at(kernel.indices), into: at(kernel.into).address };
      const transpose = kernel.accumulate ? emitter.transpose.add : emitter.transpose.set;
      return emitScatter(code, globals, { ...kernel, ...ends, table: layout.table, transpose });
    }
    case "columnSums": {
      const ends = { from: at(kernel.from), into: at(kernel.into).address };
      return emitColumnSums(code, globals, { ...kernel, ...ends });
    }
    case "oneHot":
      return emitOneHot(code, globals, {
        indices: at(kernel.indices),
        into: at(kernel.into),
        width: kernel.width,
      });
    case "finals": {
      const steps = kernel.carried ? globals.carry : globals.steps;
      const ends = { tokens: at(kernel.tokens), rows: at(kernel.rows), width: kernel.width };
      return emitFinals(code, { ...ends, steps, collect: kernel.direction === "collect" }, layout);
    }
    case "pick":
    case "place": {
      const ends = { from: at(kernel.from), indices: at(kernel.indices), into: at(kernel.into) };
      const emit = kernel.kind === "pick" ? emitPick : emitPlace;
      return emit(code, globals, { ...ends, width: kernel.width, count: kernel.count });
    }
    case "stepSums":
    case "reverse":
    case "copyRows": {
      const shape = { from: at(kernel.from), into: at(kernel.into), width: kernel.width };
      if (kernel.kind === "stepSums") return emitStepSums(code, globals, shape, layout);
      if (kernel.kind === "copyRows") return emitCopyRows(code, globals, shape);
      return emitReverse(code, globals, { ...shape, of: kernel.of }, layout);
    }
    case "crossEntropy": {
      const ends = { logits: at(kernel.logits), targets: at(kernel.targets), weights: at(kernel.weights) };
      const gradient = kernel.gradient && at(kernel.gradient);
      return emitCrossEntropy(code, { ...kernel, ...ends, gradient }, emitter);
    }
    case "norm":
      return emitSquares(code, at(kernel.of).address, kernel.width, layout);
    case "guard": {
      const addresses = kernel.values.map((v) => at(v).address);
      return emitGuard(code, addresses, at(kernel.status).address);
    }
  }
  kernel satisfies never;
}

function packedAddress(
  { packings }: ProgramLayout,
  kernel: Extract<Kernel, { kind: "matmul" | "gather" }>,
): number {
  const key = matricesKey(formOf(kernel), kernel.matrices);
  return (packings.find((p) => matricesKey(p.form, p.matrices) === key) as Packing).address;
}

function countOf(kernel: Kernel): Count {
  switch (kernel.kind) {
    case "pointwise":
    case "matmul":
    case "gather":
    case "pick":
    case "place":
    case "outer":
    case "scatter":
    case "columnSums":
      return kernel.over === "step" ? "tokens" : kernel.over;
    case "oneHot":
      return kernel.into.buffer.extent === "rows" ? "rows" : "tokens";
    case "crossEntropy":
      return "tokens";
    case "stepSums":
    case "finals":
    case "reverse":
    case "copyRows":
      return "rows";
    case "norm":
    case "guard":
      return "once";
  }
}

function natureOf(kernel: Kernel): { readonly division: Division; readonly work: WorkKind } {
  switch (kernel.kind) {
    case "matmul":
      return { division: "either", work: "products" };
    case "outer":
      return { division: "columns", work: "products" };
    case "pointwise":
      return { division: dividableWidth(kernel) === undefined ? "rows" : "either", work: "pointwise" };
    case "crossEntropy":
      return { division: "rows", work: "pointwise" };
    case "norm":
      return { division: "columns", work: "pointwise" };
    case "guard":
      return { division: "none", work: "pointwise" };
    case "scatter":
    case "columnSums":
      return { division: "columns", work: "moving" };
    case "gather":
    case "pick":
    case "place":
    case "stepSums":
    case "oneHot":
    case "finals":
    case "reverse":
    case "copyRows":
      return { division: "rows", work: "moving" };
  }
}
