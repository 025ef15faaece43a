// Text from a language model: one as it is made, or many at once; by chance or by beam search; to a stop or a pattern.
import { z } from "zod";
import type { Constraint } from "../infer/constraint.ts";
import type { GenerateSettings } from "../infer/continuation.ts";
import { createSampler, type TextCodec } from "../infer/sample.ts";
import { drawTexts, searchTexts } from "../infer/texts.ts";
import { readLines, readUtf8 } from "../formats/files.ts";
import { patternConstraint } from "../infer/pattern-constraint.ts";
import { openCodec, symbolTexts } from "../text/subwords.ts";
import type { LanguageTask } from "../tasks/language/language.ts";
import { asInput, InputError } from "./failure.ts";
import { mostBeams, searchFields } from "./search-fields.ts";
import { flagOf, number, readSettings, texts, whole, wholeFrom } from "./settings.ts";
import { modelOf, type ModelUse, type OpenModel, type Report } from "./tasks/task-commands.ts";
import type { Terminal } from "./terminal.ts";
import type { Given } from "./train-settings.ts";

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
  lengthPenalty: searchFields("texts", "symbol").lengthPenalty,
};

/** So that a terminal shows text as it comes, and a pipe is not given single letters. */
const millisecondsBetweenWrites = 25;

type Sampling = z.infer<z.ZodObject<typeof fields>>;

/** What is to be written, with everything that it takes. */
interface Request {
  readonly model: OpenModel<LanguageTask>;
  readonly text: TextCodec;
  readonly settings: Sampling;
  readonly prompts: readonly string[];
  readonly stops: readonly string[];
  /** Where there is a pattern. */
  readonly held: { readonly constraint?: Constraint };
}

export const sampling: ModelUse = {
  about: "write text with a model",
  file: "a text to go on from",
  isOptional: true,
  fields,
  valueNames: { prompts: "file", match: "pattern" },
  async use(opened, path, given, { terminal, json }) {
    const model = modelOf(opened, "language");
    const settings = readSettings(z.object(fields), given);
    checkIdle(settings, given);
    const { match, stop, prompt, prompts: file } = settings;
    const text = openCodec(model.task.text);
    const lines = file === undefined ? [] : await readLines(file);
    for (const { text: beginning, place } of lines) checkPrompt(text, beginning, place);
    const prompts = [...prompt, ...lines.map((line) => line.text)];
    if (path !== undefined) {
      prompts.unshift(await readUtf8(path));
      checkPrompt(text, prompts[0] as string, path);
    }
    const request: Request = {
      model,
      text,
      settings,
      prompts: prompts.length > 0 ? prompts : [""],
      stops: stop.map((own) => own.replaceAll(String.raw`\n`, "\n").replaceAll(String.raw`\t`, "\t")),
      held: match === undefined ? {} : { constraint: patternConstraint(match, symbolTexts(model.task.text)) },
    };
    if (settings.beam > 0) return asInput(() => search(request));
    return prompts.length > 1 ? asInput(() => drawAll(request)) : draw(request, terminal, json);
  },
};

/** Throws an `InputError` for options that others make idle. */
function checkIdle({ beam, match, stop }: Sampling, given: Given): void {
  if (match !== undefined && stop.length > 0)
    throw new InputError("--stop would cut what --match asks for; write the end into the pattern instead");
  if (beam === 0 && given["lengthPenalty"] !== undefined)
    throw new InputError("--length-penalty is of beam search: give a --beam, too, or leave it out");
  const idle = Object.keys(chance).find((name) => given[name] !== undefined);
  if (beam > 0 && idle !== undefined)
    throw new InputError(`--beam leaves nothing to chance: leave out ${flagOf(idle)}, or --beam`);
}

async function search({ model, text, settings, prompts, stops, held }: Request): Promise<Report> {
  const { beam: width, length: longest, lengthPenalty } = settings;
  const end = endOf(stops, text.encode);
  const ending = end === undefined ? {} : { end };
  const found = await searchTexts({
    ...model,
    text,
    prompts,
    width,
    longest,
    lengthPenalty,
    ...ending,
    ...held,
  });
  return {
    json: found.map((beams, i) => ({ prompt: prompts[i], text: beams[0]?.text, beams })),
    text: found.map((beams, i) => `${prompts[i]}${beams[0]?.text ?? ""}`).join("\n"),
  };
}

function choiceOf({ settings, stops, held }: Request): GenerateSettings {
  const { length, temperature, topK, topP } = settings;
  return { length, temperature, topK, topP, stops, ...held };
}

async function drawAll(request: Request): Promise<Report> {
  const { model, text, prompts } = request;
  const { seed } = request.settings;
  const made = await drawTexts({ ...model, text, prompts, seed, ...choiceOf(request) });
  return {
    json: made.map((one, i) => ({ prompt: prompts[i], ...one, seed: seed + i })),
    text: made.map((one, i) => `${prompts[i]}${one.text}`).join("\n"),
  };
}

/** Shown as it is made. */
async function draw(request: Request, terminal: Terminal, json: boolean): Promise<Report> {
  const { model, text, prompts } = request;
  const [prompt = ""] = prompts;
  const { network, device, store } = model;
  const { seed } = request.settings;
  const sampler = await createSampler({ network, device, store, text, seed });
  await asInput(() => sampler.prime(prompt));
  let [all, waiting, written] = [prompt, prompt, 0];
  for await (const piece of sampler.generate(choiceOf(request))) {
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
}

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
