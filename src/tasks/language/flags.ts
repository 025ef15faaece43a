// Language models on the command line: trained on a text, scored on another, and writing text.
import { z } from "zod";
import { readLines, readUtf8 } from "../../formats/files.ts";
import { taskCommand, type Report, type UseContext, type TaskCommand } from "../command.ts";
import {
  dropRate,
  flag,
  flagOf,
  flags,
  mostBeams,
  number,
  oneOf,
  partField,
  searchFields,
  seedFlag,
  texts,
  whole,
  wholeFrom,
  zeroOrMore,
} from "../shared/flags.ts";
import { heldOutByDefault } from "../shared/scored-part.ts";
import { decimals, grouped, table } from "../shared/words.ts";
import { units, type Text } from "../../text/symbols.ts";
import { dropoutOfWords, languageDefaults, trainingOfWords } from "./design.ts";
import { language, type LanguageModel, type WriteSettings } from "./language.ts";
import { lossInWords } from "./loss-words.ts";
import { readText, readTextWith } from "./text-files.ts";

/** Flags of sampling, which beam search does not use. */
const sampling = {
  temperature: zeroOrMore
    .default(1)
    .describe("divisor of the logits: 0 always takes the most likely symbol, higher is more random"),
  topK: whole(0).default(0).describe("sample only from the k most likely symbols; 0 for all"),
  topP: number("a number from 0 to 1", (n) => n >= 0 && n <= 1)
    .default(1)
    .describe("sample only from the most likely symbols whose probabilities sum to this; 1 for all"),
  seed: seedFlag,
};

const writing = flags(
  {
    prompt: texts.describe("the beginning of the text; may be repeated, for several texts"),
    prompts: z.string().optional().describe("a text file with one beginning per line"),
    length: whole(0).default(500).describe("maximum number of symbols to write"),
    ...sampling,
    stop: texts.describe(String.raw`stop before this text; \n is the end of a line; may be repeated`),
    match: z.string().optional().describe("a regular expression that the whole text must match"),
    beam: wholeFrom(1, mostBeams)
      .optional()
      .describe("width of a beam search for the most likely text, instead of sampling"),
    lengthPenalty: searchFields("texts", "symbol").lengthPenalty,
  },
  { prompts: "file", match: "pattern", beam: "n" },
);

type Writing = ReturnType<(typeof writing)["parse"]>;

const learning = flags(
  {
    window: whole(1).default(50).describe("time steps between two updates (k1)"),
    bptt: whole(1)
      .optional()
      .describe("time steps that gradients flow back (k2), the window or more (default: the window)"),
    unit: oneOf(units)
      .default("char")
      .describe(
        "symbols of the text: char, byte, word or subword; word has other defaults: " +
          `--batch ${trainingOfWords.batch} --window ${trainingOfWords.window} --rate ${trainingOfWords.rate} --schedule ${trainingOfWords.schedule} --epochs ${trainingOfWords.epochs}`,
      ),
    tokenizer: z.string().optional().describe("a tokenizer.json, for --unit subword; the model keeps it"),
    minCount: whole(1)
      .optional()
      .describe("words that occur fewer times become unknown (default: 2 in a text of 10,000 words or more)"),
    tied: flag.describe(
      "use the embedding's matrix for the output, too, as --unit word does; --embedding must equal --size",
    ),
    untied: flag.describe("with --unit word: a matrix of its own for the output"),
    inputDropout: dropRate
      .optional()
      .describe(
        `rate of dropout on the embedded symbols (default: 0; ${dropoutOfWords.inputDropout} with --unit word)`,
      ),
  },
  { bptt: "n", unit: "unit", tokenizer: "file", minCount: "n" },
);

/** Texts one after the other. */
async function readTexts(
  paths: readonly string[],
  { unit, tokenizer, minCount }: ReturnType<(typeof learning)["parse"]>,
): Promise<{ readonly data: Text }> {
  if ((unit === "subword") !== (tokenizer !== undefined))
    throw new Error("--unit subword and --tokenizer FILE go together; give both or neither");
  if (unit !== "word" && (minCount ?? 1) > 1)
    throw new Error("--min-count is for --unit word; leave it out, or give that unit");
  return {
    data: await readText(paths, {
      unit,
      ...(tokenizer !== undefined && { tokenizer }),
      ...(unit === "word" && minCount !== undefined && { minCount }),
    }),
  };
}

export const languageCommand: TaskCommand = taskCommand({
  maker: language,
  about: "language models: predict and write text",
  shortForms: { train: "train", predict: "sample" },
  renamed: { "--horizon": "--bptt" },
  train: {
    about: "train a model that predicts the next symbol of a text",
    file: "a text in UTF-8, or several; with --unit byte, any file",
    ending: ".txt",
    examples: [
      "train book.txt",
      "train book.txt --cell gru --size 256 --layers 2 --minutes 10",
      "train book.txt --cell my.cell --optimizer rmsprop",
      "train book.txt --resume book-gru.safetensors --epochs 20",
    ],
    hasEmbedding: true,
    batches: "parallel stretches of the text",
    defaults: {
      ...languageDefaults,
      embedding: "0; the size with --unit word",
      dropout: `0; ${dropoutOfWords.dropout} with --unit word`,
    },
    flags: learning,
    read: (path, settings) => readTexts([path], settings),
    readSeveral: readTexts,
    options({ tied, untied, inputDropout }, given) {
      if (tied && untied) throw new Error("--tied and --untied exclude each other; leave one out");
      // Earlier versions wrote 'tied' alone into their files.
      const isUntied = untied || (given["tied"] === false && given["untied"] === undefined);
      return {
        ...(inputDropout !== undefined && { inputDropout }),
        ...(tied && { tied }),
        ...(isUntied && { tied: false }),
      };
    },
    training({ window: given, bptt, unit }, typed) {
      const isFree = ([name]: [string, unknown]): boolean => typed[name] === undefined;
      const { epochs, ...rest } = trainingOfWords;
      const hasBudget = ["epochs", "steps", "minutes"].some((name) => typed[name] !== undefined);
      const suited = { ...rest, ...(!hasBudget && { epochs }) };
      const ofWords = unit === "word" ? Object.entries(suited).filter(isFree) : [];
      const { window = given, ...others } = Object.fromEntries(ofWords) as Partial<typeof trainingOfWords>;
      return { ...others, window, bptt: bptt ?? window };
    },
  },
  score: {
    async beside(model, part, { train }) {
      const order = model.symbols.measure === "perplexity" ? 3 : 5;
      const score = await model.score(part, { order, baseline: firstSymbols(train, mostLearned) });
      const { baseline } = score;
      return {
        ...compared(score, model.symbols),
        betterBaseline: baseline && baseline.nats <= score.nats ? baseline.name : undefined,
      };
    },
  },
  evaluate: {
    about: "score how well a model predicts a text",
    file: "a text with the model's symbols",
    ending: ".txt",
    flags: flags(
      {
        part: partField,
        ngram: z
          .string()
          .optional()
          .describe("a text for an n-gram baseline, also mixed with the model: usually the training text"),
        order: whole(1).default(3).describe("length of the baseline's n-grams"),
      },
      { part: "part", ngram: "file" },
    ),
    async run(model, path, { part: chosen, ngram, order }, { given, say }) {
      if (ngram === undefined && given["order"] !== undefined)
        throw new Error("--order is for an n-gram baseline; give --ngram FILE, too, or leave it out");
      const text = await readTextWith(path as string, model.symbols);
      const part = chosen ?? (await heldOutByDefault(model, text, { say }, symbolsIn));
      const data = part === "all" ? text : (await model.parts(text))[part];
      if (!data) throw new Error(`--part ${part}: training had no such part; choose another`);
      if (ngram !== undefined) {
        return compared(
          await model.score(data, { baseline: await readTextWith(ngram, model.symbols), order }),
          model.symbols,
        );
      }
      const { nats, bits, perplexity, bitsPerByte, tokens, symbols } = await model.score(data);
      const { noun, measure } = model.symbols;
      const found = `${lossInWords(nats, model.symbols)}, over ${grouped(tokens)} of ${grouped(symbols)} ${noun}s`;
      const perByte =
        measure === "perplexity" && bitsPerByte !== undefined
          ? `, ${bitsPerByte.toFixed(3)} bits per byte`
          : "";
      return {
        json: [{ nats, bits, perplexity, bitsPerByte, tokens }],
        text: `${found}${perByte}`,
      };
    },
  },
  predict: {
    about: "write text with a model",
    file: "a text file to continue",
    ending: ".txt",
    isOptional: true,
    flags: writing,
    async run(model, path, settings, context) {
      checkIdle(settings, context);
      const prompts = await promptsOf(model, path, settings);
      const stops = settings.stop.map((stop) =>
        stop.replaceAll(String.raw`\n`, "\n").replaceAll(String.raw`\t`, "\t"),
      );
      if (settings.beam !== undefined) return search(model, settings, prompts, stops);
      const { length, temperature, topK, topP, match } = settings;
      const choice = { length, temperature, topK, topP, stops, ...(match !== undefined && { match }) };
      return prompts.length > 1
        ? writeAll(model, prompts, { ...choice, seed: settings.seed })
        : writeOne(model, prompts[0] ?? "", { ...choice, seed: settings.seed }, context);
    },
  },
});

const symbolsIn = (text: Text | string): number => (typeof text === "string" ? text.length : text.ids.length);

/** n-grams take much memory: a long text's beginning is enough for a comparison. */
const mostLearned = 1_000_000;

function firstSymbols(text: Text | string, most: number): Text | string {
  if (typeof text === "string" || text.ids.length <= most) return text;
  return { ...text, ids: text.ids.subarray(0, most), bytes: 0 };
}

/** The model, the n-grams and the mean of both, in a table. */
function compared(
  score: Awaited<ReturnType<LanguageModel["score"]>>,
  { measure, noun }: LanguageModel["symbols"],
): Report {
  const { baseline, mixture, tokens } = score;
  const [unit, digits] = measure === "perplexity" ? ["perplexity", 1] : [`bits per ${noun}`, 3];
  const others = [baseline, mixture].filter((row) => row !== undefined);
  const rows = [{ name: "this model", nats: score.nats, perplexity: score.perplexity }, ...others];
  return {
    json: rows.map(({ name, nats, perplexity }) => ({ model: name, nats, perplexity, tokens })),
    text: table(
      ["model", "nats", unit as string],
      rows.map((row) => [
        row.name,
        decimals(row.nats),
        decimals(measure === "perplexity" ? row.perplexity : row.nats / Math.LN2, digits as number),
      ]),
    ),
  };
}

/** Throws for flags that others make idle. */
function checkIdle({ beam, match, stop }: Writing, { given }: UseContext): void {
  if (match !== undefined && stop.length > 0)
    throw new Error("--stop could cut a text that --match requires; write the end into the pattern instead");
  if (beam === undefined && given["lengthPenalty"] !== undefined)
    throw new Error("--length-penalty is for beam search; give --beam, too, or leave it out");
  const idle = Object.keys(sampling).find((name) => given[name] !== undefined);
  if (beam !== undefined && idle !== undefined)
    throw new Error(`beam search does not sample; leave out ${flagOf(idle)}, or --beam`);
}

/** All prompts, checked against the model's symbols; an error names the file and line. */
async function promptsOf(
  model: LanguageModel,
  path: string | undefined,
  { prompt, prompts: file }: Writing,
): Promise<string[]> {
  const check = (text: string, place: string): string => {
    try {
      model.symbols.encode(text);
      return text;
    } catch (cause) {
      throw new Error(`${place}: ${(cause as Error).message}`, { cause });
    }
  };
  const lines = file === undefined ? [] : await readLines(file);
  const begun = path === undefined ? [] : [check(await readUtf8(path), path)];
  const all = [...begun, ...prompt, ...lines.map(({ text, place }) => check(text, place))];
  return all.length > 0 ? all : [""];
}

async function search(
  model: LanguageModel,
  { beam: width = 1, length, lengthPenalty, match }: Writing,
  prompts: readonly string[],
  stops: readonly string[],
): Promise<Report> {
  const [stop, ...more] = stops;
  if (more.length > 0)
    throw new Error("beam search stops at one symbol; give --stop once, with a single symbol");
  const found = await model.search(prompts, {
    width,
    length,
    lengthPenalty,
    ...(stop !== undefined && { stop }),
    ...(match !== undefined && { match }),
  });
  return {
    json: found.map((beams, i) => ({ prompt: prompts[i], text: beams[0]?.text, beams })),
    text: found.map((beams, i) => `${prompts[i]}${beams[0]?.text ?? ""}`).join("\n"),
  };
}

async function writeAll(
  model: LanguageModel,
  prompts: readonly string[],
  settings: WriteSettings & { readonly seed: number },
): Promise<Report> {
  const written = await model.writeAll(prompts, settings);
  return {
    json: written.map((one, i) => ({ prompt: prompts[i], ...one, seed: settings.seed + i })),
    text: written.map((one, i) => `${prompts[i]}${one.text}`).join("\n"),
  };
}

/** So that a terminal shows text as it comes, and a pipe is not given single letters. */
const millisecondsBetweenWrites = 25;

/** Shown while it is written. */
async function writeOne(
  model: LanguageModel,
  prompt: string,
  settings: WriteSettings & { readonly seed: number },
  context: UseContext,
): Promise<Report> {
  const { seed: from } = settings;
  let [all, waiting, written] = [prompt, prompt, 0];
  for await (const piece of model.write(prompt, settings)) {
    all += piece;
    waiting += piece;
    if (performance.now() - written < millisecondsBetweenWrites) continue;
    await context.out(waiting);
    [waiting, written] = ["", performance.now()];
  }
  return {
    json: [{ prompt, text: all.slice(prompt.length), seed: from }],
    text: all.endsWith("\n") ? waiting : `${waiting}\n`,
  };
}
