// Text from a language model: one as it is made, or many at once; by chance or by beam search; to a stop or a pattern.
import { z } from "zod";
import { createSampler, type TextCodec } from "../generate/sample.ts";
import { drawTexts, searchTexts } from "../generate/texts.ts";
import { readLines } from "../io/files.ts";
import { patternConstraint } from "../io/pattern-constraint.ts";
import { openCodec, symbolTexts } from "../io/subwords.ts";
import { asInput, InputError } from "./failure.ts";
import { mostBeams } from "./search-fields.ts";
import { flagOf, number, readSettings, texts, whole, wholeFrom } from "./settings.ts";
import { modelOf, type ModelUse } from "./tasks/task-commands.ts";

/** What does nothing to beam search. */
const chance = {
  temperature: number("a number, 0 or more", (n) => n >= 0 && Number.isFinite(n))
    .default(1)
    .describe("0 always takes the most likely, more is wilder"),
  topK: whole(0).default(0).describe("choose among so many of the most likely; 0 for all"),
  topP: number("a number from 0 to 1", (n) => n >= 0 && n <= 1)
    .default(1)
    .describe("choose among the most likely that have this share together"),
  seed: number("a whole number", Number.isSafeInteger).default(1).describe("of the choice"),
};

const fields = {
  prompt: texts.describe("the beginning of the text; several times for several texts"),
  prompts: z.string().optional().describe("a text file with a beginning on each line"),
  length: whole(0).default(500).describe("symbols to make: characters, bytes or words"),
  ...chance,
  stop: texts.describe(
    String.raw`end where this comes, and do not show it; \n is a line's end; may be repeated`,
  ),
  match: z.string().optional().describe("a regular expression that what is made must match, from end to end"),
  beam: wholeFrom(0, mostBeams)
    .default(0)
    .describe("texts that are grown at once to find the most likely; 0 draws by chance"),
  lengthPenalty: number("a number, 0 or more", (n) => n >= 0 && Number.isFinite(n))
    .default(0)
    .describe("of beam search: 0 ranks by probability, 1 nearly by its mean over symbols"),
};

/** So that a terminal shows text as it comes, and a pipe is not given single letters. */
const millisecondsBetweenWrites = 25;

export const sampling: ModelUse = {
  about: "write text with a model",
  fields,
  valueNames: { prompts: "file", match: "pattern" },
  async use(opened, _path, given, { terminal, json }) {
    const model = modelOf(opened, "language");
    const { prompts: file, match, beam, lengthPenalty, ...own } = readSettings(z.object(fields), given);
    const lines = file === undefined ? [] : await readLines(file);
    const prompts = [...own.prompt, ...lines.map((line) => line.text)];
    const stops = own.stop.map((stop) =>
      stop.replaceAll(String.raw`\n`, "\n").replaceAll(String.raw`\t`, "\t"),
    );
    const { length, temperature, topK, topP, seed } = own;
    if (match !== undefined && stops.length > 0)
      throw new InputError("--stop would cut what --match asks for; write the end into the pattern instead");
    const text = openCodec(model.task.text);
    for (const { text: beginning, place } of lines) checkPrompt(text, beginning, place);
    const constraint =
      match === undefined ? undefined : patternConstraint(match, symbolTexts(model.task.text));
    const held = constraint && { constraint };
    if (beam === 0 && given["lengthPenalty"] !== undefined)
      throw new InputError("--length-penalty is of beam search: give a --beam, too, or leave it out");
    if (beam > 0) {
      const idle = Object.keys(chance).filter((name) => given[name] !== undefined);
      if (idle.length > 0)
        throw new InputError(
          `--beam leaves nothing to chance: leave out ${flagOf(idle[0] as string)}, or --beam`,
        );
      const end = endOf(stops, text.encode);
      const search = {
        width: beam,
        longest: length,
        lengthPenalty,
        ...(end !== undefined && { end }),
        ...held,
      };
      const all = prompts.length > 0 ? prompts : [""];
      const found = await asInput(() => searchTexts({ ...model, text, prompts: all, ...search }));
      return {
        json: found.map((beams, i) => ({ prompt: all[i], text: beams[0]?.text, beams })),
        text: found.map((beams, i) => `${all[i]}${beams[0]?.text ?? ""}`).join("\n"),
      };
    }
    const choice = { length, temperature, topK, topP, stops, ...held };
    if (prompts.length > 1) {
      const made = await asInput(() => drawTexts({ ...model, text, prompts, seed, ...choice }));
      return {
        json: made.map((one, i) => ({ prompt: prompts[i], ...one, seed: seed + i })),
        text: made.map((one, i) => `${prompts[i]}${one.text}`).join("\n"),
      };
    }
    const [prompt = ""] = prompts;
    const { network, device, store } = model;
    const sampler = await createSampler({ network, device, store, text, seed });
    await asInput(() => sampler.prime(prompt));
    let [all, waiting, written] = [prompt, prompt, 0];
    for await (const piece of sampler.generate(choice)) {
      all += piece;
      waiting += piece;
      if (json || performance.now() - written < millisecondsBetweenWrites) continue;
      await terminal.out(waiting);
      [waiting, written] = ["", performance.now()];
    }
    return {
      json: [{ prompt, text: all.slice(prompt.length), seed }],
      text: all.endsWith("\n") ? waiting : `${waiting}\n`,
    };
  },
};

/** Throws for what the model's alphabet lacks, by file and line. */
function checkPrompt({ encode }: TextCodec, beginning: string, place: string): void {
  try {
    encode(beginning);
  } catch (cause) {
    throw new InputError(`${place}: ${(cause as Error).message}`, { cause });
  }
}

/** The one symbol that ends what beam search grows. */
function endOf(stops: readonly string[], encode: (text: string) => ArrayLike<number>): number | undefined {
  const [stop, ...more] = stops;
  if (stop === undefined) return undefined;
  const ids = encode(stop);
  if (more.length === 0 && ids.length === 1) return ids[0];
  throw new InputError(
    "--beam ends texts at one symbol: give one --stop that is a single symbol of the model",
  );
}
