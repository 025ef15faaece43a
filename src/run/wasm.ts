// The wasm device: plans become WebAssembly SIMD at run time, over one memory that all programs of the device
// share. Works in Node and in browsers; float32, one thread.
import { emitModule } from "../emit/wasm/module.ts";
import { addressOf, layoutProgram, type ProgramLayout, type Tile } from "../emit/wasm/layout.ts";
import type { ParameterLayout } from "../plan/parameters.ts";
import type { Buffer, Plan } from "../plan/plan.ts";
import {
  bufferNamed,
  checkParameters,
  checkWrite,
  tokenTables,
  viewNamed,
  type Device,
  type Numbers,
  type ParameterStore,
  type Program,
  type RunExtent,
  type Writable,
} from "./device.ts";
import { createHeap, type Heap } from "./wasm-heap.ts";
import { fastestTile, hasRelaxedSimd, hasSimd } from "./wasm-engine.ts";

export interface WasmOptions {
  /** The register tile of matrix products; measured on this engine if not given. */
  readonly tile?: Tile;
  /** Multiply-add in one rounding; where the engine has it if not given. */
  readonly relaxed?: boolean;
}

/** Throws where the engine has no WebAssembly SIMD. */
export function wasmDevice(options: WasmOptions = {}): Device {
  if (!hasSimd()) {
    throw new Error(
      "this engine has no WebAssembly SIMD; use Node 16.4 or later or a browser of 2021 or later",
    );
  }
  const relaxed = options.relaxed ?? hasRelaxedSimd();
  const heap = createHeap();
  return {
    name: "wasm",
    threads: 1,
    parameters: (layout) => createStore(heap, layout),
    async compile(plan, store) {
      const tile = options.tile ?? fastestTile(relaxed);
      return createProgram(heap, plan, store as WasmStore, { tile, relaxed });
    },
    dispose: () => heap.dispose(),
  };
}

interface WasmStore extends ParameterStore {
  readonly address: number;
  /** Grows with every change, so that programs know when to pack the parameters again. */
  version: number;
}

function createStore(heap: Heap, layout: ParameterLayout): WasmStore {
  const address = heap.allocate(4 * layout.size);
  return {
    layout,
    address,
    version: 0,
    write(values: Numbers) {
      checkParameters(layout, values.length);
      heap.floats(address, layout.size).set(values);
      this.version++;
    },
    read: () => Promise.resolve(Float64Array.from(heap.floats(address, layout.size))),
  };
}

type PhaseFunction = (...args: number[]) => void;

async function createProgram(
  heap: Heap,
  plan: Plan,
  store: WasmStore,
  { tile, relaxed }: { tile: Tile; relaxed: boolean },
): Promise<Program> {
  const size = layoutProgram(plan, 0, 1).size;
  const base = heap.allocate(size);
  const bases = { parameters: store.address, program: base };
  const layout: ProgramLayout = layoutProgram(plan, base, 1);
  const bytes = emitModule(plan, { bases, tile, relaxed });
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory: heap.memory } });
  const phases = instance.exports as Record<string, PhaseFunction> & { prepare: PhaseFunction };
  let prepared = -1;
  let disposed = false;
  const place = (name: string): { buffer: Buffer; address: number } => {
    if (disposed) throw new Error("this program was disposed of; compile the plan again");
    const buffer = bufferNamed(plan, name);
    return { buffer, address: addressOf(buffer, bases) };
  };
  return {
    plan,
    write(name: string, values: Writable) {
      const { buffer, address } = place(name);
      checkWrite(buffer, values.length);
      const into =
        buffer.type === "integer"
          ? heap.integers(address, values.length)
          : heap.floats(address, values.length);
      into.set(values);
    },
    run(phase, extent: RunExtent) {
      const run = plan.phases[phase] && phases[phase];
      if (!run) throw new Error(`this ${plan.mode} plan has no phase '${phase}'`);
      if (disposed) throw new Error("this program was disposed of; compile the plan again");
      const tables = tokenTables(plan, extent);
      heap.integers(layout.alive, extent.steps).set(tables.alive);
      heap.integers(layout.offsets, extent.steps + 1).set(tables.offsets);
      if (prepared !== store.version) phases.prepare(0, 1);
      prepared = store.version;
      heap.integers(layout.bounds, 2).set([0, extent.rows]);
      run(extent.rows, extent.steps, extent.carry ?? extent.steps, 0, 1);
      if (phase === "update" || phase === "train") store.version++;
    },
    read(name, into) {
      const { access, width } = viewNamed(plan, name);
      const { buffer } = access;
      const line = buffer.extent === "states" && access.at === "now" ? plan.rows : 0;
      const address = addressOf(buffer, bases) + 4 * (line * buffer.width + access.column);
      if (width === buffer.width) {
        const count = into.length;
        into.set(buffer.type === "integer" ? heap.integers(address, count) : heap.floats(address, count));
      } else {
        const count = into.length === 0 ? 0 : Math.ceil(into.length / width);
        const from = heap.floats(address, (count - 1) * buffer.width + width);
        for (let i = 0; i < into.length; i++) {
          into[i] = from[Math.floor(i / width) * buffer.width + (i % width)] as number;
        }
      }
      return Promise.resolve(into);
    },
    dispose() {
      if (!disposed) heap.free(base, size);
      disposed = true;
    },
  };
}
