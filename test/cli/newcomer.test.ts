// What people type who come from other programs: their words, files in odd places, and names of files that exist already.
import { existsSync, lstatSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { withoutSynonyms } from "../../src/cli/synonyms.ts";
import { fine, objects, refused, temporaryFolder } from "./run.ts";
import { sentences } from "./text.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};
const tiny = ["--size", "6", "--steps", "2"];
const text = write("text.txt", sentences(2000));
const model = (name: string): string => at(`${name}.safetensors`);
const series = Array.from({ length: 60 }, (_, i) => {
  return `${new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10)},${10 + (i % 7)}\n`;
});

beforeAll(async () => {
  await fine("train", text, ...tiny, "--batch", "4", "--window", "10", "--out", model("text"));
  await fine("train", text, ...tiny, "--batch", "4", "--window", "10", "--resumable", "--out", model("run"));
  const table = write("table.csv", `text,label\n${"good film,+\nbad film,-\n".repeat(20)}`);
  await fine("classify", "train", table, ...tiny, "--out", model("label"));
  const days = write("days.csv", `day,v\n${series.join("")}`);
  const shape = ["--context", "7", "--horizon", "3"];
  await fine("forecast", "train", days, ...shape, ...tiny, "--out", model("days"));
  const pieces = write(
    "pieces.json",
    JSON.stringify({ train: Array.from({ length: 20 }, () => [[60], [64], [67]]) }),
  );
  await fine("music", "train", pieces, ...tiny, "--out", model("music"));
  await fine("caption", "shapes", at("shapes"), "--count", "12");
  const caption = ["--embedding", "4", ...tiny];
  await fine("caption", "train", at("shapes/captions.json"), ...caption, "--out", model("caption"));
});

describe("words of other programs", () => {
  test.each([
    ["--lr", "--rate"],
    ["--learning-rate", "--rate"],
    ["--learning_rate", "--rate"],
    ["--batch-size", "--batch"],
    ["--batch_size", "--batch"],
    ["--hidden", "--size"],
    ["--hidden-size", "--size"],
    ["--hidden-dim", "--size"],
    ["--units", "--size"],
    ["--num-layers", "--layers"],
    ["--embedding-dim", "--embedding"],
    ["--embedding-size", "--embedding"],
    ["--num-epochs", "--epochs"],
    ["--max-epochs", "--epochs"],
    ["--max-steps", "--steps"],
    ["--iterations", "--steps"],
    ["--seq-len", "--window"],
    ["--grad-clip", "--clip"],
    ["--max-length", "--length"],
    ["--num-threads", "--threads"],
    ["--beam-size", "--beam"],
  ])("%s is %s", (theirs, ours) => {
    expect(withoutSynonyms(["train", "a.txt", theirs, "3"])).toEqual(["train", "a.txt", ours, "3"]);
    expect(withoutSynonyms(["train", `${theirs}=3`, "a.txt"])).toEqual(["train", `${ours}=3`, "a.txt"]);
    expect(withoutSynonyms(["sample", "m", "--", theirs])).toEqual(["sample", "m", "--", theirs]);
  });

  test("train with them is train with ours", async () => {
    const theirs = ["--lr", "0.01", "--batch_size", "4", "--hidden=6", "--max-steps", "2", "--seq-len", "10"];
    const ours = ["--rate", "0.01", "--batch", "4", "--size=6", "--steps", "2", "--window", "10"];
    await fine("train", text, ...theirs, "--num-layers", "2", "--out", model("theirs"));
    await fine("train", text, ...ours, "--layers", "2", "--out", model("ours"));
    expect(readFileSync(model("theirs"))).toEqual(readFileSync(model("ours")));
  });

  test("evaluate, test, fit, infer and generate are commands, also behind a task", async () => {
    const evaluated = (await fine("eval", model("text"), text)).stdout;
    expect((await fine("evaluate", model("text"), text)).stdout).toBe(evaluated);
    expect((await fine("test", model("text"), text)).stdout).toBe(evaluated);
    expect((await fine("language", "evaluate", model("text"), text)).stdout).toBe(evaluated);
    const written = (await fine("sample", model("text"), "--length", "20")).stdout;
    expect((await fine("generate", model("text"), "--length", "20")).stdout).toBe(written);
    expect((await fine("language", "generate", model("text"), "--max-length", "20")).stdout).toBe(written);
    expect((await fine("predict", model("text"), "--length", "20")).stdout).toBe(written);
    const labels = (await fine("predict", model("label"), at("table.csv"))).stdout;
    expect((await fine("infer", model("label"), at("table.csv"))).stdout).toBe(labels);
    await fine("fit", text, ...tiny, "--out", model("fitted"));
  });

  test.each([
    ["--gpu", "there is no GPU device"],
    ["--verbose", "progress is always shown"],
    ["--fp16", "there is no mixed precision"],
  ])("%s is answered", async (option, answer) => {
    await refused(["train", text, option], answer);
  });

  test.each([
    ["book.txt", "unrolled train book.txt"],
    ["days.csv", "unrolled forecast train days.csv"],
    ["names.safetensors", "unrolled eval names.safetensors"],
  ])("a file in the place of a command: %s", async (file, command) => {
    await refused([file], command);
    await refused([file, "--epochs", "3"], `'${file}' is no command; name what to do with the file first`);
  });

  test("typing errors of commands, options and names are answered with what is nearest", async () => {
    await refused(["trian", text], "train");
    await refused(["train", text, "--sise", "3"], "--size");
    await refused(["train", text, "--cell", "lstmm"], "'lstm'");
    await refused(["train", at("texd.txt")], "there is no such file");
    await refused(["data", "boook"], "book");
  });
});

test("line ends of Windows are said, since the model learns them", async () => {
  const windows = write("windows.txt", `${sentences(1000)}\r\n${sentences(1000)}`);
  const small = ["--batch", "4", "--window", "10", ...tiny];
  const { stderr } = await fine("train", windows, ...small, "--out", model("windows"));
  expect(stderr).toContain("its lines end as on Windows (\\r\\n), and so will those that the model writes");
  expect((await fine("train", text, ...small, "--out", model("unix"))).stderr).not.toContain("Windows");
});

test.skipIf(!existsSync("/proc/self"))("a folder that takes no files is not called absent", async () => {
  await refused(
    ["train", text, ...tiny, "--out", "/proc/x"],
    "no file can be made in /proc; choose another folder",
  );
});

test("several texts are read one after the other", async () => {
  const [a, b] = [write("a.txt", "abab abab. ".repeat(40)), write("b.txt", "cdcd cdcd. ".repeat(40))];
  const small = ["--batch", "2", "--window", "8", ...tiny];
  const { stderr } = await fine("train", a, b, ...small, "--out", model("both"));
  expect(stderr).toContain("train on 792 characters, validate on the last 88");
  const other = write("c.txt", readFileSync(a, "utf8") + readFileSync(b, "utf8"));
  await fine("train", other, ...small, "--out", model("one"));
  expect(objects((await fine("eval", model("both"), other, "--part", "all", "--json")).stdout)).toEqual(
    objects((await fine("eval", model("one"), other, "--part", "all", "--json")).stdout),
  );
});

describe("what exists is written over with --force only", () => {
  const files = (name: string) => [at(name), write(name, "a thing of the user's")] as const;
  test.each<[string, string, string[]]>([
    ["a plot of labels", "kept-label.svg", ["eval", model("label"), at("table.csv"), "--plot"]],
    ["a table of forecasts", "kept-next.csv", ["predict", model("days"), at("days.csv"), "--csv"]],
    ["a plot of forecasts", "kept-next.svg", ["predict", model("days"), at("days.csv"), "--plot"]],
    ["a plot of scores", "kept-scores.svg", ["eval", model("days"), at("days.csv"), "--plot"]],
    ["a piece of music", "kept.mid", ["predict", model("music"), "--midi"]],
    ["a page", "kept.html", ["eval", model("caption"), at("shapes/captions.json"), "--page"]],
  ])("%s", async (_, name, words) => {
    const [path] = files(name);
    await refused([...words, path], "exists; --force writes over it");
    expect(readFileSync(path, "utf8")).toBe("a thing of the user's");
    await fine(...words, path, "--force");
    expect(readFileSync(path).length).toBeGreaterThan(100);
  });

  test.each<[string, string[]]>([
    ["train", ["train", text, ...tiny, "--batch", "4"]],
    ["slim", ["slim", model("run")]],
  ])("a model, by %s; what is no model, not even then", async (name, words) => {
    const out = at(`kept-${name}.safetensors`);
    writeFileSync(out, readFileSync(model("label")));
    await refused([...words, "--out", out], "exists and holds a model of 2 updates; --force writes over it");
    expect(readFileSync(out)).toEqual(readFileSync(model("label")));
    await fine(...words, "--out", out, "--force");
    expect(readFileSync(out)).not.toEqual(readFileSync(model("label")));
    writeFileSync(out, "a thing of the user's");
    await refused([...words, "--out", out, "--force"], "exists and is not a model that can be replaced");
    expect(readFileSync(out, "utf8")).toBe("a thing of the user's");
  });

  test("a link is written through, and stays one where nothing is behind it", async () => {
    symlinkSync(at("behind.safetensors"), at("link.safetensors"));
    const words = ["train", text, ...tiny, "--batch", "4", "--out", at("link.safetensors")];
    await fine(...words);
    expect(lstatSync(at("link.safetensors")).isSymbolicLink()).toBe(true);
    expect(lstatSync(at("behind.safetensors")).isFile()).toBe(true);
  });
});

describe("data", () => {
  test("lists files and makers, each with the command that uses it", async () => {
    const { stdout } = await fine("data");
    for (const name of ["book.txt", "reviews.csv", "sales.csv", "pieces.json", "names", "dates", "reversals"])
      expect(stdout).toContain(name);
    const listed = objects((await fine("data", "--json")).stdout);
    expect(listed.length).toBeGreaterThanOrEqual(7);
  });

  test("each can be trained on with the command that stands beside it", async () => {
    const listed = objects((await fine("data", "--json")).stdout) as { name: string; use: string }[];
    for (const { name, use } of listed) {
      const file = write(name, (await fine("data", name)).stdout);
      const words = use.split(" ").map((word) => (word === name ? file : word));
      await fine(...words, ...tiny, "--out", model(`of-${name}`));
    }
  });

  test("prints one, the same each time, as many as are asked for", async () => {
    const book = (await fine("data", "book.txt")).stdout;
    expect((await fine("data", "book")).stdout).toBe(book);
    const dates = (await fine("data", "dates", "--count", "30")).stdout;
    expect((await fine("data", "dates", "--count", "30")).stdout).toBe(dates);
    expect((await fine("data", "dates", "--count", "30", "--seed", "2")).stdout).not.toBe(dates);
    expect(dates.trimEnd().split("\n").length).toBeGreaterThanOrEqual(30);
    await refused(["data", "book", "--count", "3"], "--count would do nothing; leave it out");
    await refused(["data", "nothing-like-it"], "(there are book.txt, reviews.csv, ");
  });
});
