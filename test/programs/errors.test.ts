// What a person may get wrong who knows the API from its description alone: each gives an error that names the place and
// the remedy, or works. Options and data are here; models, runs and files in `errors-models.test.ts`.
import {
  caption,
  classify,
  forecast,
  language,
  learnText,
  music,
  seriesOf,
  tag,
  train,
  translate,
  type Run,
  type TrainOptions,
} from "unrolled/node";
import { describe, expect, test } from "vitest";
import { few, images, items, pairs, pieces, run, small, tagged, trained, wrong } from "./toy.ts";

describe("options of a task", () => {
  test.each([
    [() => classify({ cell: "grru" }), "there is no cell 'grru'; did you mean 'gru'?"],
    [() => classify({ cell: "lstm+zonout" }), "there is no transform 'zonout'; did you mean 'zoneout'?"],
    [() => classify({ cell: "h' = tanh(W x + " }), "this '(' is never closed; add its ')'"],
    [
      () => classify({ cell: wrong({ name: "x" }) }),
      "cell: expected a name, equations or a Cell, got an object",
    ],
    [() => classify(wrong({ sise: 4 })), "classify: there is no option 'sise'; did you mean 'size'?"],
    [
      () => language(wrong({ hidden: 4 })),
      "language: there is no option 'hidden'; here it is 'size' (the options are cell, size,",
    ],
    [() => tag(wrong("gru")), 'tag: the options must be an object, such as { size: 1 }, not "gru"'],
    [() => classify({ size: wrong("4") }), 'classify: size must be a number, not "4"'],
    [() => classify({ size: 0 }), "size must be a whole number, 1 or more, not 0"],
    [() => forecast({ layers: 1.5 }), "layers must be a whole number, 1 or more, not 1.5"],
    [
      () => classify({ pooling: wrong("avg") }),
      'pooling must be one of last, mean, max, attention, not "avg"',
    ],
    [() => tag({ unit: wrong("words") }), 'tag: unit must be one of char, word, not "words"'],
    [() => classify({ bidirectional: wrong("no") }), 'bidirectional must be a boolean, not "no"'],
    [() => forecast({ strategy: wrong("recursiv") }), "strategy must be one of direct, recursive, not"],
    [() => caption({ condition: wrong("begin") }), "condition must be one of first, every, start, not"],
    [() => language({ connections: wrong("resid") }), "connections must be one of residual, highway, not"],
    [() => music({ range: wrong([48, 79]) }), "the range must be two MIDI note numbers from 0 to 127"],
    [() => translate({ attention: wrong(0) }), "translate: attention must be a boolean, not 0"],
  ])("%s: %s", (make, message) => {
    expect(make).toThrow(message);
  });

  test.each(["lstm+zoneout", "gru", "h' = tanh(W x + U h + b)"])("the cell '%s' works", async (cell) => {
    const begun = train(classify({ cell, size: 4 }), items, few);
    const [answer] = await (await trained(begun)).predict(["good one"]);
    expect(["+", "-"]).toContain(answer.label);
  });

  test("minCount is 1 or more", async () => {
    const begun = train(classify({ size: 4, minCount: 0 }), items, few);
    await expect(begun.finish()).rejects.toThrow("minCount must be a whole number, 1 or more, not 0");
  });
});

describe("options of training", () => {
  test.each<[TrainOptions, string]>([
    [wrong({ epoch: 3 }), "train: there is no option 'epoch'; did you mean 'epochs'?"],
    [wrong(null), "train: the options must be an object, such as { epochs: 1 }, not null"],
    [{ epochs: wrong("8") }, 'train: epochs must be a number, not "8"'],
    [{ epochs: 1, steps: 3 }, "training: give one of epochs, steps and minutes, not epochs and steps"],
    [{ ...few, optimizer: wrong("adamm") }, "optimizer: the kind must be one of sgd, rmsprop,"],
    [{ ...few, optimizer: wrong("adamm") }, "not \"adamm\"; did you mean 'adam'?"],
    [
      { ...few, optimizer: wrong({ kind: "sgd", momemtum: 1 }) },
      "optimizer 'sgd': there is no option 'momemtum'",
    ],
    [{ ...few, optimizer: { kind: "sgd", momentum: wrong("0.9") } }, 'momentum must be a number, not "0.9"'],
    [
      { ...few, schedule: wrong("cos") },
      "schedule: the kind must be one of constant, step, exponential, cosine, not",
    ],
    [{ ...few, clip: wrong("5") }, 'clip: the kind must be one of none, norm, value, normalise, not "5"'],
    [{ ...few, clip: -1 }, "clip: the limit must be a number above 0, not -1"],
    [{ ...few, rate: NaN }, "training: rate must be a number above 0, not NaN; 0.002 suits adam"],
    [{ ...few, split: [0.8, 0.3] }, "split: the shares must sum to at most 1, but 0.8/0.3 sums to 1.1"],
    [{ ...few, split: wrong({ train: 0.8 }) }, "split: every share must be above 0 and at most 1; write"],
    [
      { ...few, device: wrong("wasm") },
      'train: device must be a device, such as wasmDevice() makes, not "wasm"',
    ],
    [
      { ...few, resume: wrong("run.safetensors") },
      "train: resume must be the state of a run, as loadRun gives it",
    ],
  ])("%j: %s", async (options, message) => {
    await expect(run(options).finish()).rejects.toThrow(message);
  });

  test.each<TrainOptions>([
    { optimizer: "adam", schedule: "cosine", clip: 1 },
    { optimizer: { kind: "sgd", momentum: 0.9, nesterov: true }, schedule: { kind: "step", factor: 0.5 } },
    { optimizer: { kind: "adamw", weightDecay: 0.1 }, clip: { kind: "value", limit: 1 }, split: "0.7/0.3" },
  ])("%j work, as names and as settings", async (options) => {
    expect((await trained(run({ ...few, ...options }))).kind).toBe("classify");
  });
});

describe("data", () => {
  const go = (begun: Run<unknown>): Promise<void> => begun.finish();
  test.each<[string, () => Run<unknown>, string]>([
    ["no task", () => train(wrong({}), items), "train: expected a task first, got an object"],
    [
      "a maker",
      () => train(wrong(classify), wrong(items)),
      "got a function; call it, with options or without",
    ],
    ["no data", () => train(small(), wrong(undefined)), "train: expected the data second, got undefined"],
    ["a promise", () => train(small(), wrong(Promise.resolve(items))), "got a promise (await it first)"],
    [
      "empty",
      () => train(small(), []),
      "split: the training part is empty, 0.9 of 0; raise its share or give more",
    ],
    ["one item", () => train(small(), items.slice(0, 1)), "the training part is empty, 0.9 of 1"],
    [
      "one label",
      () =>
        train(
          small(),
          items.map((item) => ({ ...item, label: "+" })),
        ),
      "needs two labels or more",
    ],
    [
      "texts",
      () => train(small(), wrong("good")),
      'classify: expected a list of items with value, label, got "good"',
    ],
    [
      "another field",
      () => train(small(), wrong(items.map(({ value, label }) => ({ text: value, label })))),
      "classify, item 0: value must be a text or a list, not undefined; each item needs value, label",
    ],
    [
      "labels as numbers",
      () => train(small(), wrong(items.map(({ value }, i) => ({ value, label: i % 2 })))),
      "classify, item 0: label must be a text, not 0",
    ],
    ["null among items", () => train(small(), wrong([...items, null])), "classify, item 60: value must be"],
    [
      "NaN in a series",
      () =>
        train(
          small(),
          items.map(({ label }, i) => ({ value: [1, i % 7 ? 2 : NaN], label })),
        ),
      "not [NaN]",
    ],
    [
      "an empty sequence",
      () => train(small(), [...items, { value: "", label: "+" }]),
      "the sequence is empty; leave it out",
    ],
    [
      "an empty text",
      () => train(language(), ""),
      "text: it is empty; give a text with two different symbols or more",
    ],
    ["one symbol", () => train(language(), "aaaa"), "text: nothing to predict"],
    [
      "lines",
      () => train(language(), wrong(["a", "b"])),
      "language: expected a text, as a string or as readText",
    ],
    [
      "numbers",
      () => train(forecast(), wrong([1, 2])),
      "forecast: expected a series, as seriesOf and readSeries make",
    ],
    [
      "no tags",
      () => train(tag(), wrong([...tagged, { value: ["a"] }])),
      "tag, item 40: tags must be a list of texts",
    ],
    [
      "lists of pairs",
      () => train(translate(), wrong([["a", "b"]])),
      "translate, item 0: source must be a text",
    ],
    [
      "one piece",
      () => train(music(), wrong(pieces[0])),
      "piece 0, frame 0: expected a list of notes, such as [60, 64]",
    ],
    [
      "no pieces",
      () => train(music(), wrong({ pieces })),
      "training pieces: expected a list of pieces, got undefined",
    ],
    [
      "images in a list",
      () => train(caption(), wrong(images)),
      "caption: expected { images: […] }, got a list",
    ],
    [
      "a vector with NaN",
      () => train(caption({ size: 4 }), { images: images.map((image) => ({ ...image, vector: [1, NaN] })) }),
      "image 0: number 1 must be finite, not NaN",
    ],
  ])("%s: an error", async (_, begin, message) => {
    await expect(go(begin())).rejects.toThrow(message);
  });

  test("of a few items", async () => {
    expect((await trained(train(small(), items.slice(0, 2), few))).labels).toEqual(["+", "-"]);
    const pair = train(translate({ size: 4 }), pairs.slice(0, 1), { ...few, split: 1 });
    expect(await (await trained(pair)).predict(["0 one"])).toHaveLength(1);
  });

  test("in columns", async () => {
    expect(() => seriesOf(wrong({ sold: [1, 2] }))).toThrow(
      "expected a list of times under 'time', got undefined",
    );
    await expect(learnText("abc", wrong({ unit: "chars" }))).rejects.toThrow(
      "text: unit must be one of char, byte,",
    );
  });
});
