// The tasks' commands as a person uses them: trained on files, scored, used, resumed; and errors in files.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { datePair } from "../../src/tasks/translate/dates.ts";
import { randomStream } from "../../src/base/random.ts";
import { midiFrames } from "../../src/tasks/music/midi-frames.ts";
import { fine, objects, refused, temporaryFolder, unrolled } from "./run.ts";
import { sentences } from "./text.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};

/** Words whose vowels tell the class. */
const vowels = { aa: "a", ee: "e", oo: "o" } as const;
const labelled = ((): { text: string; label: string }[] => {
  const stream = randomStream(4, 2);
  return Array.from({ length: 240 }, (_, i) => {
    const label = Object.keys(vowels)[i % 3] as keyof typeof vowels;
    const length = 2 + Math.floor(stream.uniform() * 4);
    const letters = Array.from({ length }, () => "bcdfg"[Math.floor(stream.uniform() * 5)] as string);
    letters.splice(Math.floor(stream.uniform() * length), 1, vowels[label]);
    return { text: letters.join(""), label };
  });
})();

describe("classify", () => {
  const small = ["--size", "12", "--epochs", "12", "--rate", "0.01", "--batch", "16"];
  const csv = write("words.csv", `text,label\n${labelled.map((i) => `"${i.text}",${i.label}\r\n`).join("")}`);
  const model = at("words.safetensors");

  beforeAll(async () => {
    await fine("classify", "train", csv, ...small, "--split", "0.7/0.1/0.2", "--out", model);
  });

  test("scores a part, beside naive Bayes, and plots the confusion matrix", async () => {
    const plot = at("confusion.svg");
    const words = ["classify", "eval", model, csv, "--part", "test", "--baseline", "--force", "--plot", plot];
    const { stdout } = await fine(...words, "--confusion");
    expect(stdout).toMatch(/^true, predicted +1 +2 +3\n1 aa +\d+/mu);
    expect(stdout).toMatch(/^model +accuracy +macro-F1\nthis model +\d+\.\d %/u);
    expect(stdout).toMatch(/naive Bayes/u);
    expect(readFileSync(plot, "utf8")).toContain("<svg");
    const [own, bayes] = objects((await fine(...words, "--json")).stdout);
    expect(own).toMatchObject({ model: "this model", sequences: 48, labels: ["aa", "ee", "oo"] });
    expect(own?.["accuracy"]).toBeGreaterThan(0.9);
    expect(bayes?.["accuracy"]).toBeGreaterThan(0.9);
  });

  test("labels lines, as 'classify predict' and as 'predict'", async () => {
    const lines = write("new.txt", "bacd\n\ndeed\nfoog\n");
    const { stdout } = await fine("predict", model, lines);
    expect(stdout).toMatch(/^aa\t\d\.\d{3}\tbacd\nee\t\d\.\d{3}\tdeed\noo\t\d\.\d{3}\tfoog\n$/u);
    expect((await fine("classify", "predict", model, lines)).stdout).toBe(stdout);
    expect(objects((await fine("predict", model, lines, "--json")).stdout)[0]).toMatchObject({
      input: "bacd",
      label: "aa",
    });
  });

  test("reads folders of lines and of texts, series, and JSON lines", async () => {
    mkdirSync(at("lines"));
    mkdirSync(at("texts/aa"), { recursive: true });
    mkdirSync(at("texts/oo"));
    for (const label of ["aa", "oo"]) {
      const own = labelled.filter((item) => item.label === label).map((item) => item.text);
      write(`lines/${label}.txt`, own.join("\n"));
      own.slice(0, 12).forEach((text, i) => write(`texts/${label}/${i}.txt`, text));
    }
    write("lines/NOTES.txt", "not a class");
    const out = ["--force", "--out", at("other.safetensors"), "--size", "4", "--steps", "4"];
    const { stderr } = await fine("classify", "train", at("lines"), "--without", "NOTES", "--unique", ...out);
    expect(stderr).toMatch(/^2 classes: .*\ntrain on /mu);
    await fine(
      "classify",
      "train",
      at("texts"),
      ...out,
      "--pooling",
      "attention",
      "--class-weights",
      "balanced",
    );
    const series = labelled
      .slice(0, 60)
      .map((_, i) => ({ points: [i % 2, 1, i % 2], kind: i % 2 ? "up" : "down" }));
    const jsonl = write("series.jsonl", series.map((line) => JSON.stringify(line)).join("\n"));
    const words = ["--series", "points", "--label", "kind", "--pooling", "mean", "--one-direction"];
    await fine("classify", "train", jsonl, ...words, ...out);
    const { stdout } = await fine("predict", at("other.safetensors"), jsonl, "--series", "points");
    expect(stdout.split("\n")[0]).toMatch(/^(up|down)\t\d\.\d{3}\t\[0,1,0\]$/u);
  });

  test("resumes where it was stopped, with the same bits", async () => {
    const [whole, parts] = [at("whole.safetensors"), at("parts.safetensors")];
    const words = ["classify", "train", csv, ...small.slice(0, 2), "--steps", "30", "--dropout", "0.2"];
    await fine(...words, "--out", whole);
    let interrupts = 0;
    const first = await unrolled([...words, "--out", parts], {
      onTalk: (said, interrupt) => {
        if (said.includes("validation") && interrupts++ === 0) interrupt();
      },
    });
    expect(first.code).toBe(130);
    expect(first.stderr).toContain(`unrolled classify train ${csv} --resume ${parts}`);
    await fine("classify", "train", csv, "--resume", parts);
    const json = async (path: string): Promise<unknown> =>
      objects((await fine("eval", path, csv, "--json")).stdout)[0]?.["classes"];
    expect(await json(parts)).toEqual(await json(whole));
  });

  test.each<[string, string[], string]>([
    ["a missing column", ["--text", "txt"], "words.csv: there is no column 'txt'"],
    [
      "an option out of range",
      ["--pooling", "min"],
      "--pooling must be one of last, mean, max, attention, not 'min'",
    ],
    ["a label that is not there", ["--without", "uu"], "--without: no sequence has the label 'uu'"],
  ])("refuses %s", async (_name, words, message) => {
    await refused(["classify", "train", csv, ...words, "--out", at("none.safetensors")], message);
    expect(existsSync(at("none.safetensors"))).toBe(false);
  });

  test("refuses damaged files, by line, and labels that were not learned", async () => {
    const ragged = write("ragged.csv", "text,label\nbac,aa\ndeg\n");
    await refused(["classify", "train", ragged], "ragged.csv, line 3");
    const empty = write("empty.csv", "text,label\nbac,aa\n,oo\n");
    await refused(["classify", "train", empty], "empty.csv, line 3: 'text' is empty");
    const one = write("one.csv", "text,label\nbac,aa\ndac,aa\n");
    await refused(["classify", "train", one], "classification needs two labels or more");
    const other = write("other.csv", "text,label\nbac,aa\nduc,uu\n");
    await refused(
      ["classify", "eval", model, other],
      "other.csv, line 3: there is no label 'uu' among the 3 learned",
    );
    await refused(
      ["sample", model],
      "is a model of the task 'classify', not 'language'; use 'unrolled predict'",
    );
    await refused(
      ["predict", model, csv, "--beam", "3"],
      "'classify predict' has no option --beam; only 'language predict', 'caption predict', 'translate predict' have it",
    );
  });
});

describe("translate", () => {
  const pairs = Array.from({ length: 40 }, (_, i) => datePair(1, i));
  const tsv = write("dates.txt", pairs.map((p) => `${p.source}\t${p.target}\n`).join(""));
  const model = at("dates.safetensors");

  beforeAll(async () => {
    const words = ["--size", "24", "--embedding", "12", "--epochs", "60", "--rate", "0.02", "--batch", "10"];
    await fine("translate", "train", tsv, ...words, "--split", "1", "--out", model);
  });

  test("passes only the final states to the decoder without attention", async () => {
    const parameters = async (attention: string): Promise<number> => {
      const words = [
        "--size",
        "8",
        "--embedding",
        "4",
        "--steps",
        "1",
        "--force",
        "--out",
        at("small.safetensors"),
      ];
      const { stderr } = await fine("translate", "train", tsv, ...words, "--attention", attention);
      expect((await fine("predict", at("small.safetensors"), tsv)).stdout.split("\n").length).toBe(41);
      return Number(/with ([\d,]+) parameters/u.exec(stderr)?.[1]?.replaceAll(",", ""));
    };
    expect(await parameters("none")).toBeLessThan(await parameters("additive"));
  });

  test("learns by heart, and prints the translation of lines", async () => {
    const [found] = objects((await fine("translate", "eval", model, tsv, "--json")).stdout);
    expect(found?.["exact"]).toBeGreaterThan(0.9);
    expect(found?.["bleu4"]).toBeGreaterThan(0.95);
    const lines = write("some.txt", `${pairs[0]?.source}\n${pairs[1]?.source}\n`);
    const greedy = (await fine("predict", model, lines)).stdout;
    expect(greedy).toMatch(/^\d{4}-\d\d-\d\d\n\d{4}-\d\d-\d\d\n$/u);
    const [first] = objects((await fine("predict", model, lines, "--beam", "3", "--json")).stdout);
    expect(first).toMatchObject({ source: pairs[0]?.source, text: greedy.split("\n")[0] });
    expect(first?.["beams"]).toHaveLength(3);
  });

  test("refuses lines without a tab, and texts that are too long to attend to", async () => {
    await refused(
      ["translate", "train", write("untabbed.txt", "one\n")],
      "untabbed.txt, line 1: expected a source, a tab and a target, got 'one'",
    );
    const long = write("long.txt", `${"x".repeat(99)}\n`);
    await refused(
      ["predict", model, long],
      "long.txt, line 1: expected at most 44 symbols, which the model can attend to",
    );
  });
});

describe("forecast", () => {
  const months = Array.from({ length: 120 }, (_, i) => {
    const month = `${1990 + Math.floor(i / 12)}-${String(1 + (i % 12)).padStart(2, "0")}`;
    return [month, 100 + i + 30 * Math.sin((Math.PI * i) / 6) + ((i * 37) % 11)] as const;
  });
  const csv = write("months.csv", `month,sold\n${months.map((row) => `${row.join(",")}\n`).join("")}`);
  const model = at("months.safetensors");
  const reading = ["--time", "month"];
  const shape = [
    "--value",
    "sold",
    "--seasonal-difference",
    "12",
    "--context",
    "24",
    "--size",
    "12",
    "--horizon",
    "6",
  ];

  beforeAll(async () => {
    const { stderr } = await fine(
      "forecast",
      "train",
      csv,
      ...reading,
      ...shape,
      "--epochs",
      "20",
      "--out",
      model,
    );
    expect(stderr).toContain("120 steps of 1 month; train on the first 84, validate on 12");
  });

  test("is scored beside simple baselines on origins that training did not see", async () => {
    const rows = objects((await fine("eval", model, csv, ...reading, "--json")).stdout);
    expect(rows.map((row) => row["model"]).join(", ")).toBe(
      "this model, naive, seasonal naive, seasonal naive with drift, linear, theta",
    );
    const [own, , seasonal] = rows;
    expect(own).toMatchObject({ origins: 19, horizon: 6 });
    expect(own?.["mase"]).toBeLessThan(seasonal?.["mase"] as number);
    const { stdout } = await fine("eval", model, csv, ...reading);
    expect(stdout).toMatch(/^model +MASE +sMAPE +CRPS +in 80 % intervals\nthis model/u);
    expect(stdout).toContain("19 origins from 1998-01-01, 6 steps each");
  });

  test("predicts the next steps, in order, and writes them", async () => {
    const out = at("next.csv");
    const rows = objects((await fine("predict", model, csv, ...reading, "--csv", out, "--json")).stdout);
    expect(rows.map((row) => row["time"])).toEqual(
      ["01", "02", "03", "04", "05", "06"].map((month) => `2000-${month}-01`),
    );
    for (const row of rows) {
      expect(row["sold 0.1"]).toBeLessThanOrEqual(row["sold 0.5"] as number);
      expect(row["sold 0.5"]).toBeLessThanOrEqual(row["sold 0.9"] as number);
    }
    expect(readFileSync(out, "utf8").split("\n")[0]).toBe("time,sold 0.1,sold 0.5,sold 0.9");
  });

  test("refuses gaps, disorder and columns that are not there, by line", async () => {
    const changed = (name: string, rows: readonly (readonly (string | number)[])[]): string =>
      write(name, `month,sold\n${rows.map((row) => `${row.join(",")}\n`).join("")}`);
    const without = changed("gap.csv", months.toSpliced(50, 1));
    await refused(["forecast", "train", without, ...reading, ...shape], "gap.csv, line 52");
    await fine(
      "forecast",
      "train",
      without,
      ...reading,
      ...shape,
      "--gaps",
      "fill",
      "--steps",
      "2",
      "--out",
      at("gap.st"),
    );
    const swapped = changed("swapped.csv", [
      ...months.slice(0, 9),
      months[10]!,
      months[9]!,
      ...months.slice(11),
    ]);
    await refused(["forecast", "train", swapped, ...reading, ...shape], "swapped.csv, line 12");
    const text = changed("text.csv", [...months.slice(0, 30), ["1992-07", "many"], ...months.slice(31)]);
    await refused(["forecast", "train", text, ...reading, ...shape], "text.csv, line 32");
    const several = write(
      "several.csv",
      "month,day,sold,left\n1990-01,1990-01-01,1,2\n1990-02,1990-02-01,2,3\n",
    );
    await refused(
      ["forecast", "train", several],
      "there is no column 'time', and several columns could be meant; name one (--time) of month, day, sold, left",
    );
    await refused(
      ["forecast", "train", several, "--time", "month"],
      "there is no column 'value', and several columns could be meant; name one (--value) of",
    );
    await refused(
      ["forecast", "train", csv, ...reading, "--value", "solds"],
      "there is no column 'solds'; did you mean 'sold'?",
    );
    await refused(
      ["forecast", "train", csv, ...reading, ...shape, "--quantiles", "0.1,0.9"],
      "--quantiles must be numbers between 0 and 1, with 0.5",
    );
    await refused(
      ["forecast", "train", csv, ...reading, "--value", "sold", "--context", "200"],
      "have no room for 200 steps to read",
    );
  });
});

describe("music", () => {
  const piece = (root: number): number[][] =>
    Array.from({ length: 12 }, (_, t) => (t % 2 ? [root, root + 4] : [root + 7]));
  const json = write(
    "pieces.json",
    JSON.stringify({ train: [60, 62, 64, 65].map(piece), valid: [piece(67)], test: [piece(60)] }),
  );
  const model = at("pieces.safetensors");

  beforeAll(async () => {
    await fine("music", "train", json, "--size", "24", "--steps", "150", "--rate", "0.02", "--out", model);
  });

  test("scores nats per frame, and composes a file that a MIDI reader opens", async () => {
    const [all] = objects((await fine("music", "eval", model, json, "--part", "all", "--json")).stdout);
    expect(all).toMatchObject({ frames: 72, pieces: 6 });
    const [found] = objects((await fine("music", "eval", model, json, "--part", "test", "--json")).stdout);
    expect(found).toMatchObject({ frames: 12, pieces: 1 });
    expect(found?.["nats"]).toBeLessThan(8);
    const out = at("new.mid");
    await fine("predict", model, json, "--beginning", "4", "--length", "20", "--midi", out);
    const { frames } = midiFrames(readFileSync(out), out);
    expect(frames.slice(0, 4)).toEqual(piece(60).slice(0, 4));
    await fine("music", "eval", model, out);
  });

  test("refuses notes without a key, damaged files, and a split of parts", async () => {
    await refused(
      ["music", "train", json, "--split", "0.9"],
      "the pieces are in parts already, so 0.9 would do nothing",
    );
    await refused(
      ["music", "eval", model, json, "--part", "train", "--baseline"],
      "--baseline learns from the training part; give --part validation or --part test",
    );
    await refused(["music", "train", json, "--lowest", "61", "--keys", "20"], "pieces.json");
    await refused(["music", "eval", model, write("not.mid", "MThd")], "not.mid");
    await refused(["predict", model, "--beginning", "4"], "--beginning needs a piece to begin with");
  });
});

describe("language of words", () => {
  const text = write("story.txt", sentences(9000));
  const model = at("story.safetensors");

  beforeAll(async () => {
    const words = ["--size", "16", "--embedding", "16", "--tied", "--batch", "8", "--window", "10"];
    await fine("train", text, "--unit", "word", ...words, "--rate", "0.02", "--epochs", "4", "--out", model);
  });

  test("is scored in perplexity, beside n-grams and mixed with them", async () => {
    const all = ["eval", model, text, "--part", "all"];
    const { stdout } = await fine(...all);
    expect(stdout).toMatch(
      /^\d\.\d{3} nats, perplexity \d+\.\d, over [\d,]+ of [\d,]+ words, \d\.\d{3} bits per byte\n$/u,
    );
    const [own, grams, mixed] = objects((await fine(...all, "--ngram", text, "--json")).stdout);
    const [plain] = objects((await fine(...all, "--json")).stdout);
    expect(own?.["perplexity"]).toBeCloseTo(plain?.["perplexity"] as number, 3);
    expect(grams?.["model"]).toBe("Kneser-Ney, 3-grams");
    expect(mixed?.["perplexity"]).toBeLessThan(own?.["perplexity"] as number);
  });

  test("writes words with spaces between them", async () => {
    const { stdout } = await fine(
      "sample",
      model,
      "--prompt",
      "the cat",
      "--length",
      "12",
      "--temperature",
      "0.5",
    );
    expect(stdout).toMatch(/^the cat [a-z. \n]+\n$/u);
  });
});
