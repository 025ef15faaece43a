// Writes the figures of docs/tasks.md: every task trained and measured with the command line, on data that the project
// makes and on public data, where `--data` names a folder of it. Takes about half an hour: `npm run
// bench:tasks -- --data FOLDER`, with `--only WORDS` for some.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
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
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

interface Experiment {
  readonly name: string;
  /** A path in the folder of public data. */
  readonly needs?: string;
  run(): { readonly found: string; readonly seconds: number };
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
): ReturnType<Experiment["run"]> {
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

function forecasts(
  file: string,
  time: string,
  value: string,
  more: string,
  measured = "",
): Experiment["run"] {
  return () => {
    const model = at("forecast.safetensors");
    const seconds = train(
      `forecast train ${data(file)} --time ${time} --value ${value} ${more} --out ${model}`,
    );
    const [own, , seasonal, linear] = unrolled(
      `forecast eval ${model} ${data(file)} --time ${time} ${measured}`,
    );
    const baselines = `seasonal naive ${figure(seasonal?.["mase"])}, linear ${figure(linear?.["mase"])}`;
    return {
      found: `MASE ${figure(own?.["mase"])} (${baselines}); ${percent(own?.["coverage"])} within 80 % intervals`,
      seconds,
    };
  };
}

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
        found: `${figure(mean(nats))} nats per frame on average, ${nats.map((n) => figure(n)).join(", ")}`,
        seconds,
      };
    },
  };
}

const entities = (part: string): string => `tagging/wnut17-${part}.conll`;

/** Of three seeds, on the test file of WNUT-17; training and validation are parts of its training file. */
function tagging(): ReturnType<Experiment["run"]> {
  let seconds = 0;
  const f1 = [1, 2, 3].map((seed) => {
    const model = at("entities.safetensors");
    seconds += train(`tag train ${data(entities("train"))} --seed ${seed} --force --out ${model}`);
    const [score] = unrolled(`tag eval ${model} ${data(entities("test"))}`);
    return Number((score?.["spans"] as { readonly f1: number } | undefined)?.f1);
  });
  const each = f1.map((value) => percent(value)).join(", ");
  return { found: `F1 of spans ${percent(mean(f1))} on average, ${each}`, seconds };
}

function names(more: string): Experiment["run"] {
  return () => {
    const [model, from] = [at("names.safetensors"), data("names-by-nationality")];
    const reading = "--without SOURCE --unique";
    const seconds = train(
      `classify train ${from} ${reading} --split 0.75/0.05/0.2 --dropout 0.3 ${more} --out ${model}`,
    );
    const [own, bayes] = unrolled(`classify eval ${model} ${from} ${reading} --part test --baseline`);
    const shown = (r: Json | undefined): string =>
      `${percent(r?.["accuracy"])}, macro-F1 ${percent(r?.["macroF1"])}`;
    return { found: `${shown(own)}; naive Bayes ${shown(bayes)}`, seconds };
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
  { name: "Surnames by language", needs: "names-by-nationality", run: names("") },
  { name: "… two layers, embedding", needs: "names-by-nationality", run: names("--layers 2 --embedding 32") },
  { name: "… weights of classes, root", needs: "names-by-nationality", run: names("--class-weights root") },
  { name: "… balanced", needs: "names-by-nationality", run: names("--class-weights balanced") },
  {
    name: "Airline passengers, 12 months",
    needs: "time-series",
    run: forecasts(
      "time-series/airline-passengers.csv",
      "Month",
      "Passengers",
      "--log --seasonal-difference 12 --context 24 --strategy recursive",
    ),
  },
  {
    name: "Sunspots, 12 months",
    needs: "time-series",
    run: forecasts(
      "time-series/monthly-sunspots.csv",
      "Month",
      "Sunspots",
      "--context 132 --strategy recursive",
      "--stride 3",
    ),
  },
  {
    name: "ETTh1, oil temperature, 24 hours",
    needs: "etth",
    run: forecasts(
      "etth/ETTh1.csv",
      "date",
      "OT",
      "--seasonal-difference 24 --horizon 24 --context 72 --calendar",
      "--stride 24",
    ),
  },
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
  const { found, seconds } = run();
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
