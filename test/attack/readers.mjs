// The readers of files under attack: valid samples, made here or kept beside the tests, and how each is read. A reader also
// does the first thing that is done with what was read, since some of a file is looked at only then.
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { jsonChanged } from "./mutate.mjs";

const encode = (text) => new TextEncoder().encode(text);
const golden = (path) => new Uint8Array(readFileSync(new URL(`../goldens/${path}`, import.meta.url)));

/** A file of the reader's own, written anew for each input. */
function ownFile(name) {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-attack-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  return {
    path,
    write(bytes) {
      writeFileSync(path, bytes);
      return path;
    },
  };
}

const words = "the cat sat on the mat and a dog dug in the yard while rain fell".split(" ");
const prose = `${words.join(" ")}. `.repeat(8);

/** By name: opens the reader with a function that loads modules of the package. */
const openers = {
  async model(load) {
    const { decodeFile } = await load("checkpoint/checkpoint.js");
    const { openFile } = await load("checkpoint/open.js");
    const { decodeSafetensors, encodeSafetensors } = await load("formats/safetensors.js");
    const { tasks } = await load("tasks/index.js");
    const device = (await load("plan.js")).referenceDevice();
    const samples = await modelSamples(load);
    const changed = (metadata, key, random) => {
      if (metadata[key] === undefined) return;
      metadata[key] = jsonChanged(random, metadata[key]);
    };
    return {
      samples,
      named: "attacked.safetensors",
      async read(bytes) {
        const file = await decodeFile(bytes, tasks, "attacked.safetensors");
        const model = await openFile(file, tasks, { device, name: "attacked.safetensors" });
        model.dispose();
      },
      /** Half of the inputs are a sample with another description and a checksum that fits it. */
      seal(bytes, random) {
        if (random.chance(0.5)) return bytes;
        const { tensors, metadata } = decodeSafetensors(random.of(samples));
        const { checksum: _, ...rest } = metadata;
        for (let more = true; more; more = random.chance(0.3))
          changed(rest, random.chance(0.8) ? "model" : "training", random);
        const content = encodeSafetensors(tensors, rest);
        const checksum = createHash("sha256").update(content).digest("hex");
        return encodeSafetensors(tensors, { ...rest, checksum });
      },
    };
  },

  async tokenizer(load) {
    const { readTokenizer } = await load("text/tokenizer.js");
    const { subwordSymbols } = await load("text/subword-symbols.js");
    const part = (pre_tokenizer, model) =>
      encode(
        JSON.stringify({
          model,
          added_tokens: [{ id: 3, content: "<end>", special: true }],
          normalizer: { type: "Replace", pattern: { Regex: " {2,}" }, content: " " },
          pre_tokenizer,
          post_processor: null,
          decoder: { type: "WordPiece", prefix: "##", cleanup: true },
        }),
      );
    const split = {
      type: "Split",
      pattern: { Regex: "\\p{L}+|\\s+|\\d{1,3}" },
      behavior: "Isolated",
      invert: false,
    };
    return {
      kind: "json",
      named: "attacked.json",
      pieces: ["(a+)+$", "(a|a)*", "\\s*\\s*\\s*", '"Regex":"(x?)*y"', "1000000000", "[^a]{1,999}"],
      samples: [
        golden("tokenizer/tokenizer.json"),
        part(split, { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: ["a b"] }),
        part(
          {
            type: "Sequence",
            pretokenizers: [split, { type: "ByteLevel", add_prefix_space: false, use_regex: true }],
          },
          {
            type: "WordPiece",
            vocab: { "[UNK]": 0, a: 1, "##b": 2 },
            unk_token: "[UNK]",
            max_input_chars_per_word: 100,
          },
        ),
        part(null, {
          type: "Unigram",
          vocab: [
            ["<unk>", 0],
            ["a", -1.5],
            ["b", -2],
          ],
          unk_id: 0,
        }),
      ],
      read(bytes) {
        const symbols = subwordSymbols(readTokenizer(new TextDecoder().decode(bytes), "attacked.json"));
        for (const text of [prose, "a".repeat(200), " ".repeat(200), "ab".repeat(100)]) symbols.encode(text);
        symbols.textOf(1);
      },
    };
  },

  async midi(load) {
    const { midiBytes } = await load("tasks/music/midi-bytes.js");
    const { midiFrames } = await load("tasks/music/midi-frames.js");
    const piece = Array.from({ length: 32 }, (_, t) => (t % 4 === 3 ? [] : [60 + (t % 5), 64, 67 + (t % 3)]));
    const event = (delta, ...bytes) => [delta, ...bytes];
    const track = [
      ...event(0, 0xc0, 5),
      ...Array.from({ length: 12 }, (_, i) => [
        ...event(0, 0x90, 60 + i, 90),
        ...event(96, 0x80, 60 + i, 0),
      ]).flat(),
      ...event(0, 0xff, 0x2f, 0),
    ];
    const header = [
      0x4d,
      0x54,
      0x68,
      0x64,
      0,
      0,
      0,
      6,
      0,
      0,
      0,
      1,
      0,
      96,
      0x4d,
      0x54,
      0x72,
      0x6b,
      0,
      0,
      0,
      track.length,
    ];
    return {
      named: "attacked.mid",
      samples: [
        midiBytes(piece),
        midiBytes(piece, { tempo: 90, resolution: 4 }),
        Uint8Array.from([...header, ...track]),
      ],
      read: (bytes) => void midiFrames(bytes, "attacked.mid"),
    };
  },

  async json(load) {
    const { decodeTable } = await load("formats/decode-table.js");
    const { pianoRollsOfJson } = await load("tasks/music/piano-roll-files.js");
    const rows = Array.from({ length: 20 }, (_, i) => ({
      text: words.slice(0, i % 9).join(" "),
      label: `l${i % 3}`,
      n: i / 3,
      list: [i, 2],
    }));
    const rolls = { train: [[[60, 64], [], [67]]], valid: [[[60]]], test: [[[72], [71, 74]]] };
    const reads = ["attacked.json", "attacked.jsonl"];
    return {
      kind: "json",
      named: "attacked.json",
      pieces: ["[", "{", '{"a":', "]}", '"k', "\\u0000", "\n{}\n"],
      samples: [
        JSON.stringify(rows),
        rows.map((row) => JSON.stringify(row)).join("\n"),
        JSON.stringify(rolls),
      ].map(encode),
      async read(bytes) {
        const errors = [];
        for (const name of reads) await decodeTable(name, bytes).catch((error) => errors.push(error));
        try {
          pianoRollsOfJson(new TextDecoder().decode(bytes), "attacked.json");
        } catch (error) {
          errors.push(error);
        }
        const fault = errors.find((error) => error.constructor !== Error);
        if (fault ?? errors.length === 3) throw fault ?? errors[0];
      },
    };
  },

  async csv(load) {
    const { decodeTable } = await load("formats/decode-table.js");
    const { numberOf } = await load("formats/table.js");
    const lines = Array.from(
      { length: 25 },
      (_, i) => `2024-01-${String(i + 1).padStart(2, "0")},${i * 1.5},"${words[i % 9]}, ${words[i % 5]}"`,
    );
    const text = `date,value,note\n${lines.join("\n")}\n`;
    return {
      kind: "text",
      named: "attacked.csv",
      pieces: [",", ";", "\t", '"', '""', "\r\n", "sep=;\n", "1,5"],
      samples: [text, text.replaceAll(",", ";"), text.replaceAll("\n", "\r\n"), `\ufeff${text}`].map(encode),
      async read(bytes) {
        const { columns } = await decodeTable("attacked.csv", bytes);
        for (const { cells } of columns) for (const cell of cells) numberOf(cell);
      },
    };
  },

  async parquet(load) {
    const { decodeTable } = await load("formats/decode-table.js");
    return {
      named: "attacked.parquet",
      samples: ["small", "plain", "nested", "tagged"].map((name) => golden(`tables/${name}.parquet`)),
      read: (bytes) => decodeTable("attacked.parquet", bytes),
    };
  },

  async conll(load) {
    const { readTagged } = await load("tasks/tag/tagged-files.js");
    const file = ownFile("attacked.conll");
    const sentence = words.map((word, i) => `${word}\tNN\t${i % 4 === 0 ? "B-PER" : "O"}`).join("\n");
    const universal = words
      .map((word, i) => `${i + 1}\t${word}\t${word}\tNOUN\tNN\t_\t0\troot\t_\t_`)
      .join("\n");
    return {
      kind: "text",
      named: "attacked.conll",
      pieces: ["\n\n", "\t", " ", "# text = a\n", "-DOCSTART- -X- O O\n", "B-", "1-2\tab\t_\n"],
      samples: [
        `${sentence}\n\n${sentence}\n`,
        sentence.replaceAll("\t", " "),
        `# sent_id = 1\n${universal}\n`,
      ].map(encode),
      read: (bytes) => readTagged(file.write(bytes)),
    };
  },

  async onnx(load) {
    const { filterBank } = await load("tasks/caption/images/filter-bank.js");
    const { readOnnx, viewGraph, withOutput, writeOnnx } = await load("tasks/caption/images/onnx/model.js");
    const { imageInput } = await load("tasks/caption/images/onnx/image-input.js");
    const { findTap } = await load("tasks/caption/images/onnx/tap.js");
    return {
      named: "attacked.onnx",
      samples: [filterBank()],
      read(bytes) {
        const model = readOnnx(bytes, "attacked.onnx");
        const view = viewGraph(model);
        imageInput(view, "attacked.onnx");
        let tap;
        try {
          tap = findTap(view);
        } catch (error) {
          throw error.constructor === Error ? new Error(`attacked.onnx: ${error.message}`) : error;
        }
        writeOnnx(withOutput(model, tap.value));
      },
    };
  },

  async image(load) {
    let sharp;
    try {
      ({ default: sharp } = await import("sharp"));
    } catch {
      return "the package sharp is not installed";
    }
    const { readImage } = await load("tasks/caption/images/image-file.js");
    const pixels = Uint8Array.from({ length: 3 * 24 * 20 }, (_, i) => (i * 37 + (i >> 5)) % 256);
    const image = () => sharp(pixels, { raw: { width: 24, height: 20, channels: 3 } });
    const made = [
      image().png(),
      image().jpeg(),
      image().webp(),
      image().png({ palette: true }),
      image().jpeg({ progressive: true }),
    ];
    return {
      named: "attacked.png",
      samples: (await Promise.all(made.map((one) => one.toBuffer()))).map((bytes) => new Uint8Array(bytes)),
      read: (bytes) => readImage(bytes, { name: "attacked.png" }),
    };
  },

  async captions(load) {
    const { readCaptionList } = await load("tasks/caption/caption-list-file.js");
    const file = ownFile("attacked.json");
    const coco = {
      images: [1, 2, 3].map((id) => ({ id, file_name: `${id}.jpg` })),
      annotations: [1, 2, 3, 1].map((image_id, id) => ({
        id,
        image_id,
        caption: words.slice(0, 3 + id).join(" "),
      })),
    };
    const karpathy = {
      images: [1, 2].map((id) => ({ filename: `${id}.jpg`, split: "train", sentences: [{ raw: "a cat" }] })),
    };
    const list = [1, 2].map((id) => ({ file: `${id}.jpg`, captions: ["a cat", "a dog"], split: "val" }));
    const tokens = [1, 2, 3].map((id) => `${id}.jpg#0\ta cat sat\n${id}.jpg#1\ta dog`).join("\n");
    const table = 'image,caption,split\n1.jpg,a cat,train\n2.jpg,"a dog, dug",val\n';
    return {
      kind: "json",
      named: "attacked.json",
      pieces: ["../", "#0\t", ",", "|", "[", "{", "\u001b[2J"],
      samples: [...[coco, karpathy, list].map((value) => JSON.stringify(value)), tokens, table].map(encode),
      read: (bytes) => readCaptionList(file.write(bytes)),
    };
  },

  async patterns(load) {
    const { patternConstraint } = await load("infer/pattern-constraint.js");
    const tokens = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));
    const atoms = [
      "a",
      "b",
      ".",
      "\\d",
      "\\w",
      "\\s",
      "[a-z]",
      "[^a]",
      "\\p{L}",
      "\\p{Lu}",
      "é",
      "x?",
      "ab",
      "\\n",
      "",
    ];
    const counts = [
      "",
      "",
      "",
      "",
      "?",
      "?",
      "{2}",
      "{1,3}",
      "*",
      "+",
      "?",
      "{3}",
      "{0,9}",
      "{2,}",
      "{1,60}",
      "{0,900}",
      "{200}",
      "*?",
      "{0,40}",
    ];
    const several = (random, most, part) => Array.from({ length: 1 + random.below(most) }, part);
    const repeated = (random, part) => `(?:${part})${random.of(counts)}`;
    const group = (random, depth) => {
      const part = () => (depth > 0 && random.chance(0.4) ? group(random, depth - 1) : random.of(atoms));
      const sequence = () => several(random, 4, () => repeated(random, part())).join("");
      const alternatives = several(random, 3, sequence).join("|");
      return `${random.chance(0.99) ? "(?:" : random.of(["(", "(?=", "(?<!", "["])}${alternatives})`;
    };
    return {
      named: "pattern",
      samples: ["\\d{4}-\\d\\d-\\d\\d", "(yes|no)", "[A-Z][a-z]*( [a-z]+)*[.!?]"].map(encode),
      make: (random) => {
        const most = random.of([2, 2, 5, 30]);
        const parts = several(random, most, () => repeated(random, group(random, random.below(3))));
        const text = parts.join("").repeat(random.of([1, 1, 1, 1, 40]));
        return encode(random.chance(0.95) ? text : text.slice(0, random.below(20_000)));
      },
      read(bytes) {
        try {
          patternConstraint(new TextDecoder().decode(bytes), tokens);
        } catch (error) {
          // The tokens cannot spell it.
          if (!error.message.startsWith("constraint: no sequence")) throw error;
        }
      },
    };
  },
};

/** The files of small models of several tasks, and of a run. */
async function modelSamples(load) {
  const { classify, forecast, language, regress, tag, train, translate } = await load("index.js");
  const { referenceDevice } = await load("plan.js");
  const { encodeModel, encodeRun } = await load("checkpoint/checkpoint.js");
  const device = referenceDevice();
  const small = { size: 3, cell: "gru" };
  const start = Date.UTC(2024, 0, 1);
  const times = Float64Array.from({ length: 60 }, (_, i) => start + i * 864e5);
  const values = Float64Array.from({ length: 60 }, (_, i) => Math.sin(i / 3) + i / 20);
  const series = { start, frequency: { every: 1, unit: "day" }, times, columns: [{ name: "sold", values }] };
  const pairs = Array.from({ length: 12 }, (_, i) => ({
    source: words[i],
    target: [...words[i]].reverse().join(""),
  }));
  const labelled = words.map((value, i) => ({ value, label: i % 2 ? "odd" : "even" }));
  const tagged = Array.from({ length: 8 }, (_, i) => ({
    value: words.slice(i, i + 5),
    tags: ["A", "B", "A", "B", "A"],
  }));
  const made = [
    [language(small), prose],
    [classify({ ...small, embedding: 2 }), labelled],
    [regress(small), words.map((value) => ({ value, target: value.length }))],
    [tag(small), tagged],
    [translate(small), pairs],
    [forecast({ ...small, horizon: 3, context: 8 }), series],
  ];
  const files = [];
  for (const [task, data] of made) {
    try {
      const run = train(task, data, { device, steps: 1, batch: 2 });
      await run.finish();
      files.push(
        await encodeModel(await (await run.latest()).file()),
        ...(files.length === 0 ? [await encodeRun(await run.snapshot())] : []),
      );
      run.dispose();
    } catch (error) {
      throw new Error(`the sample model of '${task.kind}' cannot be made: ${error.message}`, {
        cause: error,
      });
    }
  }
  return files;
}

export const readerNames = Object.keys(openers);

/** A reader of the package in `dist`, or one of those with a planted fault; a text says why there is none. */
export async function openReader(name, dist) {
  const open = openers[name] ?? (await import("./planted.mjs")).planted[name];
  return open((path) => import(pathToFileURL(join(dist, path)).href));
}
