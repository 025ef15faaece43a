// The loss of a conditional random field, its derivatives and its decoding, against numbers from PyTorch in float64. The
// readout's matrix is the identity, so the derivative by its input is that by the logits.
import { describe, expect, test } from "vitest";
import { decodeBest, decodeChain, type ChainScores } from "../../src/infer/chain.ts";
import { crfTargets, transitionsBetween, type Transitions } from "../../src/model/crf.ts";
import { planHead } from "../../src/model/head.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Network } from "../../src/plan/network.ts";
import type { Device } from "../../src/run/device.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { readCrfGoldens, type CrfGolden, type CrfNumbers } from "../goldens/read.ts";
import { tolerances } from "../tolerances.ts";
import { distance } from "./closeness.ts";

const devices = [referenceDevice(), wasmDevice(), nativeDevice()];
const toleranceOf = (device: Device): number =>
  device.precision === "float64" ? tolerances.goldens : tolerances.device[device.name];

function transitionsOf({ sizes: { K }, from, to, begin, end }: CrfGolden): Transitions {
  const allowed = new Set(from.map((k, i) => k * K + (to[i] as number)));
  return transitionsBetween(K, (before, after) => {
    if (before === undefined) return begin.includes(after as number);
    return after === undefined ? end.includes(before) : allowed.has(before * K + after);
  });
}

/** The tokens of a packed batch, as step and row. */
const tokensOf = ({ sizes: { T, B }, lengths }: CrfGolden): { t: number; b: number }[] =>
  Array.from({ length: T * B }, (_, i) => ({ t: Math.floor(i / B), b: i % B })).filter(
    ({ t, b }) => t < (lengths[b] as number),
  );

async function lossOf(device: Device, golden: CrfGolden): Promise<{ loss: number } & CrfNumbers> {
  const { B, K, T } = golden.sizes;
  const transitions = transitionsOf(golden);
  const head = planHead("x", K, { kind: "crf", classes: K, transitions: transitions.from.length });
  const network: Network = {
    inputs: [{ name: "x", width: K, kind: "dense", per: "step" }, ...head.inputs],
    layers: head.layers,
    loss: head.loss,
  };
  const plan = buildPlan(network, { mode: "train", rows: B, steps: T, keep: ["readout.dy"] });
  const store = device.parameters(plan.parameters);
  const values = new Float64Array(plan.parameters.size);
  const place = (name: string): { offset: number; size: number } =>
    plan.parameters.places.find((one) => one.name === name)!;
  for (let k = 0; k < K; k++) values[place("readout.W").offset + k * K + k] = 1;
  values.set(golden.between, place("loss.w").offset);
  values.set(golden.first, place("loss.b").offset);
  values.set(golden.last, place("loss.e").offset);
  store.write(values);
  const program = await device.compile(plan, store);
  const tokens = tokensOf(golden);
  const targets = golden.tags.map((tags, b) => crfTargets(transitions, tags, `row ${b}`));
  program.write(
    "x",
    Float64Array.from(
      tokens.flatMap(({ t, b }) => golden.logits.slice((t * B + b) * K, (t * B + b + 1) * K)),
    ),
  );
  for (const name of ["t", "r", "last"] as const) {
    program.write(
      name,
      Float64Array.from(tokens, ({ t, b }) => targets[b]![name][t]!),
    );
  }
  for (const name of ["from", "to", "begin", "end"] as const) {
    program.write(name, Float64Array.from(targets.flatMap((target) => [...target[name]])));
  }
  program.write("weights", new Float64Array(tokens.length).fill(1));
  program.write(
    "resets",
    Float64Array.from(tokens, ({ t }) => Number(t === 0)),
  );
  const extent = { rows: B, steps: T, lengths: Int32Array.from(golden.lengths) };
  program.run("forward", extent);
  program.run("backward", extent);
  const [loss] = await program.read("loss", new Float64Array(1));
  const logits = await program.read("readout.dy", new Float64Array(tokens.length * K));
  const gradients = await program.read("gradients", new Float64Array(plan.parameters.trained));
  program.dispose();
  const of = (name: string): number[] => {
    const { offset, size } = place(name);
    return [...gradients.subarray(offset, offset + size)];
  };
  return { loss: loss!, logits: [...logits], between: of("loss.w"), first: of("loss.b"), last: of("loss.e") };
}

describe.each(readCrfGoldens().map((golden) => ({ golden, note: golden.note })))("$note", ({ golden }) => {
  const { B, K } = golden.sizes;
  const packed = (values: readonly number[]): number[] =>
    tokensOf(golden).flatMap(({ t, b }) => values.slice((t * B + b) * K, (t * B + b + 1) * K));

  test.each(devices.map((device) => ({ device, name: device.name })))(
    "loss and gradients, $name",
    async ({ device }) => {
      const { loss, ...gradients } = await lossOf(device, golden);
      const { expected } = golden;
      expect(distance([loss], [expected.loss])).toBeLessThanOrEqual(toleranceOf(device));
      for (const [name, wanted] of Object.entries({
        ...expected.gradients,
        logits: packed(expected.gradients.logits),
      })) {
        const actual = gradients[name as keyof CrfNumbers];
        expect(distance(actual, wanted), name).toBeLessThanOrEqual(toleranceOf(device));
      }
    },
  );

  test("the best tags and their probabilities", () => {
    const { between, first, last, lengths, logits, expected } = golden;
    const scores: ChainScores = { transitions: transitionsOf(golden), between, first, last };
    lengths.forEach((length, b) => {
      const row = (values: readonly number[]): Float64Array =>
        Float64Array.from(
          { length: length * K },
          (_, i) => values[(Math.floor(i / K) * B + b) * K + (i % K)]!,
        );
      const { classes, probabilities } = decodeChain(scores, row(logits));
      const isTie = logits.every((value) => value === 0);
      if (!isTie) expect(classes).toEqual(expected.best[b]);
      expect(decodeBest(scores, row(logits))).toEqual(classes);
      const all = probabilities.flatMap((values) => [...values]);
      expect(distance(all, [...row(expected.marginals)])).toBeLessThanOrEqual(tolerances.goldens);
    });
  });
});

describe("classes", () => {
  const transitions = transitionsBetween(3, (before, after) =>
    before === undefined ? after !== 2 : after === undefined ? before !== 1 : !(before === 0 && after === 2),
  );

  test.each([
    [[0, 3], "row, step 1: expected a class from 0 to 2, got 3"],
    [[0.5], "row, step 0: expected a class from 0 to 2, got 0.5"],
    [[0, 0, 2], "row, step 2: class 2 may not follow class 0; allow it"],
    [[2, 0], "row: class 2 may not begin a sequence; allow it"],
    [[0, 1], "row: class 1 may not end a sequence; allow it"],
  ])("%j are refused", (classes, message) => {
    expect(() => crfTargets(transitions, classes, "row")).toThrow(message);
  });

  test("are numbered transitions", () => {
    const { r, t, last } = crfTargets(transitions, [0, 1, 2, 2], "row");
    expect([...t]).toEqual([0, 1, 2, 2]);
    expect([...last]).toEqual([0, 0, 0, 1]);
    expect([...r].slice(1).map((i) => [transitions.from[i], transitions.to[i]])).toEqual([
      [0, 1],
      [1, 2],
      [2, 2],
    ]);
  });
});
