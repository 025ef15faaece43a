// Writes the figures of docs/tasks.md: every task trained and measured with the command line, on data that the project
// makes and on public data, where `--data` names a folder of it. Takes an hour or two: `npm run
// bench:tasks -- --data FOLDER`, with `--only WORDS` for some.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  classify,
  loadModel,
  readLabelledTable,
  readTagged,
  tag,
  type TagScore,
  type TagScores,
} from "../src/node.ts";
import { datePair } from "../src/tasks/translate/dates.ts";
import { reversalPair } from "../src/tasks/translate/reversal.ts";

const { values: options } = parseArgs({
  options: { data: { type: "string", default: "data" }, only: { type: "string", default: "" } },
});
const folder = mkdtempSync(join(tmpdir(), "unrolled-tasks-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const main = new URL("../src/cli/main.js", import.meta.url).pathname;
const at = (name: string): string => join(folder, name);
const data = (path: string): string => join(options.data, path);

type Json = Readonly<Record<string, unknown>>;

/** The JSON lines of a command. */
function unrolled(command: string): Json[] {
  const words = [...command.split(" "), "--json"].filter((word) => word !== "");
  const said = execFileSync(process.execPath, ["--experimental-wasm-relaxed-simd", main, ...words], {
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return said.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Json]));
}

/** Seconds of training alone, as the command reports them. */
function train(command: string): number {
  return Number(unrolled(command).at(-1)?.["seconds"]);
}

const figure = (value: unknown, digits = 3): string => Number(value).toFixed(digits);
const percent = (value: unknown, digits = 1): string => `${(100 * Number(value)).toFixed(digits)} %`;
const seeds = [1, 2, 3];
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/** The mean, and the least and the most. */
const spread = (values: readonly number[], show: (value: number) => string): string =>
  `${show(mean(values))} (${show(Math.min(...values))} to ${show(Math.max(...values))})`;

interface Experiment {
  readonly name: string;
  /** A path in the folder of public data. */
  readonly needs?: string;
  run(): Found | Promise<Found>;
}

interface Found {
  readonly found: string;
  /** Of training. */
  readonly seconds: number;
}

const pairsFile = (name: string, pairs: readonly { source: string; target: string }[]): string => {
  writeFileSync(at(name), pairs.map(({ source, target }) => `${source}\t${target}\n`).join(""));
  return at(name);
};

function pairs(
  name: string,
  pairOf: (seed: number, index: number) => { source: string; target: string },
  count: number,
  more: string,
): Found {
  const many = (seed: number, length: number) => Array.from({ length }, (_, i) => pairOf(seed, i));
  const [learned, fresh] = [
    pairsFile(`${name}.txt`, many(1, count)),
    pairsFile(`${name}-new.txt`, many(2, 1000)),
  ];
  const model = at(`${name}.safetensors`);
  const seconds = train(`translate train ${learned} --split 0.95/0.05 ${more} --out ${model}`);
  const [found] = unrolled(`translate eval ${model} ${fresh}`);
  return { found: `${percent(found?.["exact"])} of 1,000 new ones exactly right`, seconds };
}

/** Forecasts by three random seeds, with nothing set but the columns and the horizon. */
function forecasts(name: string, file: string, columns: string, horizon: number, measured = ""): Experiment {
  return {
    name: `${name}, three seeds`,
    needs: file,
    run() {
      let seconds = 0;
      const scores = seeds.map((seed) => {
        const model = at("forecast.safetensors");
        seconds += train(
          `forecast train ${data(file)} ${columns} --horizon ${horizon} --seed ${seed} --force --out ${model}`,
        );
        return unrolled(`forecast eval ${model} ${data(file)} ${measured}`);
      });
      const of = (row: number, key: string): number[] => scores.map((rows) => Number(rows[row]?.[key]));
      const baselines = (scores[0] as Json[]).slice(1).map(({ model, mase }) => `${model} ${figure(mase)}`);
      const own = spread(of(0, "mase"), (value) => figure(value));
      return {
        found: `MASE ${own}; ${baselines.join(", ")}; ${percent(mean(of(0, "coverage")))} within 80 % intervals`,
        seconds,
      };
    },
  };
}

/** Regression of made data with nothing set, by three seeds of the data and of training. */
function numbers(name: string, file: string, reading: string): Experiment {
  return {
    name: `${name}, three seeds`,
    run() {
      let seconds = 0;
      const scores = seeds.map((seed) => {
        const [model, path] = [at("numbers.safetensors"), at(file)];
        writeFileSync(path, made(file, seed));
        seconds += train(`regress train ${path} ${reading} --seed ${seed} --force --out ${model}`);
        return unrolled(`regress eval ${model} ${path} --part test`);
      });
      const of = (model: number, key: string): number[] => scores.map((rows) => Number(rows[model]?.[key]));
      const errors = of(0, "rmse").map((rmse) => rmse ** 2);
      return {
        found: `R² ${spread(of(0, "r2"), (value) => figure(value, 4))}, linear ${figure(mean(of(2, "r2")))}; mean squared error ${mean(errors).toPrecision(2)}`,
        seconds,
      };
    },
  };
}

const made = (file: string, seed: number): string =>
  execFileSync(process.execPath, [main, "data", file, "--seed", String(seed)], {
    encoding: "utf8",
    maxBuffer: 2 ** 30,
  });

const chorales = "jsb-chorales/jsb-chorales-quarter.json";

function music(cell: string, size: number): Experiment {
  return {
    name: `JSB chorales, ${cell} ${size}, five seeds`,
    needs: chorales,
    run() {
      let seconds = 0;
      const nats = [1, 2, 3, 4, 5].map((seed) => {
        const model = at("music.safetensors");
        seconds += train(
          `music train ${data(chorales)} --cell ${cell} --size ${size} --seed ${seed} --out ${model}`,
        );
        return Number(unrolled(`music eval ${model} ${data(chorales)} --part test`)[0]?.["nats"]);
      });
      return {
        found: `${spread(nats, (value) => figure(value))} nats per frame`,
        seconds,
      };
    },
  };
}

const entities = (part: string): string => `tagging/wnut17-${part}.conll`;

/** Of three seeds, on the test file of WNUT-17; training and validation are parts of its training file. */
async function tagging(): Promise<Found> {
  const [learned, test] = [
    await readTagged(data(entities("train"))),
    await readTagged(data(entities("test"))),
  ];
  let seconds = 0;
  const scores: TagScore[] = [];
  for (const seed of seeds) {
    const path = at("entities.safetensors");
    seconds += train(`tag train ${data(entities("train"))} --seed ${seed} --force --out ${path}`);
    const model = await loadModel(path, tag);
    const parts = await model.parts(learned);
    scores.push(await model.score(test, { baseline: parts.train }));
    model.dispose();
  }
  const shown = (of: (score: TagScore) => TagScores | undefined): string =>
    spread(
      scores.map((score) => Number(of(score)?.spans?.f1)),
      asPercent,
    );
  const [own, frequent] = [shown((score) => score), shown(({ baseline }) => baseline)];
  const perceptron = shown((score) => score.perceptron);
  return { found: `F1 of spans ${own}; perceptron ${perceptron}; most frequent tag ${frequent}`, seconds };
}

const asPercent = (value: number): string => percent(value);

/** Surnames in three splits, with nothing set but the shares. */
function names(): Found {
  let seconds = 0;
  const scores = seeds.map((seed) => {
    const [model, from] = [at("names.safetensors"), data("names-by-nationality")];
    const reading = "--without SOURCE --unique";
    seconds += train(
      `classify train ${from} ${reading} --split 0.75/0.05/0.2 --seed ${seed} --force --out ${model}`,
    );
    return unrolled(`classify eval ${model} ${from} ${reading} --part test --baseline`);
  });
  const shown = (row: number): string =>
    spread(
      scores.map((rows) => Number(rows[row]?.["accuracy"])),
      asPercent,
    );
  return { found: `${shown(0)}; linear n-grams ${shown(1)}; naive Bayes ${shown(2)}`, seconds };
}

/** Series with a test file of their own, by three random seeds. */
function series(name: string): Experiment {
  const file = (part: string): string => `series-classification/${name}-${part}.jsonl`;
  return {
    name: `${name}, three seeds`,
    needs: file("train"),
    async run() {
      const [learned, test] = [
        await readLabelledTable(data(file("train"))),
        await readLabelledTable(data(file("test"))),
      ];
      let seconds = 0;
      const scores: (readonly number[])[] = [];
      let titles: readonly string[] = [];
      for (const seed of seeds) {
        const path = at("series.safetensors");
        seconds += train(`classify train ${data(file("train"))} --seed ${seed} --force --out ${path}`);
        const model = await loadModel(path, classify);
        const { accuracy, baselines = [] } = await model.score(test, { baseline: learned });
        titles = baselines.map(({ name: title }) => title);
        scores.push([accuracy, ...baselines.map((baseline) => baseline.accuracy)]);
        model.dispose();
      }
      const shown = (k: number): string =>
        spread(
          scores.map((row) => Number(row[k])),
          asPercent,
        );
      const beside = titles.map((title, k) => `${title} ${shown(k + 1)}`).join("; ");
      return { found: `${shown(0)}; ${beside}`, seconds };
    },
  };
}

const wiki = "wikitext-2-small";

const experiments: readonly Experiment[] = [
  {
    name: "Words of WikiText-2, LSTM 200",
    needs: wiki,
    run() {
      const [model, text] = [at("words.safetensors"), data(`${wiki}/valid.txt`)];
      const seconds = train(
        `train ${text} --unit word --min-count 2 --cell lstm --size 200 --embedding 200 --tied --dropout 0.5 ` +
          `--input-dropout 0.4 --batch 20 --window 35 --epochs 25 --patience 3 --rate 0.002 --clip 1 --out ${model}`,
      );
      const rows = unrolled(`eval ${model} ${data(`${wiki}/test.txt`)} --ngram ${text}`);
      const [own, grams, both] = rows.map((row) => figure(row["perplexity"], 1));
      return { found: `perplexity ${own}; Kneser-Ney trigram ${grams}; half of each ${both}`, seconds };
    },
  },
  { name: "Surnames by language, three splits", needs: "names-by-nationality", run: names },
  series("GunPoint"),
  series("BasicMotions"),
  forecasts("Airline passengers, 12 months", "time-series/airline-passengers.csv", "", 12),
  forecasts("Sunspots, 12 months", "time-series/monthly-sunspots.csv", "", 12, "--stride 3"),
  forecasts("ETTh1, oil temperature, 24 hours", "etth/ETTh1.csv", "--value OT", 24, "--stride 24"),
  numbers("Temperature in batteries", "batteries.csv", "--sequence battery --target core"),
  numbers("The adding problem, 50 steps", "adding.jsonl", "--target sum"),
  numbers("Frequency of noisy waves", "waves.csv", "--target frequency"),
  { name: "Entities of WNUT-17, three seeds", needs: entities("train"), run: tagging },
  music("lstm", 36),
  music("gru", 46),
  music("gru-reset-before", 46),
  music("elman", 100),
  {
    name: "Captions of 10,000 images of shapes",
    run() {
      unrolled(`caption shapes ${at("shapes")} --count 10000`);
      unrolled(`caption shapes ${at("new")} --count 1000 --seed 2`);
      const model = at("captions.safetensors");
      const learned = `${at("shapes")}/captions.json --split 0.97/0.03 --epochs 12 --dropout 0.2`;
      const seconds = train(`caption train ${learned} --out ${model}`);
      const [own, blind] = unrolled(`caption eval ${model} ${at("new")}/captions.json --baseline`);
      return {
        found:
          `${percent(own?.["exact"])} of 1,000 new ones exactly right, BLEU-4 ${figure(own?.["bleu4"])}, with features ` +
          `shuffled ${figure(blind?.["bleu4"])}; ${percent(own?.["ended"])} end within the limit`,
        seconds,
      };
    },
  },
  {
    name: "Captions of 26 photographs by heart",
    needs: "coco-mini-cc",
    run() {
      const [model, captions] = [at("coco.safetensors"), data("coco-mini-cc/captions.json")];
      const cache = `--cache ${at("features")}`;
      const seconds = train(
        `caption train ${captions} ${cache} --split 1 --epochs 60 --batch 16 --out ${model}`,
      );
      const [own] = unrolled(`caption eval ${model} ${captions} ${cache} --part train`);
      const exact = Number(own?.["exact"]) * Number(own?.["images"]);
      return {
        found: `${exact} of ${own?.["images"]} word for word, perplexity ${figure(own?.["perplexity"])}`,
        seconds,
      };
    },
  },
  { name: "Dates in words to ISO dates", run: () => pairs("dates", datePair, 10_000, "--epochs 8") },
  { name: "Reversing up to 20 letters", run: () => pairs("reversal", reversalPair, 20_000, "") },
];

const rows: string[] = [];
for (const { name, needs, run } of experiments) {
  if (!name.includes(options.only)) continue;
  if (needs !== undefined && !existsSync(data(needs))) {
    process.stderr.write(`${name}: left out, as there is no ${data(needs)}\n`);
    continue;
  }
  const { found, seconds } = await run();
  rows.push(`| ${name} | ${found} | ${seconds.toFixed(0)} s |`);
  process.stderr.write(`${name}: ${found}; ${seconds.toFixed(0)} s\n`);
}

if (options.only === "") {
  const page = "docs/tasks.md";
  const mark = "<!-- made by npm run bench:tasks -->";
  const [head] = readFileSync(page, "utf8").split(mark);
  const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} threads, Node ${process.versions.node}`;
  const table = ["| task and model | result | training |", "| --- | --- | ---: |", ...rows].join("\n");
  writeFileSync(page, `${head}${mark}\n\n${machine}.\n\n${table}\n`);
}
