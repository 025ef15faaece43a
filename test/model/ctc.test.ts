// Labels without times, as training takes them: right where nothing is said of weights, refused where no path can spell them.
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Example } from "../../src/batch/example.ts";
import { exampleFeed } from "../../src/batch/example-feed.ts";
import { evaluate } from "../../src/infer/evaluate.ts";
import { createSession } from "../../src/infer/session.ts";
import { checkCtcSteps, ctcTargets } from "../../src/model/ctc.ts";
import { planHead } from "../../src/model/head.ts";
import { stack } from "../../src/model/stack.ts";
import { cellNamed } from "../../src/cells/index.ts";
import type { Network } from "../../src/plan/network.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { fit } from "../../src/train/fit.ts";

const device = wasmDevice({ threads: 1 });
afterAll(() => device.dispose());

const [classes, capacity] = [3, 3];
const network = ((): Network => {
  const layers = stack("x", 3, { cell: cellNamed("lstm"), size: 12 });
  const head = planHead(layers.output, layers.width, { kind: "ctc", classes, labels: capacity });
  return {
    inputs: [{ name: "x", width: 3, kind: "dense", per: "step" }, ...head.inputs],
    layers: [...layers.layers, ...head.layers],
    loss: head.loss,
  };
})();

/** Labels, each shown at one of the steps, three apart. */
function example(labels: readonly number[], steps = 3 * labels.length): Example {
  const x = new Float32Array(steps * 3);
  labels.forEach((label, i) => (x[(3 * i + 1) * 3 + label] = 1));
  return { steps, inputs: { x, ...ctcTargets([labels], { classes, capacity }) } };
}

const words = fc.array(fc.integer({ min: 1, max: classes - 1 }), { maxLength: capacity });

/** Whether one of the ways to choose classes, 0 the blank, spells the labels: repetitions and blanks do not count. */
function canSpell(labels: readonly number[], steps: number): boolean {
  const ways = classes ** steps;
  for (let way = 0; way < ways; way++) {
    const chosen = Array.from({ length: steps }, (_, t) => Math.floor(way / classes ** t) % classes);
    const spelt = chosen.filter((label, t) => label !== 0 && label !== chosen[t - 1]);
    if (spelt.join() === labels.join()) return true;
  }
  return false;
}

describe("labels", () => {
  it("are refused where no path spells them, and only there", () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 6 }), (labels, steps) => {
        const { begin, skip, end } = ctcTargets([labels], { classes, capacity });
        const check = (): void => checkCtcSteps({ begin, skip, end }, steps, "x");
        if (canSpell(labels, steps)) check();
        else expect(check).toThrow(/^x: its labels need \d steps, got \d; leave it out$/u);
      }),
    );
  });

  it("are refused in examples, without a word of lengths", async () => {
    const data = { kind: "examples", train: [example([1, 2]), example([1, 1], 2)] } as const;
    const expected = "example 1: its labels need 3 steps, got 2; leave it out";
    expect(() => exampleFeed(network, data.train, { batch: 2, seed: 1, shuffle: false })).toThrow(expected);
    await expect(fit({ network, device, data, budget: { steps: 1 } })).rejects.toThrow(expected);
  });

  it("count at the last step of each example, where nothing else is said", () => {
    const items = [example([1]), example([2, 1, 2]), example([1, 2])];
    const { values, packing, counted, rows } = exampleFeed(network, items, {
      batch: 3,
      seed: 1,
      shuffle: false,
    }).load({ epoch: 0, at: 0 });
    const last: boolean[] = [];
    packing.each((token, row, t) => (last[token] = t === items[rows![row]!]!.steps - 1));
    expect(Array.from(values["weights"]!)).toEqual(last.map(Number));
    expect(counted).toBe(3);
    const early = { ...items[2]!, weights: [0, 0, 1, 0, 0, 1] };
    expect(() => exampleFeed(network, [early], { batch: 1, seed: 1, shuffle: false })).toThrow(
      "example 0: the loss of labels is that of the whole sequence, so step 2 must have the weight 0, not 1; leave the weights out",
    );
  });

  it("are learned, as with weights of their own", async () => {
    const labels = Array.from({ length: 30 }, (_, i) => [1 + (i % 2), 1 + (Math.floor(i / 2) % 2)]);
    const items = labels.map((each) => example(each, 8));
    const weighted = items.map((item) => ({ ...item, weights: [0, 0, 0, 0, 0, 0, 0, 1] }));
    const losses = [];
    for (const train of [items, weighted]) {
      const data = { kind: "examples", train } as const;
      const run = await fit({ network, device, data, budget: { steps: 160 }, batch: 15, rate: 0.02 });
      const steps: number[] = [];
      for await (const event of run) if (event.kind === "step") steps.push(event.loss);
      run.dispose();
      losses.push(steps);
    }
    const [first = 0, last = 0] = [losses[0]![0], losses[0]!.at(-1)];
    expect(losses[0]).toEqual(losses[1]);
    expect(first).toBeLessThan(20);
    expect(last).toBeLessThan(0.1);
  });

  it("are evaluated by sequences, not by steps", async () => {
    const items = [example([1]), example([1, 2])];
    const run = await fit({
      network,
      device,
      data: { kind: "examples", train: items },
      budget: { steps: 1 },
    });
    const session = createSession({ network, device, weights: run.store });
    const [both, ...each] = await Promise.all(
      [items, items.slice(0, 1), items.slice(1)].map((some) =>
        evaluate(session, { kind: "examples", items: some }),
      ),
    );
    expect([both?.tokens, ...each.map(({ tokens }) => tokens)]).toEqual([2, 1, 1]);
    expect(both?.loss).toBeCloseTo((each[0]!.loss + each[1]!.loss) / 2, 5);
    expect(both?.loss).toBeLessThan(20);
    session.dispose();
    run.dispose();
  });
});
