// One kernel of a plan as functions of a module, and how its work is divided among threads. Knows the plan's
// kernels and where memory lies; what a run goes through in which order is in `phases.ts`.
import type { Access, Kernel, MatrixPlace, Plan } from "../../plan/plan.ts";
import type { Code, Module } from "./assembler.ts";
import { kernelParameterCount, type Mark, type RunGlobals, type WorkKind } from "./call.ts";
import { emitColumnSums, emitOuter } from "./gradients.ts";
import {
  packingKey,
  placeOf,
  productSize,
  sumRows,
  type Bases,
  type Packing,
  type Place,
  type ProgramLayout,
  type Tile,
} from "./layout.ts";
import { emitCrossEntropy, emitGuard, emitLoss, emitNorm, emitSquares } from "./loss.ts";
import { emitMatmul, type MicroLibrary } from "./matmul.ts";
import type { NoiseFunctions } from "./noise.ts";
import type { PackFunctions } from "./packing.ts";
import { dividableWidth, emitPointwise } from "./pointwise.ts";
import { emitPick, emitPlace } from "./picks.ts";
import {
  emitCopyRows,
  emitFinals,
  emitGather,
  emitOneHot,
  emitReverse,
  emitScatter,
  emitStepSums,
} from "./rows.ts";

export interface Emitter {
  readonly plan: Plan;
  readonly bases: Bases;
  readonly tile: Tile;
  readonly relaxed: boolean;
  readonly layout: ProgramLayout;
  readonly module: Module;
  readonly globals: RunGlobals;
  readonly micros: MicroLibrary;
  readonly noise: NoiseFunctions;
  readonly pack: PackFunctions;
  readonly transpose: { readonly set: number; readonly add: number };
  /** Waits for the other threads. */
  readonly barrier: number;
  readonly mark: Mark;
}

/** What a kernel outside a loop runs over. */
export type Count = "tokens" | "rows" | "once";

/**
 * How threads divide a kernel: by rows, by columns, by whichever there is enough of, or not at all, each doing the
 * whole of it.
 */
export type Division = "rows" | "columns" | "either" | "none";

export interface KernelFunctions {
  readonly kind: Kernel["kind"];
  readonly main: number;
  /** What one thread does after all have done their part. */
  readonly finish?: number;
  readonly count: Count;
  readonly division: Division;
  readonly work: WorkKind;
}

export function emitKernel(emitter: Emitter, kernel: Kernel): KernelFunctions {
  const { module, layout } = emitter;
  const { globals } = emitter;
  const main = module.func(kernelParameterCount, kernel.kind === "guard" ? "i32" : undefined, (code) =>
    emitMain(emitter, kernel, code),
  );
  const place = (access: Access): Place => placeOf(access, emitter);
  const functions = { kind: kernel.kind, main, count: countOf(kernel), ...natureOf(kernel) };
  if (kernel.kind === "crossEntropy") {
    const [weights, targets] = [place(kernel.weights), place(kernel.targets)];
    const shape = { weights, targets, loss: place(kernel.loss).address };
    const finish = module.func(0, undefined, (code) => emitLoss(code, shape, { globals, layout }));
    return { ...functions, finish };
  }
  if (kernel.kind === "norm") {
    const into = place(kernel.into).address;
    const finish = module.func(0, undefined, (code) => emitNorm(code, kernel.width, into, layout));
    return { ...functions, finish };
  }
  return functions;
}

function emitMain(emitter: Emitter, kernel: Kernel, code: Code): void {
  const { layout, micros, globals, tile } = emitter;
  const place = (access: Access): Place => placeOf(access, emitter);
  const packed = (form: Packing["form"], matrices: readonly MatrixPlace[]): number => {
    const key = packingKey(form, matrices);
    return (layout.packings.find((p) => packingKey(p.form, p.matrices) === key) as Packing).address;
  };
  switch (kernel.kind) {
    case "pointwise":
      return emitPointwise(code, kernel, emitter);
    case "matmul": {
      const form = kernel.transposed ? "pullback" : "product";
      const shape = {
        from: place(kernel.from),
        into: place(kernel.into),
        packed: packed(form, kernel.matrices),
        ...productSize(form, kernel.matrices),
      };
      return emitMatmul(code, shape, micros, tile, globals);
    }
    case "gather":
      return emitGather(code, globals, {
        indices: place(kernel.indices),
        into: place(kernel.into),
        table: packed("table", kernel.matrices),
        width: sumRows(kernel.matrices),
      });
    case "outer": {
      const { m, n, accumulate } = kernel;
      const into = place(kernel.into).address;
      const shape = { m, n, accumulate, into, rows: place(kernel.rows), vector: place(kernel.vector) };
      return emitOuter(code, shape, emitter);
    }
    case "scatter": {
      const transpose = kernel.accumulate ? emitter.transpose.add : emitter.transpose.set;
      const into = place(kernel.into).address;
      const shape = { rows: place(kernel.rows), m: kernel.m, indices: place(kernel.indices), n: kernel.n };
      return emitScatter(code, globals, { ...shape, into, table: layout.table, transpose });
    }
    case "columnSums": {
      const { width, accumulate } = kernel;
      const into = place(kernel.into).address;
      return emitColumnSums(code, globals, { from: place(kernel.from), width, into, accumulate });
    }
    case "stepSums": {
      const shape = { from: place(kernel.from), into: place(kernel.into), width: kernel.width };
      return emitStepSums(code, globals, shape, layout);
    }
    case "oneHot": {
      const shape = { indices: place(kernel.indices), into: place(kernel.into), width: kernel.width };
      return emitOneHot(code, globals, shape);
    }
    case "finals": {
      const steps = kernel.carried ? globals.carry : globals.steps;
      const shape = { tokens: place(kernel.tokens), rows: place(kernel.rows), width: kernel.width, steps };
      return emitFinals(code, { ...shape, collect: kernel.direction === "collect" }, layout);
    }
    case "pick":
    case "place": {
      const { width, count } = kernel;
      const places = { from: place(kernel.from), indices: place(kernel.indices), into: place(kernel.into) };
      const emit = kernel.kind === "pick" ? emitPick : emitPlace;
      return emit(code, globals, { ...places, width, count });
    }
    case "reverse": {
      const shape = { from: place(kernel.from), into: place(kernel.into), width: kernel.width };
      return emitReverse(code, globals, { ...shape, of: kernel.of }, layout);
    }
    case "copyRows": {
      const shape = { from: place(kernel.from), into: place(kernel.into), width: kernel.width };
      return emitCopyRows(code, globals, shape);
    }
    case "crossEntropy": {
      const shape = {
        logits: place(kernel.logits),
        classes: kernel.classes,
        targets: place(kernel.targets),
        weights: place(kernel.weights),
        smoothing: kernel.smoothing,
        loss: place(kernel.loss).address,
        gradient: kernel.gradient && place(kernel.gradient),
      };
      return emitCrossEntropy(code, shape, emitter);
    }
    case "norm":
      return emitSquares(code, place(kernel.of).address, kernel.width, layout);
    case "guard": {
      const values = kernel.values.map((v) => place(v).address);
      return emitGuard(code, values, place(kernel.status).address);
    }
  }
  kernel satisfies never;
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
