// A plan as one WebAssembly module: functions for each kernel, one for each phase, and `pack`, which packs the matrices.
// A pure function of the plan and of where memory lies; touches no engine.
import type { PhaseName, Plan } from "../../plan/plan.ts";
import { planKernels } from "../plan-kernels.ts";
import { createModule } from "./assembler.ts";
import { emitBarrier } from "./barrier.ts";
import { runGlobals, workKinds, type Mark } from "./call.ts";
import { emitKernel, type Emitter } from "./kernels.ts";
import { addressOf, layoutProgram, type Bases, type Tile } from "./layout.ts";
import { microLibrary } from "./micro.ts";
import { emitNoise } from "./noise.ts";
import { emitPacking, packFunctions } from "./packing.ts";
import { emitPack, emitPhase } from "./phases.ts";
import { emitTranspose } from "./rows.ts";

export interface Target {
  readonly bases: Bases;
  readonly tile: Tile;
  /** Whether the engine has relaxed SIMD's multiply-add. */
  readonly relaxed: boolean;
  /** For threads over shared memory: their number, and the address of two integers where they meet. */
  readonly team?: { readonly threads: number; readonly barrier: number };
  /** Whether the module calls its import `mark` with each kind of work that was just done. Default false. */
  readonly profile?: boolean;
}

/**
 * The bytes of a module that imports `env.memory` and exports a function (rows, steps, carry, thread, threads) for each
 * phase and `pack(thread, threads)`.
 */
export function emitModule(plan: Plan, target: Target): Uint8Array<ArrayBuffer> {
  const { bases, tile, relaxed, team, profile = false } = target;
  const module = createModule({ shared: team !== undefined, imports: profile ? ["mark"] : [] });
  const layout = layoutProgram(plan, bases.program, team?.threads ?? 1);
  const integerAddress = (name: string): number | undefined => {
    const buffer = plan.buffers.find((b) => b.name === name && b.type === "integer");
    return buffer && addressOf(buffer, bases);
  };
  const mark: Mark = (code, kind) => {
    if (profile) code.i32(workKinds.indexOf(kind)).call(0);
  };
  const globals = runGlobals(module);
  const emitter: Emitter = {
    plan,
    bases,
    tile,
    relaxed,
    layout,
    module,
    globals,
    micros: microLibrary(module, relaxed),
    noise: emitNoise(module, integerAddress("seed"), integerAddress("step")),
    pack: packFunctions(module),
    transpose: {
      set: module.func(5, undefined, (code) => emitTranspose(code, false)),
      add: module.func(5, undefined, (code) => emitTranspose(code, true)),
    },
    barrier: emitBarrier(module, globals.threads, team?.barrier),
    mark,
  };
  const packings = layout.packings.map((packing) => emitPacking(module, packing, bases, emitter.pack, tile));
  module.export("pack", emitPack(emitter, packings));
  const functions = new Map(planKernels(plan).map((k) => [k, emitKernel(emitter, k)]));
  for (const [name, items] of Object.entries(plan.phases)) {
    module.export(name satisfies string as PhaseName, emitPhase(emitter, items, functions));
  }
  return module.bytes();
}
