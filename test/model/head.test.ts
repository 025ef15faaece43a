// Every head on a bidirectional stack memorises random targets, on both fast devices: losses, derivatives and updates in
// one plan. Their values are tested in `test/proof/losses.test.ts`.
import { afterAll, expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { randomStream } from "../../src/base/random.ts";
import { crfTargets, transitionsBetween } from "../../src/model/crf.ts";
import { ctcTargets } from "../../src/model/ctc.ts";
import { planHead, type Head } from "../../src/model/head.ts";
import { initialParameters } from "../../src/model/initialise.ts";
import { stack } from "../../src/model/stack.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Network } from "../../src/plan/network.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import type { Device } from "../../src/run/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { updateOf } from "../../src/train/optimizers.ts";

const devices = [wasmDevice(), nativeDevice()];
afterAll(() => devices.forEach((device) => device.dispose()));

const [B, T] = [6, 8];
const update = updateOf({ kind: "adam" }, { kind: "norm", limit: 1 });

/** The losses before the first update and before the last. */
async function learn(device: Device, head: Head, updates: number): Promise<[first: number, last: number]> {
  const cell = cellNamed("lstm+layer-norm");
  const { layers, output, width } = stack("x", 3, { cell, size: 12, bidirectional: "concatenate" });
  const end = planHead(output, width, head);
  const network: Network = {
    inputs: [{ name: "x", width: 3, kind: "dense", per: "step" }, ...end.inputs],
    layers: [...layers, ...end.layers],
    loss: end.loss,
  };
  const plan = buildPlan(network, { mode: "train", rows: B, steps: T, update: update.rule });
  const store = device.parameters(plan.parameters);
  store.write(initialParameters(plan.parameters, 1));
  const program = await device.compile(plan, store);
  const stream = randomStream(3, 5);
  const numbers = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => stream.normal());
  const below = (count: number): number => Math.floor(stream.uniform() * count);
  program.write("x", numbers(3 * B * T));
  program.write("resets", new Float32Array(B * T).fill(1, 0, B));
  program.write("seed", Int32Array.of(1));
  // A loss on whole sequences counts at their last steps.
  program.write("weights", new Float32Array(B * T).fill(1, head.kind === "ctc" ? B * (T - 1) : 0));
  if (head.kind === "ctc") {
    const labels = Array.from({ length: B }, () => Array.from({ length: 1 + below(3) }, () => 1 + below(4)));
    const targets = ctcTargets(labels, { classes: head.classes, capacity: head.labels });
    for (const [name, values] of Object.entries(targets)) program.write(name, values as Float32Array);
  } else if (head.kind === "classes") {
    program.write(
      "targets",
      Int32Array.from({ length: B * T }, () => below(head.classes)),
    );
  } else if (head.kind === "crf") {
    const transitions = transitionsBetween(head.classes);
    const rows = Array.from({ length: B }, (_, b) =>
      crfTargets(
        transitions,
        Array.from({ length: T }, () => below(head.classes)),
        `row ${b}`,
      ),
    );
    for (const name of ["t", "r", "last"] as const) {
      const byStep = Array.from({ length: T }, (_, t) => rows.map((row) => row[name][t] as number));
      program.write(name, Float32Array.from(byStep.flat()));
    }
    for (const name of ["from", "to", "begin", "end"] as const) {
      program.write(name, Float32Array.from(rows.flatMap((row) => [...row[name]])));
    }
  } else {
    const targets = numbers(B * T * head.width);
    program.write("targets", head.kind === "sigmoids" ? targets.map((v) => (v > 0 ? 1 : 0)) : targets);
  }
  const loss = new Float64Array(1);
  let first = NaN;
  for (let step = 1; step <= updates; step++) {
    program.write("step", Int32Array.of(step));
    for (const [name, value] of Object.entries(update.numbers(step, 0.02))) {
      program.write(name, Float64Array.of(value));
    }
    program.run("train", { rows: B, steps: T });
    await program.read("loss", loss);
    if (step === 1) first = loss[0] as number;
  }
  program.dispose();
  return [first, loss[0] as number];
}

test.each<Head>([
  { kind: "classes", classes: 5 },
  { kind: "sigmoids", width: 4 },
  { kind: "squared-error", width: 2 },
  { kind: "absolute-error", width: 2 },
  { kind: "huber", width: 2, delta: 0.5 },
  { kind: "gaussian", width: 2 },
  { kind: "mixture-density", width: 2, components: 3 },
  { kind: "quantiles", width: 2, levels: [0.1, 0.5, 0.9] },
  { kind: "ctc", classes: 5, labels: 3 },
  { kind: "crf", classes: 5, transitions: 25 },
])("$kind", async (head) => {
  for (const device of devices) {
    const [first, last] = await learn(device, head, 80);
    expect(last, device.name).toBeLessThan(0.4 * first);
  }
});
