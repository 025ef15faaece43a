// Figures on real data: small networks against what the papers and simple baselines reach. Needs the data beside the
// checkout, and skips without it.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { trainNaiveBayes } from "../../src/tasks/classify/naive-bayes.ts";
import { cellNamed } from "../../src/cells/index.ts";
import { splitItems } from "../../src/train/split.ts";
import { readPianoRolls } from "../../src/tasks/music/piano-roll-files.ts";
import { loadNative } from "../../src/run/native/addon.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { classifier, classify, classifyExamples } from "../../src/tasks/classify/classify.ts";
import { composer, musicExamples, type MusicTask } from "../../src/tasks/music/music.ts";
import { evaluate } from "../../src/train/evaluate.ts";
import { fit, type TrainingRun } from "../../src/train/fit.ts";
import { bestWeights } from "../../src/train/state.ts";

/** Seconds of work on a quiet machine. */
const timeout = 600_000;

const data = (name: string): URL => new URL(`../../../shared/data/${name}`, import.meta.url);

function fastDevice() {
  try {
    loadNative();
    return nativeDevice({ threads: 1 });
  } catch {
    return wasmDevice({ threads: 1 });
  }
}

/** Trains to the end and leaves the best weights on the device. */
async function finished(run: TrainingRun): Promise<TrainingRun> {
  for await (const event of run) if (event.kind === "end") break;
  run.store.write(bestWeights(await run.snapshot()));
  return run;
}

const names = data("names-by-nationality/");
test.skipIf(!existsSync(names))(
  "surnames are known by their language better than naive Bayes knows them (needs shared/data)",
  async () => {
    const files = readdirSync(names).filter((file) => file !== "SOURCE.txt");
    const items = files.flatMap((file) => {
      const lines = readFileSync(new URL(file, names), "utf8").split("\n");
      const own = new Set(lines.map((line) => line.trim()).filter((line) => line !== ""));
      return [...own].map((value) => ({ value, label: file.slice(0, -4) }));
    });
    const { train, validation = [], test: held = [] } = splitItems(items, "0.75/0.05/0.2", 1);
    const { task, network } = classifier(train, {
      cell: cellNamed("gru"),
      size: 128,
      dropout: 0.3,
      labels: items.map((i) => i.label),
    });
    expect(task.labels.length).toBe(18);
    const device = fastDevice();
    const run = await finished(
      await fit({
        network,
        device,
        data: {
          kind: "examples",
          train: classifyExamples(task, train),
          validation: classifyExamples(task, validation),
        },
        batch: 64,
        budget: { epochs: 6 },
      }),
    );
    const found = await classify(
      { task, network, device, store: run.store },
      held.map((i) => i.value),
    );
    const share = (said: readonly (string | undefined)[]): number =>
      said.filter((label, i) => label === held[i]?.label).length / held.length;
    const own = share(found.map((f) => f.label));
    const bayes = trainNaiveBayes(train.map(({ value, label }) => [value, label] as const));
    const rival = share(held.map(({ value }) => bayes.predict(value)));
    console.log(
      `surnames: ${(100 * own).toFixed(1)} %, naive Bayes ${(100 * rival).toFixed(1)} %, of ${held.length}`,
    );
    expect(own).toBeGreaterThan(0.8);
    expect(own).toBeGreaterThan(rival);
    device.dispose();
  },
  timeout,
);

const chorales = data("jsb-chorales/jsb-chorales-quarter.json");
describe.skipIf(!existsSync(chorales))("JSB chorales (needs shared/data)", () => {
  test.each([["lstm", 36]])(
    "%s of %i is at or below 8.75 nats a frame",
    async (name, size) => {
      const task: MusicTask = { kind: "music", lowest: 21, keys: 88, resolution: 1, predictsFirst: true };
      const music = await readPianoRolls(chorales.pathname);
      const [train, validation, held] = [music.train, music.validation, music.test].map((part) =>
        musicExamples(
          task,
          (part?.pieces ?? []).map((piece) => piece.frames),
        ),
      );
      const network = composer(task, { cell: cellNamed(name), size });
      const device = fastDevice();
      const run = await finished(
        await fit({
          network,
          device,
          data: { kind: "examples", train: train!, validation },
          batch: 8,
          budget: { epochs: 60 },
          rate: 0.005,
          clip: { kind: "norm", limit: 1 },
        }),
      );
      const { loss, tokens } = await evaluate({
        network,
        device,
        store: run.store,
        data: { kind: "examples", items: held! },
      });
      console.log(`${name} ${size}: ${loss.toFixed(3)} nats a frame`);
      expect(tokens).toBe(4725);
      expect(loss).toBeLessThanOrEqual(8.75);
      device.dispose();
    },
    timeout,
  );
});
