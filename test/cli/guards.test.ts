// What commands must not do: write over what they read, take other data for a model's parts, other steps or encoders for
// its own, or leave a run that cannot be resumed.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { datePair } from "../../src/tasks/translate/dates.ts";
import { filterBank } from "../../src/tasks/caption/images/filter-bank.ts";
import { fine, objects, refused, temporaryFolder } from "./run.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const write = (name: string, text: string | Uint8Array): string => {
  writeFileSync(at(name), text);
  return at(name);
};
const tiny = ["--size", "6", "--steps", "4", "--resumable"];

const words = Array.from({ length: 60 }, (_, i) => `${["ab", "ba"][i % 2]}${"cde"[i % 3]},${"xy"[i % 2]}\n`);
const table = write("table.csv", `text,label\n${words.join("")}`);
const pairs = write(
  "pairs.txt",
  Array.from({ length: 40 }, (_, i) => datePair(1, i))
    .map((p) => `${p.source}\t${p.target}\n`)
    .join(""),
);
const series = (name: string, hours: number, count: number, zone = ""): string =>
  write(
    name,
    `time,v\n${Array.from({ length: count }, (_, i) => {
      const time = new Date(Date.UTC(2024, 0, 1) + i * hours * 3.6e6).toISOString().slice(0, 19);
      return `${time}${zone},${10 + (i % 7) + (i % 5)}\n`;
    }).join("")}`,
  );
const daily = series("daily.csv", 24, 90, "+02:00");
const notes = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => [[60 + ((from + i) % 12)], [64]]);
const rolls = write("rolls.json", JSON.stringify({ train: notes(0, 20) }));

const model = (name: string): string => at(`${name}.safetensors`);

beforeAll(async () => {
  await fine("classify", "train", table, ...tiny, "--split", "0.6/0.2/0.2", "--out", model("label"));
  await fine("translate", "train", pairs, ...tiny, "--embedding", "4", "--out", model("dates"));
  const shape = ["--context", "14", "--horizon", "7", "--split", "0.6/0.2/0.2"];
  await fine("forecast", "train", daily, "--value", "v", ...shape, ...tiny, "--out", model("daily"));
  await fine("music", "train", rolls, ...tiny, "--split", "0.7/0.1/0.2", "--out", model("music"));
  await fine("caption", "shapes", at("shapes"), "--count", "12");
  const caption = ["--embedding", "4", "--split", "0.8"];
  await fine("caption", "train", at("shapes/captions.json"), ...caption, ...tiny, "--out", model("caption"));
});

describe("runs are resumed", () => {
  test.each([
    ["translate", pairs, "dates"],
    ["caption", at("shapes/captions.json"), "caption"],
    ["forecast", daily, "daily"],
    ["music", rolls, "music"],
    ["classify", table, "label"],
  ])("of %s", async (command, file, name) => {
    const copy = at(`resumed-${name}.safetensors`);
    copyFileSync(model(name), copy);
    const { stderr } = await fine(command, "train", file, "--resume", copy, "--steps", "6");
    expect(stderr).toContain("resumed after update 4");
    expect(stderr).toContain("6 updates in");
  });

  test("only by their own task", async () => {
    await refused(
      ["translate", "train", pairs, "--resume", model("label")],
      "label.safetensors is a model of the task 'classify', not 'translate'; resume it with 'unrolled classify train'",
    );
  });
});

describe("nothing is written over what is read", () => {
  test.each([
    [["classify", "eval", model("label"), table, "--plot", table], "--plot must name a .svg file"],
    [
      ["forecast", "predict", model("daily"), daily, "--csv", daily],
      "daily.csv exists; --force writes over it, --csv FILE names another",
    ],
    [
      ["forecast", "predict", model("daily"), daily, "--csv", daily, "--force"],
      "is a file that this command reads; give the output another name",
    ],
    [["forecast", "predict", model("daily"), daily, "--csv", at("next.txt")], "--csv must name a .csv file"],
    [["music", "predict", model("music"), "--midi", model("music")], "--midi must name a .mid file"],
    [
      ["caption", "eval", model("caption"), at("shapes/captions.json"), "--page", at("shapes/captions.json")],
      "--page must name a .html file",
    ],
    [["caption", "shapes", at("shapes")], "files already; name a new one, or empty it"],
    [["caption", "shapes", table], "is a file, or may not be read; name a new folder"],
  ])("%j", async (command, message) => {
    const before = [table, daily, model("music"), at("shapes/captions.json")].map((file) =>
      readFileSync(file),
    );
    await refused(command, message);
    expect(
      [table, daily, model("music"), at("shapes/captions.json")].map((file) => readFileSync(file)),
    ).toEqual(before);
  });
});

describe("parts are those of the training", () => {
  test("not those of other rows, or of the same in another order", async () => {
    const part = (file: string, ...more: string[]): string[] => {
      return ["classify", "eval", model("label"), file, "--part", "test", ...more];
    };
    await fine(...part(table));
    const turned = write("turned.csv", `text,label\n${[...words].reverse().join("")}`);
    await refused(part(turned), "these are not the data that the model was trained on (60 items");
    await refused(part(table, "--unique"), "give the same data and options");
    await fine("classify", "eval", model("label"), turned);
  });

  test("a text's, too", async () => {
    const text = write("text.txt", "the cat sat on the mat. ".repeat(40));
    await fine(
      "train",
      text,
      ...tiny,
      "--batch",
      "4",
      "--window",
      "8",
      "--split",
      "0.6/0.2/0.2",
      "--out",
      model("text"),
    );
    const [whole] = objects((await fine("eval", model("text"), text, "--part", "all", "--json")).stdout);
    const [held] = objects((await fine("eval", model("text"), text, "--part", "test", "--json")).stdout);
    expect(held?.["tokens"]).toBeLessThan(0.3 * Number(whole?.["tokens"]));
    const other = write("other.txt", "the cat sat on the mat. ".repeat(41));
    await refused(
      ["eval", model("text"), other, "--part", "test"],
      "these are not the data that the model was trained on (984 items, expected 960",
    );
  });

  test("a forecast is scored on times after the training part, whatever the table's length", async () => {
    const shorter = series("shorter.csv", 24, 74, "+02:00");
    await refused(["eval", model("daily"), shorter], "there are no 7 steps from 2024-03-13 on");
    const { stdout } = await fine("eval", model("daily"), series("longer.csv", 24, 120, "+02:00"));
    expect(stdout).toContain("42 origins from 2024-03-13,");
    await refused(
      ["eval", model("daily"), daily, "--origins", "99"],
      "use a longer series, or at most 12 origins",
    );
  });

  test("music without parts of its own is split as the model's was", async () => {
    const frames = async (...more: string[]): Promise<unknown> =>
      objects((await fine("eval", model("music"), rolls, "--json", ...more)).stdout)[0]?.["pieces"];
    const parts = ["all", "test", "train"].map((part) => frames("--part", part));
    expect([await frames(), ...(await Promise.all(parts))]).toEqual([4, 20, 4, 14]);
    const other = write("other.json", JSON.stringify({ train: notes(1, 20) }));
    await refused(
      ["eval", model("music"), other, "--part", "test"],
      "these are not the data that the model was trained on",
    );
    await fine("eval", model("music"), other);
  });
});

describe("other data than the model's", () => {
  test("steps of another length", async () => {
    await refused(
      ["forecast", "predict", model("daily"), series("hourly.csv", 1, 90)],
      "the model learned steps of 1 day, but the series has steps of 1 hour",
    );
  });

  test("midnights of a zone come out as days", async () => {
    const { stdout } = await fine("predict", model("daily"), daily);
    expect(stdout).toMatch(/^2024-03-31 /mu);
  });

  test("another encoder, as wide as the model's", async () => {
    const bank = filterBank();
    const other = bank.slice();
    // One of its weights is another.
    const middle = Math.floor(other.length / 2);
    other[middle] = (other[middle] as number) ^ 1;
    const copy = write("bank.onnx", bank);
    const image = at("shapes/00001.png");
    const { stdout } = await fine("predict", model("caption"), image);
    expect((await fine("predict", model("caption"), image, "--encoder", copy)).stdout).toBe(stdout);
    await refused(
      ["predict", model("caption"), image, "--encoder", write("other.onnx", other)],
      "other.onnx is not the encoder that the model was trained with",
    );
  });

  test.each([
    [
      ["eval", model("label"), table, "--order", "2"],
      "'classify eval' has no option --order; only 'language eval' has it",
    ],
    [["train", pairs, "--min-count", "2"], "--min-count is for --unit word; leave it out"],
    [
      ["translate", "train", pairs, "--attention", "none", "--max-source-length", "9"],
      "--max-source-length needs attention; leave it out, or leave out --attention none",
    ],
    [["predict", model("music"), rolls], "give the number of frames to begin with, such as --beginning 16"],
    [["predict", model("music"), rolls, "--beginning", "9"], "--beginning 9: the first piece of"],
    [["forecast", "train", daily, "--value", "v,v"], "the column 'v' is named twice; name it once"],
    [
      ["classify", "train", table, "--text", "label", "--label", "label"],
      "'label' cannot be both the sequence and its label; name another column",
    ],
    [
      ["eval", model("label"), table, "--part", "valid"],
      "--part must be one of all, train, validation, test",
    ],
    [
      ["translate", "predict", model("dates"), pairs, "--beam", "1001"],
      "--beam must be a whole number from 1 to 1000",
    ],
  ])("%j", async (command, message) => {
    await refused(command, message);
    expect(existsSync(at("piece.mid"))).toBe(false);
  });
});
