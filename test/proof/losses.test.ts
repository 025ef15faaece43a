// Losses and their derivatives by the predictions, against numbers from PyTorch in float64. The readout's matrix is the
// identity, so the derivative by its input is that by the predictions.
import { expect, test } from "vitest";
import { ctcTargets } from "../../src/model/ctc.ts";
import { planHead, readoutWidth, type Head } from "../../src/model/head.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Network } from "../../src/plan/network.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import type { Device, Program, RunExtent } from "../../src/run/device.ts";
import { readCtcGoldens, readLossGoldens, type CtcGolden, type LossGolden } from "../goldens/read.ts";
import { tolerances } from "../tolerances.ts";
import { distance } from "./closeness.ts";

const devices = [referenceDevice(), wasmDevice(), nativeDevice()];
const toleranceOf = (device: Device): number =>
  device.precision === "float64" ? tolerances.goldens : tolerances.device[device.name];

/** A network whose predictions are its input. */
function predicting(head: Head): Network {
  const width = readoutWidth(head);
  const parts = planHead("x", width, head);
  return {
    inputs: [{ name: "x", width, kind: "dense", per: "step" }, ...parts.inputs],
    layers: parts.layers,
    loss: parts.loss,
  };
}

async function lossOf(
  device: Device,
  head: Head,
  extent: RunExtent,
  write: (program: Program) => void,
): Promise<{ loss: number; gradient: Float64Array }> {
  const network = predicting(head);
  const width = readoutWidth(head);
  const plan = buildPlan(network, {
    mode: "train",
    rows: extent.rows,
    steps: extent.steps,
    keep: ["readout.dy"],
  });
  const store = device.parameters(plan.parameters);
  const values = new Float64Array(plan.parameters.size);
  for (const { name, offset, shape } of plan.parameters.places) {
    if (name === "readout.W") for (let i = 0; i < width; i++) values[offset + i * width + i] = 1;
    // The matrices of CTC, which shift by one and by two positions.
    const by = name === "loss.S" ? 1 : name === "loss.D" ? 2 : 0;
    const [rows = 0] = shape;
    for (let i = by; by > 0 && i < rows; i++) values[offset + i * rows + i - by] = 1;
  }
  store.write(values);
  const program = await device.compile(plan, store);
  write(program);
  program.run("forward", extent);
  program.run("backward", extent);
  const tokens = extent.lengths?.reduce((a, b) => a + b, 0) ?? extent.rows * extent.steps;
  const [loss] = await program.read("loss", new Float64Array(1));
  const gradient = await program.read("readout.dy", new Float64Array(tokens * width));
  program.dispose();
  return { loss: loss as number, gradient };
}

function headOf({ loss, settings, sizes }: LossGolden): Head {
  const { D: width = 1, K: classes = 2 } = sizes;
  switch (loss) {
    case "cross-entropy":
      return { kind: "classes", classes, smoothing: settings.smoothing ?? 0 };
    case "huber":
      return { kind: loss, width, delta: settings.delta ?? 1 };
    case "mixture-density":
      return { kind: loss, width, components: settings.components ?? 1 };
    case "quantiles":
      return { kind: loss, width, levels: settings.levels ?? [] };
    default:
      return { kind: loss as "sigmoids" | "squared-error" | "absolute-error" | "gaussian", width };
  }
}

const cases = readLossGoldens().map((golden, i) => ({ golden, name: `${i + 1}: ${golden.loss}` }));

/** The difference of two losses relative to their size. */
const closeTo = (actual: number, expected: number): number => distance([actual], [expected]);

test.each(cases)("$name", async ({ golden }) => {
  const { sizes, predictions, targets, weights, expected } = golden;
  const extent = { rows: sizes["N"] as number, steps: 1 };
  for (const device of devices) {
    const { loss, gradient } = await lossOf(device, headOf(golden), extent, (program) => {
      program.write("x", Float64Array.from(predictions));
      program.write("weights", Float64Array.from(weights));
      program.write("resets", new Float64Array(extent.rows).fill(1));
      const isIndex = golden.loss === "cross-entropy";
      program.write("targets", isIndex ? Int32Array.from(targets) : Float64Array.from(targets));
    });
    expect(closeTo(loss, expected.loss), `${device.name}, loss`).toBeLessThanOrEqual(toleranceOf(device));
    expect(distance(gradient, expected.gradient), `${device.name}, gradient`).toBeLessThanOrEqual(
      toleranceOf(device),
    );
  }
});

/** Values [T, B, width] as tokens: step by step, the rows that are as long. */
const tokensOf = (
  values: readonly number[],
  { lengths, sizes: { T, B } }: CtcGolden,
  width: number,
): number[] =>
  Array.from({ length: T }, (_, t) => t).flatMap((t) =>
    Array.from({ length: B }, (_, b) => b)
      .filter((b) => (lengths[b] as number) > t)
      .flatMap((b) => values.slice((t * B + b) * width, (t * B + b + 1) * width)),
  );

test.each(readCtcGoldens().map((golden, i) => ({ golden, i })))("ctc $i", async ({ golden }) => {
  const { sizes, logits, lengths, labels, expected } = golden;
  const { T, B, K } = sizes;
  const capacity = Math.max(1, ...labels.map((l) => l.length));
  const targets = ctcTargets(labels, { classes: K, capacity, lengths });
  const ends = Array.from({ length: T * B }, (_, i) => Number(lengths[i % B] === Math.floor(i / B) + 1));
  const extent = { rows: B, steps: T, lengths: Int32Array.from(lengths) };
  for (const device of devices) {
    const head: Head = { kind: "ctc", classes: K, labels: capacity };
    const { loss, gradient } = await lossOf(device, head, extent, (program) => {
      program.write("x", Float64Array.from(tokensOf(logits, golden, K)));
      program.write("weights", Float64Array.from(tokensOf(ends, golden, 1)));
      program.write(
        "resets",
        Float64Array.from({ length: T * B }, (_, i) => Number(i < B)),
      );
      for (const [name, values] of Object.entries(targets)) program.write(name, values as Float32Array);
    });
    expect(closeTo(loss, expected.loss), `${device.name}, loss`).toBeLessThanOrEqual(toleranceOf(device));
    const wanted = tokensOf(expected.gradient, golden, K);
    expect(distance(gradient, wanted), `${device.name}, gradient`).toBeLessThanOrEqual(toleranceOf(device));
  }
});

test.each([
  [[[1, 2, 3, 4]], "ctc, sequence 0: expected at most 3 labels, got 4"],
  [[[1], [0]], "ctc, sequence 1: label 0 must be a whole number from 1 to 4 (0 is the blank), got 0"],
  [[[1], [5]], "ctc, sequence 1: label 0 must be a whole number from 1 to 4 (0 is the blank), got 5"],
  [[[1, 1, 2]], "ctc, sequence 0: its labels need 4 steps, got 3; leave it out"],
])("labels %j are refused", (labels, message) => {
  expect(() => ctcTargets(labels, { classes: 5, capacity: 3, lengths: [3, 3] })).toThrow(message);
});
