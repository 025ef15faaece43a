// Sub-words as symbols: a text in the tokens of a `tokenizer.json`, which the model carries with it, and back.
import { allocateIds, type Ids } from "./alphabet.ts";
import { stringOf } from "./chunks.ts";
import type { Symbols } from "./symbols.ts";
import type { SubwordTokenizer } from "./tokenizer.ts";

/**
 * A whole text as token ids. Throws where the tokenizer was made for other texts: more than a tenth of the tokens are
 * unknown, or more than a tenth of the text is left out.
 */
export function encodeSubwords(tokenizer: SubwordTokenizer, text: string): Ids {
  const found = tokenizer.encode(text);
  const unknown = found.filter((id) => id === tokenizer.unknown).length / Math.max(1, found.length);
  const lengthOf = (own: string): number => own.replaceAll(/\s/gu, "").length;
  const beginning = text.slice(0, 100_000);
  const said = lengthOf(tokenizer.decode(tokenizer.encode(beginning)));
  const lost = Math.max(unknown, 1 - said / Math.max(1, lengthOf(beginning)));
  if (lost > 0.1)
    throw new Error(
      `text: the tokenizer does not know ${Math.round(100 * lost)} % of the text; choose one that was made for such texts`,
    );
  const ids = allocateIds(tokenizer.size, found.length);
  ids.set(found);
  return ids;
}

/** Names of special tokens that often end or begin texts, in order of preference. */
const boundaries = /end|eos|<\/s>|sep|bos|<s>|cls/iu;

/** How a decoder shows bytes that are not a whole character yet. */
const unfinished = "\ufffd";

/** The symbols of a tokenizer. A text without a beginning follows the special token that ends texts, or a line end. */
export function subwordSymbols(tokenizer: SubwordTokenizer): Symbols {
  const { size } = tokenizer;
  const boundary = [...tokenizer.special].find(([name]) => boundaries.test(name))?.[1];
  const special = new Set(tokenizer.special.values());
  const [first = 0] = tokenizer.encode("a");
  const before = tokenizer.decode([first]).length;
  const narrow = (ids: ArrayLike<number>): Ids => {
    const all = allocateIds(size, ids.length);
    all.set(ids);
    return all;
  };
  return {
    unit: "subword",
    noun: "sub-word",
    measure: "perplexity",
    size,
    start: boundary ?? tokenizer.encode("\n")[0] ?? 0,
    ...(tokenizer.unknown !== undefined && { unknown: tokenizer.unknown }),
    encode: (text) => narrow(tokenizer.encode(text)),
    read: async (chunks) => encodeSubwords(tokenizer, await stringOf(chunks)),
    decoder: (text = "") => subwordDecoder(tokenizer, text),
    textOf(id) {
      if (special.has(id) || !tokenizer.has(id)) return undefined;
      const text = tokenizer.decode([first, id]).slice(before);
      return text.includes(unfinished) ? undefined : text;
    },
    data: { unit: "subword", size, tokenizer: tokenizer.json },
  };
}

/** Decodes tokens, whose text depends on the tokens before; a character may take several. */
function subwordDecoder(tokenizer: SubwordTokenizer, before: string): ReturnType<Symbols["decoder"]> {
  let known = Array.from(tokenizer.encode(before));
  let waiting: number[] = [];
  const piece = (): string => tokenizer.decode([...known, ...waiting]).slice(tokenizer.decode(known).length);
  return {
    push(ids) {
      let text = "";
      for (const id of Array.from(ids)) {
        waiting.push(id);
        const next = piece();
        if (next === "" || next.endsWith(unfinished)) continue;
        text += next;
        [known, waiting] = [waiting, []];
      }
      return text;
    },
    end() {
      const rest = piece();
      waiting = [];
      return rest;
    },
  };
}
