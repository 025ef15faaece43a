// What a person may get wrong who builds networks and trains them without a task: names as texts work, and missing settings,
// unknown options and kinds give errors that name them.
import { checkCell, equations, zoneout } from "unrolled/cells";
import { nativeDevice, wasmDevice } from "unrolled/node";
import {
  buildPlan,
  createSession,
  fit,
  languageModel,
  planHead,
  referenceDevice,
  stack,
} from "unrolled/plan";
import { describe, expect, test } from "vitest";
import { wrong } from "./toy.ts";

const network = languageModel({ vocabulary: 4, cell: "gru", size: 3 });
const data = { kind: "text", train: Uint8Array.from({ length: 60 }, (_, i) => i % 4) } as const;
const good = { network, device: referenceDevice(), data, budget: { steps: 2 }, batch: 1, window: 4 } as const;

test("cells may be names, also transformed, and equations", () => {
  expect(stack("x", 3, { cell: "lstm+layer-norm", size: 4 }).layers).toHaveLength(1);
  expect(languageModel({ vocabulary: 4, cell: "h' = tanh(W x + U h + b)", size: 3 }).layers).toHaveLength(2);
});

describe("networks and plans", () => {
  test.each<[() => unknown, string]>([
    [() => stack("x", 3, wrong({ size: 4 })), "cell: expected a name, equations or a Cell, got undefined"],
    [() => stack("x", 3, { cell: "lsmt", size: 4 }), "there is no cell 'lsmt'; did you mean 'lstm'?"],
    [
      () => stack("x", 3, wrong({ cell: "lstm", sise: 4 })),
      "stack: there is no option 'sise'; did you mean 'size'?",
    ],
    [() => stack("x", 3, wrong({ cell: "lstm", size: "4" })), 'stack: size must be a number, not "4"'],
    [() => planHead("y", 4, wrong({ kind: "mse" })), "head: the kind must be one of classes, sigmoids,"],
    [() => planHead("y", 4, wrong({ kind: "mse" })), 'not "mse"'],
    [() => planHead("y", 4, wrong({ kind: "sigmoid", targets: 2 })), "did you mean 'sigmoids'?"],
    [() => planHead("y", 4, wrong("classes")), 'not "classes"'],
    [() => planHead("y", 4, wrong(undefined)), "not undefined"],
    [
      () => planHead("y", 4, wrong({ kind: "classes" })),
      "head 'classes': classes must be a whole number, 1 or more",
    ],
    [() => languageModel(wrong({ vocabulary: 4, size: 3 })), "cell: expected a name, equations or a Cell"],
    [
      () => languageModel(wrong({ vocabulary: 4, cell: "gru", size: 3, hidden: 4 })),
      "language model: there is no option 'hidden'; here it is 'size' (the options are vocabulary, cell, size,",
    ],
    [() => languageModel(wrong({ cell: "gru", size: 3 })), "vocabulary"],
    [
      () => buildPlan(network, wrong({ mode: "trian", rows: 2, steps: 5 })),
      "one of train, evaluate, step, not",
    ],
    [() => buildPlan(network, wrong({ mode: "train", steps: 5 })), "rows must be a whole number, 1 or more"],
    [() => buildPlan(network, wrong({ mode: "train", rows: 2, step: 5 })), "there is no option 'step'"],
    [() => buildPlan(network, wrong(undefined)), "plan: the options must be an object"],
    [
      () => buildPlan(wrong("gru"), { mode: "train", rows: 2, steps: 5 }),
      'expected a network, such as languageModel() makes, not "gru"',
    ],
  ])("%s: %s", (make, message) => {
    expect(make).toThrow(message);
  });
});

describe("fit", () => {
  test.each<[object, string]>([
    [
      { learningRate: 1 },
      "fit: there is no option 'learningRate'; here it is 'rate' (the options are network, device,",
    ],
    [{ batchSize: 1 }, "fit: there is no option 'batchSize'; here it is 'batch'"],
    [{ hidden: 1 }, "fit: there is no option 'hidden' (the options are network,"],
    [{ budgte: { steps: 1 } }, "fit: there is no option 'budgte'; did you mean 'budget'?"],
    [{ network: undefined }, "fit: network must be a network, such as languageModel() makes, not undefined"],
    [{ device: "wasm" }, 'fit: device must be a device, such as wasmDevice() makes, not "wasm"'],
    [{ device: undefined }, "fit: device must be a device"],
    [{ data: undefined }, "data"],
    [{ data: { kind: "txt", train: data.train } }, '"txt"'],
    [{ budget: undefined }, "budget"],
    [{ budget: { step: 3 } }, "step"],
    [{ optimizer: { kind: "sgdd" } }, "did you mean 'sgd'?"],
    [{ optimizer: { kind: "adam", beta: 1 } }, "optimizer 'adam': there is no option 'beta'"],
    [{ schedule: "cosin" }, "did you mean 'cosine'?"],
    [{ clip: { kind: "norms", limit: 1 } }, "did you mean 'norm'?"],
    [{ rate: "0.1" }, 'rate must be a number, not "0.1"'],
  ])("%j: %s", async (change, message) => {
    const settings = { ...good, ...change } as typeof good;
    await expect((async () => fit(settings))()).rejects.toThrow(message);
  });

  test("names of optimizers and schedules work, and a number as the limit of clipping", async () => {
    const run = await fit({ ...good, optimizer: "sgd", schedule: "cosine", clip: 1, rate: 0.1 });
    const events = [];
    for await (const event of run) events.push(event.kind);
    expect(events.filter((kind) => kind === "step")).toHaveLength(2);
    run.dispose();
  });
});

describe("cells, sessions and devices", () => {
  test.each<[() => unknown, string]>([
    [
      () => checkCell(wrong("lstm"), wrong({ step: 3 })),
      "check: there is no option 'step'; did you mean 'steps'?",
    ],
    [() => checkCell(wrong("lsmt")), "there is no cell 'lsmt'"],
    [() => equations("mine")`h' = tanh(W x + `, "mine, line 1: this '(' is never closed; add its ')'"],
    [() => zoneout(wrong({ c: 0.5 })), "zoneout: expected a cell first, not an object"],
    [() => createSession(wrong({})), "session: network, device and weights are needed"],
    [
      () => nativeDevice(wrong({ thread: 3 })),
      "native device: there is no option 'thread'; did you mean 'threads'?",
    ],
    [() => nativeDevice({ threads: 0 }), "threads"],
    [
      () => wasmDevice(wrong({ thread: 3 })),
      "wasm device: there is no option 'thread'; did you mean 'threads'?",
    ],
    [() => wasmDevice({ threads: wrong("4") }), 'wasm device: threads must be a number, not "4"'],
    [() => wasmDevice({ relaxed: wrong("no") }), 'wasm device: relaxed must be a boolean, not "no"'],
  ])("%s: %s", async (make, message) => {
    await expect((async () => make())()).rejects.toThrow(message);
  });
});
