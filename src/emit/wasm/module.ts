// A plan becomes one WebAssembly module: a function for each kernel, one for each phase, and `prepare`, which
// packs the parameters. A pure function of the plan and of where memory lies; touches no engine.
import type { Kernel, Loop, PhaseName, Plan } from "../../plan/plan.ts";
import { createModule, type Code, type Module } from "./assembler.ts";
import { emitColumnSums, emitOuter, emitPanelCopy, type PanelCopies } from "./gradients.ts";
import {
  addressOf,
  layoutProgram,
  packingKey,
  placeOf,
  planKernels,
  productSize,
  sumRows,
  type Bases,
  type Packing,
  type Place,
  type ProgramLayout,
  type Tile,
} from "./layout.ts";
import { emitCrossEntropy, emitGuard, emitNorm } from "./loss.ts";
import { emitMatmul, emitPackFunction, emitPacking, microLibrary, type MicroLibrary } from "./matmul.ts";
import { emitNoise, type NoiseFunctions } from "./noise.ts";
import { emitPointwise } from "./pointwise.ts";
import {
  emitCopyRows,
  emitFinals,
  emitGather,
  emitOneHot,
  emitScatter,
  emitStepSums,
  emitTranspose,
} from "./rows.ts";

export interface Target {
  readonly bases: Bases;
  readonly tile: Tile;
  /** Whether the engine has relaxed SIMD's multiply-add. */
  readonly relaxed: boolean;
}

/** Parameters of a phase's function: rows, steps, steps to carry. */
const phaseParameters = { rows: 0, steps: 1, carry: 2 } as const;
/** Kernel functions take the first row, that of the step before, the rows, the steps and the steps to carry. */
const [stepsLocal, carryLocal] = [3, 4];

interface Emitter {
  readonly plan: Plan;
  readonly target: Target;
  readonly layout: ProgramLayout;
  readonly module: Module;
  readonly micros: MicroLibrary;
  readonly noise: NoiseFunctions;
  readonly copies: PanelCopies;
  readonly transpose: { readonly set: number; readonly add: number };
}

export function emitModule(plan: Plan, target: Target): Uint8Array<ArrayBuffer> {
  const module = createModule();
  const { bases, tile, relaxed } = target;
  const layout = layoutProgram(plan, bases.program);
  const integer = (name: string): number | undefined => {
    const buffer = plan.buffers.find((b) => b.name === name && b.type === "integer");
    return buffer && addressOf(buffer, bases);
  };
  const wide = emitPanelCopy(module, tile.vectors);
  const emitter: Emitter = {
    plan,
    target,
    layout,
    module,
    micros: microLibrary(module, relaxed),
    noise: emitNoise(module, integer("seed"), integer("step")),
    copies: { wide, single: tile.vectors === 1 ? wide : emitPanelCopy(module, 1) },
    transpose: {
      set: module.func(5, undefined, (code) => emitTranspose(code, false)),
      add: module.func(5, undefined, (code) => emitTranspose(code, true)),
    },
  };
  module.export("prepare", emitPrepare(emitter));
  const functions = new Map<Kernel, number>(
    planKernels(plan).map((k) => [k, emitKernelFunction(emitter, k)]),
  );
  for (const [name, items] of Object.entries(plan.phases)) {
    module.export(name satisfies string as PhaseName, emitPhase(emitter, items, functions));
  }
  return module.bytes();
}

function emitPrepare({ module, layout, target, transpose }: Emitter): number {
  const pack = emitPackFunction(module, target.tile);
  return module.func(0, undefined, (code) => {
    for (const packing of layout.packings) {
      if (packing.form !== "table") emitPacking(code, packing, target.bases.parameters, pack, target.tile);
      else emitTable(code, packing, target.bases.parameters, transpose.set);
    }
  });
}

/** The table [columns, all rows] of stacked matrices. */
function emitTable(code: Code, packing: Packing, parameters: number, transpose: number): void {
  const height = sumRows(packing.matrices);
  let done = 0;
  for (const { offset, rows, columns } of packing.matrices) {
    code
      .i32(parameters + 4 * offset)
      .i32(rows)
      .i32(columns)
      .i32(packing.address + 4 * done)
      .i32(4 * height);
    code.call(transpose);
    done += rows;
  }
}

function emitKernelFunction(emitter: Emitter, kernel: Kernel): number {
  // Functions that a kernel calls are made before it, so that indices are known.
  return emitter.module.func(5, kernel.kind === "guard" ? "i32" : undefined, (code) =>
    emitKernel(emitter, kernel, code),
  );
}

function emitKernel(emitter: Emitter, kernel: Kernel, code: Code): void {
  const { plan, target, layout, micros } = emitter;
  const { bases, tile, relaxed } = target;
  const place = (access: Parameters<typeof placeOf>[0]): Place => placeOf(access, plan, bases);
  const packed = (form: Packing["form"], matrices: Packing["matrices"]): number => {
    const key = packingKey(form, matrices);
    return (layout.packings.find((p) => packingKey(p.form, p.matrices) === key) as Packing).address;
  };
  switch (kernel.kind) {
    case "pointwise":
      return emitPointwise(code, kernel, { plan, bases, relaxed, noise: emitter.noise });
    case "matmul": {
      const form = kernel.transposed ? "pullback" : "product";
      const shape = {
        from: place(kernel.from),
        into: place(kernel.into),
        packed: packed(form, kernel.matrices),
        ...productSize(form, kernel.matrices),
      };
      return emitMatmul(code, shape, micros, tile);
    }
    case "gather": {
      const table = packed("table", kernel.matrices);
      return emitGather(code, place(kernel.indices), place(kernel.into), table, sumRows(kernel.matrices));
    }
    case "outer": {
      const { m, n, accumulate } = kernel;
      const shape = {
        m,
        n,
        accumulate,
        scratch: layout.scratch,
        into: place(kernel.into).address,
        rows: place(kernel.rows),
        vector: place(kernel.vector),
      };
      return emitOuter(code, shape, micros, tile, emitter.copies);
    }
    case "scatter": {
      const transpose = kernel.accumulate ? emitter.transpose.add : emitter.transpose.set;
      const into = place(kernel.into).address;
      const shape = { rows: place(kernel.rows), m: kernel.m, indices: place(kernel.indices), n: kernel.n };
      return emitScatter(code, { ...shape, into, table: layout.scratch.table, transpose });
    }
    case "columnSums": {
      const { width, accumulate } = kernel;
      return emitColumnSums(code, {
        from: place(kernel.from),
        width,
        into: place(kernel.into).address,
        accumulate,
      });
    }
    case "stepSums":
      return emitStepSums(
        code,
        { from: place(kernel.from), into: place(kernel.into), width: kernel.width, steps: stepsLocal },
        layout,
      );
    case "oneHot":
      return emitOneHot(code, place(kernel.indices), place(kernel.into), kernel.width);
    case "finals": {
      const steps = kernel.carried ? carryLocal : stepsLocal;
      const shape = { tokens: place(kernel.tokens), rows: place(kernel.rows), width: kernel.width, steps };
      return emitFinals(code, { ...shape, collect: kernel.direction === "collect" }, layout);
    }
    case "copyRows":
      return emitCopyRows(code, place(kernel.from), place(kernel.into), kernel.width);
    case "crossEntropy":
      return emitCrossEntropy(
        code,
        {
          logits: place(kernel.logits),
          classes: kernel.classes,
          targets: place(kernel.targets),
          weights: place(kernel.weights),
          loss: place(kernel.loss).address,
          gradient: kernel.gradient && place(kernel.gradient),
        },
        relaxed,
      );
    case "norm":
      return emitNorm(code, place(kernel.of).address, kernel.width, place(kernel.into).address);
    case "guard":
      return emitGuard(
        code,
        kernel.values.map((v) => place(v).address),
        place(kernel.status).address,
      );
  }
  kernel satisfies never;
}

/** What a kernel outside a loop runs over. */
function countOf(kernel: Kernel): "tokens" | "rows" | "once" {
  switch (kernel.kind) {
    case "pointwise":
    case "matmul":
    case "gather":
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
    case "copyRows":
      return "rows";
    case "norm":
    case "guard":
      return "once";
  }
}

function emitPhase(
  { plan, layout, module }: Emitter,
  items: readonly (Kernel | Loop)[],
  functions: ReadonlyMap<Kernel, number>,
): number {
  const { rows, steps, carry } = phaseParameters;
  return module.func(3, undefined, (code) => {
    const [tokens, t, base, before] = [
      code.local("i32"),
      code.local("i32"),
      code.local("i32"),
      code.local("i32"),
    ];
    const entry = (table: number, index: () => Code): Code =>
      index().i32(2).op("i32.shl").access("i32.load", table);
    const target = (kernel: Kernel): number => functions.get(kernel) as number;
    entry(layout.offsets, () => code.get(steps)).set(tokens);
    const single = (kernel: Kernel): void => {
      const count = countOf(kernel);
      code.i32(0).i32(0);
      if (count === "once") code.i32(1);
      else code.get(count === "rows" ? rows : tokens);
      code.get(steps).get(carry).call(target(kernel));
      if (kernel.kind === "guard") code.op("i32.eqz").if(() => void code.op("return"));
    };
    const loop = ({ direction, body }: Loop): void => {
      const ahead = direction === "forward";
      if (ahead) code.i32(0).set(t);
      else code.get(steps).i32(1).op("i32.sub").set(t);
      code.loop(() => {
        entry(layout.offsets, () => code.get(t)).set(base);
        // The rows that the step before left follow the initial ones.
        code.i32(0).set(before);
        code.get(t).if(() => {
          entry(layout.offsets, () => code.get(t).i32(1).op("i32.sub"))
            .i32(plan.rows)
            .op("i32.add")
            .set(before);
        });
        for (const kernel of body) {
          code.get(base).get(before);
          if ("over" in kernel && kernel.over === "rows") code.get(rows);
          else entry(layout.alive, () => code.get(t));
          code.get(steps).get(carry).call(target(kernel));
        }
        code
          .get(t)
          .i32(ahead ? 1 : -1)
          .op("i32.add")
          .tee(t);
        if (ahead) code.get(steps).op("i32.lt_s").branchIf(0);
        else code.i32(0).op("i32.ge_s").branchIf(0);
      });
    };
    for (const item of items) {
      if (item.kind === "loop") loop(item);
      else single(item);
    }
  });
}
