// The memory of parameters that have been disposed serves others, and not before their runs are over.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { lstm } from "../../src/cells/lstm.ts";
import type { ParameterLayout } from "../../src/plan/parameters.ts";
import type { Device, ParameterStore } from "../../src/run/device.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import type { WasmStore } from "../../src/run/wasm/parts.ts";
import { prepare, threaded, train } from "./small-training.ts";

const layoutOf = (size: number): ParameterLayout => ({ places: [], trained: size, size });
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
const addressOf = (store: ParameterStore): number => (store as WasmStore).address;

describe("wasm", () => {
  test("the next store of that size has the same addresses, and zeros there", async () => {
    const device = wasmDevice();
    const layout = layoutOf(1000);
    const first = device.parameters(layout);
    first.write(new Float32Array(1000).fill(1));
    first.dispose();
    first.dispose();
    const second = device.parameters(layout);
    expect(addressOf(second)).toBe(addressOf(first));
    expect((await second.read()).every((v) => v === 0)).toBe(true);
    // Disposing twice has freed the memory once.
    expect(addressOf(device.parameters(layout))).not.toBe(addressOf(second));
  });

  test("what is dropped instead of disposed is given back", async () => {
    const device = wasmDevice({ threads: 1 });
    const layout = layoutOf((100 * 2 ** 20) / 4);
    // Twice as much as addresses reach.
    for (let i = 0; i < 80; i++) {
      device.parameters(layout);
      if (i % 8 < 7) continue;
      collect();
      await turn();
    }
    device.dispose();
  });

  test("a program that is dropped is given back once its runs and reads are over", async () => {
    const shape = { cell: lstm, size: 19, rows: 6, steps: 8 };
    const device = threaded(2);
    const lossOfDropped = async (): Promise<number> => {
      const { program } = await prepare(device, shape);
      train(program, { rows: 6, steps: 8 }, 1);
      const { read } = program;
      collect();
      await turn();
      // A method keeps the program.
      return (await read("loss", new Float32Array(1)))[0] as number;
    };
    const losses = [];
    const addresses = new Set<number>();
    for (let i = 0; i < 6; i++) {
      losses.push(await lossOfDropped());
      collect();
      await turn();
      addresses.add(addressOf(device.parameters(layoutOf(10_000))));
    }
    expect(new Set(losses).size).toBe(1);
    expect(addresses.size).toBeLessThan(4);
    device.dispose();
  });

  test("runs that were started before still have theirs", async () => {
    const shape = { cell: lstm, size: 19, rows: 6, steps: 8 };
    const extent = { rows: 6, steps: 8 };
    const weightsAfter = async (disposesAtOnce: boolean): Promise<Float64Array> => {
      const device = threaded(2);
      const { program, store } = await prepare(device, shape);
      train(program, extent, 1);
      const weights = store.read();
      if (!disposesAtOnce) return weights;
      store.dispose();
      const other = device.parameters(store.layout);
      other.write(new Float32Array(store.layout.size).fill(NaN));
      expect(addressOf(other)).not.toBe(addressOf(store));
      const result = await weights;
      await other.read();
      expect(addressOf(device.parameters(store.layout))).toBe(addressOf(store));
      device.dispose();
      return result;
    };
    expect(await weightsAfter(true)).toEqual(await weightsAfter(false));
  });
});

describe("native", () => {
  const megabytes = 32;
  const layout = layoutOf((megabytes * 2 ** 20) / 4);
  const values = new Float32Array(layout.size).fill(1);

  /** Resident megabytes that stores add, made and filled one after the other. */
  async function growth(device: Device, disposes: boolean): Promise<number> {
    const kept: ParameterStore[] = [];
    let before = 0;
    for (let i = 0; i < 12; i++) {
      const store = device.parameters(layout);
      store.write(values);
      kept.push(store);
      if (disposes) store.dispose();
      collect();
      // Node frees what was collected in turns of the event loop.
      await turn();
      if (i === 1) before = process.memoryUsage().rss;
    }
    return (process.memoryUsage().rss - before) / 2 ** 20;
  }

  test("memory is given back, however long the stores' objects are kept", async () => {
    expect(await growth(nativeDevice({ threads: 1 }), true)).toBeLessThan(3 * megabytes);
  });

  test("stores that are not disposed are seen", async () => {
    expect(await growth(nativeDevice({ threads: 1 }), false)).toBeGreaterThan(6 * megabytes);
  });
});
