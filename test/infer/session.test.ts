// Sequences of any lengths in any order, through stacks in both directions: against PyTorch in float64, with all
// gradients, and against ONNX Runtime in float32; and what a session refuses.
import { expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { equations } from "../../src/language/equations.ts";
import { initialParameters } from "../../src/model/initialise.ts";
import { packRows } from "../../src/batch/packing.ts";
import { createSession, type SequenceBatch } from "../../src/infer/session.ts";
import { stack } from "../../src/model/stack.ts";
import { buildPlan, parameterLayout } from "../../src/plan/build.ts";
import type { Network } from "../../src/plan/network.ts";
import type { ParameterLayout } from "../../src/plan/parameters.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import {
  readOnnxGoldens,
  readSequenceGoldens,
  type ByLayer,
  type OnnxGolden,
  type SequenceGolden,
  type Shaped,
} from "../goldens/read.ts";
import { expectClose } from "../proof/closeness.ts";
import { tolerances } from "../tolerances.ts";

const collect = equations("collect")`
  y = x
  output y
  width y = I
`;

/** Layers in both directions whose outputs are put side by side, and handed on by a last layer. */
function bidirectional(cell: string, { I, H }: SequenceGolden["sizes"], layers: number): Network {
  const {
    layers: parts,
    output,
    width,
  } = stack("x", I, {
    cell: cellNamed(cell),
    size: H,
    layers,
    bidirectional: "concatenate",
  });
  return {
    inputs: [{ name: "x", width: I, kind: "dense", per: "step" }],
    layers: [...parts, { name: "out", cell: collect, sizes: { I: width, H: width }, inputs: { x: output } }],
    loss: { kind: "given", of: "out" },
  };
}

function parametersOf(layout: ParameterLayout, given: ByLayer<Shaped>): Float64Array {
  const values = new Float64Array(layout.size);
  for (const { name, offset, shape } of layout.places) {
    const [layer = "", parameter = ""] = name.split(".");
    const own = given[layer]?.[parameter];
    expect(own?.shape, name).toEqual(shape);
    values.set(own?.values ?? [], offset);
  }
  return values;
}

/** By `<layer>.<state>`. */
const flattened = (states: ByLayer<readonly number[]>): Record<string, Float64Array> =>
  Object.fromEntries(
    Object.entries(states).flatMap(([layer, own]) =>
      Object.entries(own).map(([state, values]) => [`${layer}.${state}`, Float64Array.from(values)]),
    ),
  );

const sequences = readSequenceGoldens().map((golden, i) => ({ golden, name: `${i + 1}: ${golden.cell}` }));

test.each(sequences)("two layers in both directions, $name", async ({ golden }) => {
  const { T, B } = golden.sizes;
  const network = bidirectional(golden.cell, golden.sizes, 2);
  const parameters = parametersOf(parameterLayout(network), golden.parameters);
  const session = createSession({ network, device: referenceDevice(), weights: parameters });
  const { outputs, final } = await session.sequence({
    inputs: { x: golden.x },
    rows: B,
    steps: T,
    lengths: golden.lengths,
    initial: flattened(golden.initial),
  });
  expectClose("outputs", outputs["out"] ?? [], golden.expected.outputs, tolerances.goldens);
  for (const [state, values] of Object.entries(flattened(golden.expected.final))) {
    expectClose(`final ${state}`, final[state] ?? [], values, tolerances.goldens);
  }
});

test.each(sequences)("gradients of two layers in both directions, $name", async ({ golden }) => {
  const { T, B, I, H } = golden.sizes;
  const network = bidirectional(golden.cell, golden.sizes, 2);
  const device = referenceDevice();
  const plan = buildPlan(network, { mode: "train", rows: B, steps: T });
  const store = device.parameters(plan.parameters);
  store.write(parametersOf(plan.parameters, golden.parameters));
  const program = await device.compile(plan, store);
  const packed = packRows(golden.lengths, T);
  const extent = packed.extent!;
  program.write("x", packed.pack(golden.x, I));
  program.write("resets", new Float64Array(packed.tokens));
  program.write("d.out", packed.pack(golden.projection.outputs, 2 * H));
  for (const [state, values] of Object.entries(flattened(golden.initial))) {
    program.write(`initial.${state}`, packed.packRows(values, H));
  }
  for (const [state, values] of Object.entries(flattened(golden.projection.final))) {
    program.write(`dfinal.${state}`, packed.packRows(values, H));
  }
  program.run("forward", extent);
  program.run("backward", extent);
  const read = (name: string, size: number): Promise<Float64Array> =>
    program.read(name, new Float64Array(size));
  const dx = packed.unpack(await read("d.x", packed.tokens * I), I);
  expectClose("dx", dx, golden.expected.dx, tolerances.goldens);
  for (const [state, values] of Object.entries(flattened(golden.expected.dinitial))) {
    const came = packed.unpackRows(await read(`dinitial.${state}`, B * H), H, new Float64Array(B * H));
    expectClose(`dinitial ${state}`, came, values, tolerances.goldens);
  }
  const gradients = await read("gradients", plan.parameters.trained);
  for (const { name, offset, size } of plan.parameters.places) {
    const [layer = "", parameter = ""] = name.split(".");
    const expected = golden.expected.gradients[layer]?.[parameter] ?? [];
    expectClose(name, gradients.subarray(offset, offset + size), expected, tolerances.goldens);
  }
});

/** One layer, or both directions of one, as the golden has them. */
function onnxCase({ cell, sizes, parameters, initial, expected }: OnnxGolden): {
  network: Network;
  parameters: ByLayer<Shaped>;
  initial: ByLayer<readonly number[]>;
  final: ByLayer<readonly number[]>;
} {
  const isBoth = "layer1-reverse" in parameters;
  const named = <V>(values: V): V => (isBoth ? values : ({ layer1: values } as V));
  const { I, H } = sizes;
  const both = bidirectional(cell, sizes, 1);
  const network: Network = isBoth
    ? both
    : {
        ...both,
        layers: [
          { name: "layer1", cell: cellNamed(cell), sizes: { I, H }, inputs: { x: "x" } },
          { name: "out", cell: collect, sizes: { I: H, H }, inputs: { x: "layer1" } },
        ],
      };
  return {
    network,
    parameters: named(parameters) as ByLayer<Shaped>,
    initial: named(initial) as ByLayer<readonly number[]>,
    final: named(expected.final) as ByLayer<readonly number[]>,
  };
}

const onnx = readOnnxGoldens().map((golden, i) => ({ golden, name: `${i + 1}: ${golden.cell}` }));

test.each(onnx)("ONNX Runtime, $name", async ({ golden }) => {
  const { T, B, H } = golden.sizes;
  const given = onnxCase(golden);
  const initial = flattened(given.initial);
  for (const device of [referenceDevice(), wasmDevice(), nativeDevice()]) {
    const parameters = parametersOf(parameterLayout(given.network), given.parameters);
    const session = createSession({ network: given.network, device, weights: parameters });
    const { outputs, final } = await session.sequence({
      inputs: { x: golden.x },
      rows: B,
      steps: T,
      lengths: golden.lengths,
      initial,
    });
    expectClose(`${device.name}, outputs`, outputs["out"] ?? [], golden.expected.outputs, tolerances.onnx);
    for (const [state, values] of Object.entries(flattened(given.final))) {
      // ONNX Runtime makes the state of a row without a step zero; here it keeps the one it had.
      const expected = values.map((v, i) =>
        golden.lengths[Math.floor(i / H)] === 0 ? (initial[state]?.[i] as number) : v,
      );
      expectClose(`${device.name}, final ${state}`, final[state] ?? [], expected, tolerances.onnx);
    }
  }
});

const started = equations("started")`
  h' = tanh(W x + U h + b)
  start h = h0 + V v
  input v per sequence
`;

const small: Network = {
  inputs: [
    { name: "x", width: 2, kind: "dense", per: "step" },
    { name: "v", width: 3, kind: "dense", per: "sequence" },
  ],
  layers: [{ name: "layer", cell: started, sizes: { I: 2, H: 3 }, inputs: { x: "x", v: "v" } }],
  loss: { kind: "given", of: "layer" },
};
const values = (count: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => Math.sin(3 * i + 1));

async function run(batch: Partial<SequenceBatch>, rows = 3, steps = 4) {
  const device = referenceDevice();
  const parameters = values(parameterLayout(small).size);
  const session = createSession({ network: small, device, weights: parameters });
  const inputs = { x: values(steps * rows * 2), v: values(rows * 3) };
  return session.sequence({ inputs, rows, steps, ...batch });
}

test("a row is the same whatever stands beside it, and rows without a step keep their start", async () => {
  const together = await run({ lengths: [2, 0, 4] });
  const x = values(24);
  const alone = await run(
    {
      inputs: { x: [0, 6].flatMap((at) => Array.from(x.subarray(at, at + 2))), v: values(3) },
      steps: 2,
      rows: 1,
    },
    1,
    2,
  );
  expectClose(
    "row 0",
    together.outputs["layer"]?.slice(0, 3) ?? [],
    alone.outputs["layer"]?.slice(0, 3) ?? [],
    1e-15,
  );
  expectClose("final", together.final["layer.h"]?.slice(0, 3) ?? [], alone.final["layer.h"] ?? [], 1e-15);
  // Of the row without a step: h0 + V v, by hand.
  const layout = parameterLayout(small);
  const place = (name: string) => layout.places.find((p) => p.name === `layer.${name}`)!;
  const all = values(layout.size);
  const expected = [0, 1, 2].map((i) => {
    const row = [0, 1, 2].map(
      (j) => (all[place("V").offset + 3 * i + j] as number) * (values(9)[3 + j] as number),
    );
    return (all[place("h0").offset + i] as number) + row.reduce((a, b) => a + b);
  });
  expectClose("start", together.final["layer.h"]?.slice(3, 6) ?? [], expected, 1e-15);
  expect(together.outputs["layer"]?.filter((_, i) => Math.floor(i / 3) % 3 === 1).every((v) => v === 0)).toBe(
    true,
  );
});

test("an input gate that is shut at first leaves numbers, in float32 too", async () => {
  const cell = cellNamed("s-lstm+init:bi=-120");
  const network: Network = {
    inputs: [{ name: "x", width: 2, kind: "dense", per: "step" }],
    layers: [{ name: "layer", cell, sizes: { I: 2, H: 4 }, inputs: { x: "x" } }],
    loss: { kind: "given", of: "layer" },
  };
  const parameters = initialParameters(parameterLayout(network), 1);
  const all = [referenceDevice(), wasmDevice(), nativeDevice()].map(async (device) => {
    const session = createSession({ network, device, weights: parameters });
    return (await session.sequence({ inputs: { x: values(6) }, rows: 1, steps: 3 })).outputs["layer"] ?? [];
  });
  const [expected = [], ...others] = await Promise.all(all);
  for (const came of others) expectClose("outputs", came, expected, 1e-5);
});

test("no row has a step", async () => {
  const { outputs, final } = await run({ lengths: [0, 0, 0] });
  expect(outputs["layer"]).toEqual(new Float64Array(36));
  expect(final["layer.h"]).toHaveLength(9);
});

test("states that are handed back go on where they ended, and a reset starts anew", async () => {
  const whole = await run({});
  const x = values(24);
  const v = values(9);
  const first = await run({ inputs: { x: x.slice(0, 12), v }, steps: 2 });
  const second = await run({ inputs: { x: x.slice(12), v }, steps: 2, initial: first.final });
  expectClose("second half", second.outputs["layer"] ?? [], whole.outputs["layer"]?.slice(18) ?? [], 1e-15);
  // Row 1 starts anew at step 2.
  const resets = new Float64Array(12);
  resets[2 * 3 + 1] = 1;
  const marked = await run({ resets });
  const anew = await run({ inputs: { x: x.slice(12), v }, steps: 2 });
  const row = (result: typeof whole, t: number, b: number) =>
    result.outputs["layer"]?.slice((t * 3 + b) * 3, (t * 3 + b + 1) * 3) ?? [];
  expectClose("row 1", row(marked, 3, 1), row(anew, 1, 1), 1e-15);
  expectClose("row 0", row(marked, 3, 0), row(whole, 3, 0), 1e-15);
});

test.each<[Partial<SequenceBatch>, string]>([
  [{ lengths: [1, 5, 2] }, "the length of row 1 must be a whole number from 0 to 4, not 5"],
  [{ lengths: [1, 2] }, "there must be a length for each of 3 rows, not 2"],
  [{ inputs: { x: values(24) } }, "the input v is missing; give all of x, v"],
  [{ inputs: { x: values(24), v: values(9), z: [] } }, "there is no input 'z'; the network has x, v"],
  [{ inputs: { x: values(23), v: values(9) } }, "expected 24 values for shape [4, 3, 2], got 23"],
  [{ rows: 4 }, "expected 32 values for shape [4, 4, 2], got 24"],
  [{ initial: {} }, "the initial state layer.h is missing"],
])("%j is refused", async (batch, message) => {
  await expect(run(batch)).rejects.toThrow(message);
});
