// Language models of sub-words: a text in the tokens of a `tokenizer.json`, which the model carries with it, and back.
import { allocateIds, type Ids } from "./alphabet.ts";
import type { TextCodec } from "../infer/sample.ts";
import { codecOf, type Subwords, type Symbols } from "../tasks/language/language.ts";
import { readTokenizer, type SubwordTokenizer } from "./tokenizer.ts";

/** The symbols of a tokenizer, as a model keeps them. */
export function subwordsOf({ json, size }: SubwordTokenizer): Subwords {
  return { unit: "subword", size, tokenizer: json };
}

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

/** Between a person's text and the ids of any language model. */
export function openCodec(text: Symbols): TextCodec {
  return text.unit === "subword" ? subwordCodec(readTokenizer(text.tokenizer)) : codecOf(text);
}

/** What tokens often end or begin texts, in this order of preference. */
const boundaries = /end|eos|<\/s>|sep|bos|<s>|cls/iu;

/** A text without a beginning follows the special token that ends texts; where there is none, a line's end. */
export function subwordCodec(tokenizer: SubwordTokenizer): TextCodec {
  const special = [...tokenizer.special].find(([name]) => boundaries.test(name))?.[1];
  return {
    encode: tokenizer.encode,
    decoder(before) {
      // What a token reads as depends on what is before it; a character may come in several tokens.
      let known = Array.from(tokenizer.encode(before));
      let waiting: number[] = [];
      const piece = (): string =>
        tokenizer.decode([...known, ...waiting]).slice(tokenizer.decode(known).length);
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
    },
    start: special ?? tokenizer.encode("\n")[0] ?? 0,
  };
}

/** How a decoder shows bytes that are no whole character yet. */
const unfinished = "\ufffd";

/** The text that each id stands for within a text; undefined where it has none of its own. For `fromAutomaton`. */
export function symbolTexts(text: Symbols): (string | undefined)[] {
  switch (text.unit) {
    case "char":
      return [...text.symbols];
    case "byte":
      return text.symbols.map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : undefined));
    case "word":
      throw new Error("a pattern is for models of characters, bytes or sub-words; this one has words");
    case "subword": {
      const tokenizer = readTokenizer(text.tokenizer);
      const special = new Set(tokenizer.special.values());
      const [first = 0] = tokenizer.encode("a");
      const before = tokenizer.decode([first]).length;
      return Array.from({ length: text.size }, (_, id) => {
        if (special.has(id) || !tokenizer.has(id)) return undefined;
        const own = tokenizer.decode([first, id]).slice(before);
        return own.includes(unfinished) ? undefined : own;
      });
    }
  }
}
