// What a model file may take before it is refused: time and memory in proportion to its size.
import { beforeAll, expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { decodeFile, encodeModel } from "../../src/checkpoint/checkpoint.ts";
import { decodeModel } from "../../src/checkpoint/open.ts";
import { createSession } from "../../src/infer/session.ts";
import { equations } from "../../src/language/equations.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { parameterLayout } from "../../src/plan/build.ts";
import type { Network } from "../../src/plan/network.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";

const task = { kind: "anything", check: (spec: unknown) => spec as { kind: string } };
const fileOf = (network: Network): Promise<Uint8Array> =>
  encodeModel({
    network,
    weights: new Float32Array(parameterLayout(network).size),
    spec: { kind: task.kind },
    metadata: { settings: {} },
  });

/** Layers without parameters, each twice as wide as the one before. */
function doubling(count: number): Network {
  const cell = equations("same")`
    y = x
    output y
    requires I = H
  `;
  const layers = Array.from({ length: count }, (_, k) => {
    const from = k === 0 ? "in" : `layer${k - 1}`;
    return {
      name: `layer${k}`,
      cell,
      sizes: { I: 2 ** (k + 1), H: 2 ** (k + 1) },
      inputs: { x: [from, from] },
    };
  });
  const inputs = [{ name: "in", width: 1, kind: "dense", per: "step" }] as const;
  return { inputs, layers, loss: { kind: "given", of: `layer${count - 1}` } };
}

test("a thousand layers are read in little more time than their bytes", async () => {
  const bytes = await fileOf(
    languageModel({ vocabulary: 3, cell: cellNamed("lstm"), size: 1, layers: 1000 }),
  );
  const before = process.cpuUsage();
  expect((await decodeFile(bytes, [task])).network.layers.length).toBeGreaterThan(1000);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(2);
});

test("a small file of layers that double is refused before it is run", async () => {
  const bytes = await fileOf(doubling(40));
  expect(bytes.length).toBeLessThan(17_000);
  await expect(decodeFile(bytes, [task], "m")).rejects.toThrow(
    /^m: its layers are \d+ numbers wide, all together, far more than a file of \d+ bytes has parameters for/,
  );
  expect((await decodeFile(await fileOf(doubling(16)), [task])).network.layers).toHaveLength(16);
});

test("a session runs nothing that does not fit into memory, in float64 either", async () => {
  const network = doubling(29);
  const session = createSession({ network, device: referenceDevice(), weights: new Float64Array(0) });
  await expect(session.sequence({ inputs: { in: [1] }, rows: 1, steps: 1 })).rejects.toThrow(
    /needs [\d.]+ GB, and 4.29 GB can be used/,
  );
});

let small: Uint8Array;
beforeAll(async () => {
  small = await fileOf(languageModel({ vocabulary: 3, cell: cellNamed("gru"), size: 2 }));
});

test("a task that takes its description for something else says so of the file, not of unrolled", async () => {
  const open = async (): Promise<never> => (null as unknown as { encoder: never }).encoder;
  const opened = decodeModel(small, { ...task, open }, { name: "m.safetensors", device: referenceDevice() });
  await expect(opened).rejects.toThrow(
    /^m.safetensors: the description of the task 'anything' cannot be used \(.*\); the file is damaged or was changed/,
  );
  await expect(opened).rejects.not.toBeInstanceOf(TypeError);
});
