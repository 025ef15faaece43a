// What a person may get wrong with models, runs and files: each gives an error that names the place and the remedy, or works.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  caption,
  classify,
  decodeModel,
  encodeModel,
  forecast,
  language,
  loadModel,
  loadRun,
  music,
  openModel,
  readLabelledTable,
  readSeries,
  saveModel,
  saveRun,
  seriesOf,
  train,
  translate,
  type Classifier,
  type LanguageModel,
  type Run,
} from "unrolled/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { few, images, items, months, pairs, pieces, run, sales, small, text, trained, wrong } from "./toy.ts";

describe("a model", () => {
  let model: Classifier;
  let writer: LanguageModel;
  beforeAll(async () => {
    model = await trained(run({ ...few, split: [0.6, 0.2, 0.2] }));
    writer = await trained(train(language({ size: 8 }), text, { steps: 3, batch: 4, window: 10 }));
  });

  test.each<[unknown, string]>([
    ["good", 'predict: expected a list, got "good"; put brackets around a single one'],
    [undefined, "predict: expected a list, got undefined"],
    [[undefined], "sequence 0: expected a text or a list, got undefined"],
    [[""], "sequence 0: the sequence is empty; leave it out"],
    [[[1, 2]], "sequence 0: it must be a text, as the model reads, not numbers"],
  ])("predict(%j): %s", async (values, message) => {
    await expect(model.predict(wrong(values))).rejects.toThrow(message);
  });

  test("predict() of nothing is nothing, and unknown symbols are read", async () => {
    expect(await model.predict([])).toEqual([]);
    expect(await model.predict(["ЖЖЖ"])).toHaveLength(1);
  });

  test("score() of parts: those that there are", async () => {
    expect((await model.score("test")).baseline?.accuracy).toBeGreaterThan(0.9);
    expect((await model.score("train")).baseline).toBeUndefined();
    const unknown =
      "score: there is no part 'tset'; did you mean 'test'? (the parts are train, validation, test)";
    await expect(model.score(wrong("tset"))).rejects.toThrow(unknown);
    const missing = "trained on without a part 'test'; give train() a split with one";
    await expect((await trained(run())).score("test")).rejects.toThrow(missing);
    await expect(model.score(wrong(undefined))).rejects.toThrow(
      "score: expected a list of items with value, label",
    );
    const label = "there is no label '?' among the 2 learned; it has +, -";
    await expect(model.score([{ value: "x", label: "?" }])).rejects.toThrow(label);
  });

  test("a language model takes texts for its own: it has no word for a part", async () => {
    expect(await writer.score("the cat")).toMatchObject({ symbols: 7, tokens: 6 });
    await expect(writer.score("tets")).rejects.toThrow(
      "score: there is no part 'tets'; did you mean 'test'?",
    );
    expect((await writer.score("validation")).baseline?.nats).toBeGreaterThan(0);
  });

  const write = async (prompt?: unknown, settings?: unknown): Promise<string> => {
    let written = "";
    for await (const piece of writer.write(wrong(prompt), wrong(settings))) written += piece;
    return written;
  };

  test.each<[unknown, unknown, string]>([
    [
      "Ж",
      {},
      "prompt: outside the model's alphabet of 11 symbols: 'Ж' U+0416; leave it out or write otherwise",
    ],
    [{ length: 5 }, {}, "write: the prompt must be a text, not an object"],
    ["the", { temprature: 0.1 }, "write: there is no option 'temprature'; did you mean 'temperature'?"],
    ["the", { temperature: NaN }, "temperature must be 0 (always the best symbol) or more, not NaN"],
    ["the", { length: 1.5 }, "length must be a whole number, 0 or more, not 1.5"],
    ["", { match: "(" }, "it is not a regular expression"],
  ])("write(%j, %j): %s", async (prompt, settings, message) => {
    await expect(write(prompt, settings)).rejects.toThrow(message);
  });

  test("writes without a prompt, and nothing where nothing is asked for", async () => {
    expect(await write(undefined, { length: 10 })).toHaveLength(10);
    expect(await write("the", { length: 0 })).toBe("");
    await expect(writer.search(["the"], { width: 0 })).rejects.toThrow(
      "width must be a whole number, 1 or more",
    );
    await expect(writer.writeAll(wrong("the"))).rejects.toThrow('write: expected a list, got "the"');
  });

  test("of the other tasks", async () => {
    const forecaster = await trained(
      train(forecast({ size: 4, context: 12, horizon: 3 }), sales, { steps: 3 }),
    );
    await expect(forecaster.predict(wrong([1, 2]))).rejects.toThrow(
      "predict: expected a series, as seriesOf",
    );
    const other = seriesOf({ time: months, price: months.map((_, i) => i) });
    await expect(forecaster.backtest(other)).rejects.toThrow(
      "does not know the column 'price'; give a series of sold",
    );
    const translator = await trained(train(translate({ size: 4 }), pairs, few));
    await expect(translator.predict(wrong("1 one"))).rejects.toThrow('expected a list, got "1 one"');
    await expect(translator.predict(["x".repeat(99)])).rejects.toThrow(
      "shorten the text, or train with a larger",
    );
    const composer = await trained(train(music({ size: 4 }), pieces, few));
    await expect(composer.compose(wrong({ lenght: 3 }))).rejects.toThrow("did you mean 'length'?");
    await expect(composer.compose({ beginning: wrong([60]) })).rejects.toThrow(
      "beginning, frame 0: expected a list",
    );
    expect(() => composer.midi(wrong([60]))).toThrow("MIDI, frame 0: expected a list of notes");
    const captioner = await trained(train(caption({ size: 4 }), { images }, few));
    await expect(captioner.predict([[1, 1]])).rejects.toThrow("image 0: expected a vector of 3 numbers");
    await expect(captioner.predict([[1, 1, NaN]])).rejects.toThrow(
      "image 0: number 2 must be finite, not NaN",
    );
  });

  test("works beside others, and says when it has been disposed", async () => {
    const [a, b] = await Promise.all([trained(run()), trained(train(classify({ size: 5 }), items, few))]);
    const answer = async (of: Classifier): Promise<unknown> => (await of.predict(["good one"]))[0];
    const [x, y, z] = await Promise.all([answer(a), answer(b), answer(a)]);
    expect(z).toEqual(x);
    expect(y).not.toEqual(x);
    a.dispose();
    a.dispose();
    const message = "this model has been disposed; open it again";
    await expect(a.predict(["good one"])).rejects.toThrow(message);
    await expect(a.score("validation")).rejects.toThrow(message);
    await expect(a.file()).rejects.toThrow(message);
    expect(await b.predict(["good one"])).toEqual([y]);
  });
});

describe("a run", () => {
  const stepsOf = async (begun: Run<unknown>): Promise<number> => (await begun.snapshot()).training.step;

  test("gives a model before its first step, inside the loop and after its end, and goes on", async () => {
    const begun = run({ steps: 6, batch: 8 });
    expect(await (await begun.best()).predict(["good one"])).toHaveLength(1);
    const probabilities = new Set<number>();
    for await (const event of begun) {
      if (event.kind !== "step") continue;
      const [answer] = await (await begun.latest()).predict(["good one"]);
      probabilities.add(answer.probability);
      if (event.step === 3) break;
    }
    expect(probabilities.size).toBe(3);
    await begun.best();
    await begun.finish();
    await begun.finish();
    expect(await stepsOf(begun)).toBe(6);
  });

  test("does one thing at a time", async () => {
    const begun = run({ steps: 20, batch: 8 });
    const both = Promise.all([begun.finish(), begun.finish()]);
    await expect(both).rejects.toThrow("a step is under way; do one thing at a time, between two events");
  });

  test("says when it has been disposed; its models stay", async () => {
    const begun = run();
    const model = await trained(begun);
    begun.dispose();
    const message = "this run has been disposed; take its models before that, or train anew";
    await expect(begun.best()).rejects.toThrow(message);
    await expect(begun.finish()).rejects.toThrow(message);
    expect(await model.predict(["good one"])).toHaveLength(1);
  });

  test("stopped by patience, best() is the best validation and latest() the last update", async () => {
    const mixed = items.map((item, i) => ({ ...item, label: i % 3 ? "+" : "-" }));
    const options = { epochs: 200, batch: 8, rate: 0.05, patience: 2, split: [0.7, 0.3] };
    const begun = train(classify({ size: 8 }), mixed, options);
    let [best, end] = [Infinity, ""];
    for await (const event of begun) {
      if (event.kind === "validation") best = Math.min(best, event.loss);
      if (event.kind === "end") end = event.reason;
    }
    expect(end).toBe("patience");
    const { training } = await begun.snapshot();
    expect(training.best?.loss).toBe(best);
    expect(training.best?.step).toBeLessThan(training.step);
    const files = [await (await begun.best()).file(), await (await begun.latest()).file()];
    expect(files.map(({ weights }) => Array.from(weights))).toEqual([
      Array.from(training.best?.weights ?? []),
      Array.from(training.weights),
    ]);
  });
});

describe("a task and its maker", () => {
  test("have the members of their types, and a task serves several runs", async () => {
    const task = small();
    expect(Object.keys(task).sort()).toEqual(["defaults", "design", "kind"]);
    const design = await task.design(items, { split: "0.9", seed: 1 });
    expect(design.cell.name).toBe("gru");
    expect(design.parts.train).toHaveLength(54);
    expect(() => classify.check({ kind: "classify" })).toThrow("the file is damaged, copy or save it again");
    const [a, b] = [await trained(train(task, items, few)), await trained(train(task, items, few))];
    expect(await a.predict(["good one"])).toEqual(await b.predict(["good one"]));
  });
});

describe("files", () => {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-errors-"));
  const path = (name: string): string => join(folder, name);
  let begun: Run<Classifier>;
  let model: Classifier;
  beforeAll(async () => {
    begun = run({ ...few, split: [0.6, 0.2, 0.2] });
    model = await trained(begun);
    await saveModel(path("m.safetensors"), model);
    await saveRun(path("r.safetensors"), begun);
    writeFileSync(path("junk.safetensors"), "this is no model");
    writeFileSync(path("short.safetensors"), "");
    writeFileSync(path("reviews.csv"), "review,stars\nfine,5\nbad,1\n");
    writeFileSync(path("sales.csv"), "month,sold\n2024-01,3\n2024-02,4\n");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("a loaded model finds the parts that training left out, in the training's own data", async () => {
    const loaded = await loadModel(path("m.safetensors"), classify);
    const message =
      "a loaded model holds no data, so it has no part 'test'; pass the data, all or in model.parts(data)";
    await expect(loaded.score("test")).rejects.toThrow(message);
    const parts = await loaded.parts(items);
    expect(await loaded.score(parts.test ?? [], { baseline: parts.train })).toEqual(
      await model.score("test"),
    );
    await expect(loaded.parts(items.slice(1))).rejects.toThrow(
      "not the data that the model was trained on (59 items",
    );
  });

  test.each<[string, () => Promise<unknown>, string]>([
    [
      "another task's model",
      () => loadModel(path("m.safetensors"), language),
      "is a model of the task 'classify', not",
    ],
    [
      "no task",
      () => loadModel(path("m.safetensors"), wrong(undefined)),
      "(without parentheses), got undefined",
    ],
    [
      "a made task",
      () => loadModel(path("m.safetensors"), wrong(small())),
      "such as classify (without parentheses)",
    ],
    ["a missing file", () => loadModel(path("n.safetensors"), classify), "there is no such file"],
    ["another file", () => openModel(path("junk.safetensors")), "not a safetensors file, or a damaged one"],
    ["an empty file", () => openModel(path("short.safetensors")), "the file is cut short"],
    ["a folder", () => openModel(folder), "it is a folder; name a file in it"],
    [
      "a model as a run",
      () => loadRun(path("m.safetensors")),
      "without the state of its training, so it cannot be",
    ],
    [
      "a run as a model",
      () => saveModel(path("x"), wrong(begun)),
      "expected a path and a model, such as run.best() gives",
    ],
    ["a promise", () => saveModel(path("x"), wrong(begun.best())), "got a promise (await it first)"],
    [
      "a model as a run to save",
      () => saveRun(path("x"), wrong(model)),
      "expected a path and a run, as train() makes",
    ],
    ["no folder", () => saveModel(path("no/x"), model), "does not exist; make it first, with mkdir -p"],
    [
      "a column",
      () => readLabelledTable(path("reviews.csv"), { text: "reviw", label: "stars" }),
      "did you mean 'review'?",
    ],
    ["an option", () => readSeries(path("sales.csv"), wrong({ values: "sold" })), "did you mean 'value'?"],
  ])("%s: an error", async (_, work, message) => {
    await expect(work()).rejects.toThrow(message);
  });

  test("a model opens from bytes as a page fetches them, and from the file of a run", async () => {
    const bytes = await encodeModel(await model.file());
    const opened = await decodeModel(bytes.buffer, classify);
    expect(await opened.predict(["good one"])).toEqual(await model.predict(["good one"]));
    const ofRun = await loadModel(path("r.safetensors"), classify);
    expect(await ofRun.predict(["good one"])).toEqual(await model.predict(["good one"]));
  });

  test("a run is resumed with its own task, data and options", async () => {
    const resume = await loadRun(path("r.safetensors"));
    const options = { steps: 6, batch: 8, split: [0.6, 0.2, 0.2], resume };
    const resumed = run(options);
    await resumed.finish();
    expect((await resumed.snapshot()).training.step).toBe(6);
    const other = train(language({ size: 4 }), text, options);
    await expect(other.finish()).rejects.toThrow("the saved run is of the task 'classify', not 'language'");
    const wider = train(classify({ size: 5 }), items, options);
    await expect(wider.finish()).rejects.toThrow("resume: the saved run trained another network");
    const optimized = run({ ...options, optimizer: "sgd" });
    await expect(optimized.finish()).rejects.toThrow("resume: optimizer was");
  });
});
