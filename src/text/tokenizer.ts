// Sub-words from a `tokenizer.json`, read by Hugging Face's own package. Keeps the text of the file, so that a model
// can carry its tokens. Trains no tokenizer.
import { Tokenizer } from "@huggingface/tokenizers";
import { parseJson } from "../base/json.ts";
import { backtrackingFault } from "./backtracking.ts";

export interface SubwordTokenizer {
  /** The file's text as it was, for a model file. */
  readonly json: string;
  /** One more than the largest id. */
  readonly size: number;
  /** Ids of added tokens that are marked special, by their text. */
  readonly special: ReadonlyMap<string, number>;
  /** The id of what the tokenizer does not know; undefined where it knows everything, or leaves the rest out. */
  readonly unknown: number | undefined;
  has(id: number): boolean;
  /** [N]; special tokens are read where the text spells them, and none is added. */
  encode(text: string): Int32Array;
  /** The text of ids, special tokens included. Throws at an id that the file has no token for. */
  decode(ids: ArrayLike<number>): string;
}

const models = ["BPE", "WordPiece", "Unigram"];
/** Ids without a token, which models have columns for: at most this share of the tokens, and this many beyond. */
const unusedShare = 4;
const unusedIds = 1000;
/** The most steps that change a text, those before and after the model together; tokenizers in use have up to ten. */
const mostSteps = 64;
/** How many times as long they may make a text, all together. */
const mostGrowth = 100;

/**
 * A tokenizer of the text of a `tokenizer.json`. `where` begins the errors: a file that is not JSON or no tokenizer,
 * a model other than BPE, WordPiece and Unigram, a part that the package does not know, ids far beyond the number of
 * tokens, and a pattern that some texts would keep busy for ever.
 */
export function readTokenizer(json: string, where = "tokenizer.json"): SubwordTokenizer {
  const content = parsed(json, where);
  const model = content["model"] as { type?: unknown; vocab?: unknown } | undefined;
  if (typeof model !== "object" || model === null || typeof model.vocab !== "object" || model.vocab === null)
    throw new Error(`${where}: it has no model with a vocabulary; save it with tokenizer.save() again`);
  if (!models.includes(String(model.type)))
    throw new Error(
      `${where}: the model must be one of ${models.join(", ")}, not ${JSON.stringify(model.type)}; convert it`,
    );
  checkIds(model.vocab, content["added_tokens"], where);
  checkSteps(content, where);
  const tokenizer = used(where, () => new Tokenizer(content, {}));
  const unknownToken = (model as { unk_token?: unknown }).unk_token;
  for (const pattern of patternsOf(tokenizer)) checkPattern(pattern, where);
  const ids = [...tokenizer.get_vocab(true).values()];
  const added = [...tokenizer.get_added_tokens_decoder()].filter(([, token]) => token.special);
  const size = ids.reduce((most, id) => Math.max(most, id + 1), 0);
  return {
    json,
    size,
    special: new Map(added.map(([id, token]) => [token.content, id])),
    encode: (text) =>
      text === ""
        ? new Int32Array(0)
        : Int32Array.from(used(where, () => tokenizer.encode(text, { add_special_tokens: false }).ids)),
    unknown: typeof unknownToken === "string" ? tokenizer.token_to_id(unknownToken) : undefined,
    has: (id) => tokenizer.id_to_token(id) !== undefined,
    decode(all) {
      if (all.length === 0) return "";
      const list = Array.from(all);
      for (const id of list)
        if (tokenizer.id_to_token(id) === undefined)
          throw new Error(`${where}: an id must be from 0 to ${size - 1} and have a token, not ${id}`);
      return used(where, () =>
        tokenizer.decode(list, { skip_special_tokens: false, clean_up_tokenization_spaces: false }),
      );
    },
  };
}

function parsed(json: string, where: string): Record<string, unknown> {
  try {
    const content = parseJson(json);
    if (typeof content === "object" && content !== null) return content as Record<string, unknown>;
  } catch (error) {
    throw new Error(`${where}: it is not JSON; the file is damaged, copy it again`, { cause: error });
  }
  throw new Error(`${where}: it must be a JSON object, not ${json.slice(0, 20)}; name a tokenizer.json`);
}

/** What the package throws at a file that it cannot use, some of which it notices only at a text. */
function used<T>(where: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${where}: the tokenizer cannot be made (${reason}); save it again`, { cause: error });
  }
}

/** The package goes through all numbers up to the largest id, and a model has a column for each. */
function checkIds(vocabulary: object, added: unknown, where: string): void {
  const addedIds = Array.isArray(added)
    ? added.map((token: unknown) => (token as { id?: unknown } | null)?.id)
    : [];
  const ids: unknown[] = [
    ...(Array.isArray(vocabulary) ? vocabulary.keys() : Object.values(vocabulary)),
    ...addedIds,
  ];
  const limit = unusedShare * ids.length + unusedIds;
  const wrong = ids.find(
    (id) => !(Number.isSafeInteger(id) && (id as number) >= 0 && (id as number) < limit),
  );
  if (wrong === undefined) return;
  throw new Error(
    `${where}: its ${ids.length} tokens must have whole numbers as ids, from 0 and nearly all of them in use, but one ` +
      `is ${JSON.stringify(wrong)}; save it again`,
  );
}

type Step = Readonly<Record<string, unknown>>;

/** A chain of steps takes time for each, and those that make a text longer multiply. */
function checkSteps(content: Step, where: string): void {
  const steps = ["normalizer", "pre_tokenizer", "decoder"].flatMap((part) => stepsOf(content[part]));
  const growth = steps.reduce((product, step) => product * growthOf(step), 1);
  if (steps.length <= mostSteps && growth <= mostGrowth) return;
  const fault =
    steps.length > mostSteps
      ? `it has ${steps.length} steps, and at most ${mostSteps} can be used`
      : `its steps may make a text more than ${mostGrowth} times as long`;
  throw new Error(`${where}: ${fault}; use another tokenizer`);
}

/** The steps of a part, in one list. */
function stepsOf(part: unknown): Step[] {
  if (typeof part !== "object" || part === null) return [];
  if (Array.isArray(part)) return part.flatMap(stepsOf);
  const step = part as Step;
  return step["type"] === "Sequence" ? Object.values(step).flatMap(stepsOf) : [step];
}

/** How many times as long a step may make a text. */
function growthOf({ type, content, pattern }: Step): number {
  // Each byte of a character becomes a character.
  if (type === "ByteLevel") return 2;
  if (type !== "Replace" || typeof content !== "string") return 1;
  const { String: text, Regex: expression } = (pattern ?? {}) as Step;
  return Math.max(1, content.length) + (text === "" || matchesNothing(expression) ? content.length : 0);
}

/** Whether an expression matches between any two characters. */
function matchesNothing(expression: unknown): boolean {
  try {
    return typeof expression === "string" && new RegExp(expression, "u").test("");
  } catch {
    return false;
  }
}

function checkPattern(pattern: RegExp, where: string): void {
  const fault = backtrackingFault(pattern);
  if (fault === undefined) return;
  const source = pattern.source.length > 80 ? `${pattern.source.slice(0, 77)}...` : pattern.source;
  throw new Error(
    `${where}: its pattern ${source} would keep some texts busy for ever: ${fault}; use another tokenizer`,
  );
}

/** The expressions in the parts of a tokenizer that read texts. */
function patternsOf(tokenizer: Tokenizer): RegExp[] {
  const { normalizer, pre_tokenizer, decoder } = tokenizer as unknown as Record<string, unknown>;
  const seen = new Set<unknown>();
  const patterns: RegExp[] = [];
  const visit = (value: unknown): void => {
    // The parts are functions with properties.
    if (!(value instanceof Object) || seen.has(value)) return;
    seen.add(value);
    if (value instanceof RegExp) patterns.push(value);
    else for (const part of Object.values(value)) visit(part);
  };
  [normalizer, pre_tokenizer, decoder].forEach(visit);
  return patterns;
}
