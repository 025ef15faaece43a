// The parts of a text: its symbols in order, divided by shares.
import type { Text } from "../../text/symbols.ts";
import { withKnownWords } from "../../text/known-words.ts";
import { wordSymbols } from "../../text/word-symbols.ts";
import { splitIds } from "../../train/split.ts";
import { grouped } from "../shared/words.ts";
import type { DesignSettings, Parts } from "../task.ts";

/** Throws for shares that leave a part too short. */
export function partsOfText(text: Text, { split }: DesignSettings): Parts<Text> {
  const { symbols, ids } = text;
  const { train, validation, test } = splitIds(ids, split);
  // The bytes of a part are not known.
  const part = (view: Text["ids"]): Text => ({
    symbols,
    ids: view,
    bytes: view.length === ids.length ? text.bytes : 0,
  });
  return {
    train: part(train),
    validation: validation && part(validation),
    test: test && part(test),
  };
}

/** A text of words without those that its training part lacks; others as they are. */
export function withKnownSymbols(text: Text, settings: DesignSettings): Text {
  const { data } = text.symbols;
  if (data.unit !== "word") return text;
  const { vocabulary, ids } = withKnownWords(data, text.ids, partsOfText(text, settings).train.ids);
  return ids === text.ids ? text : { symbols: wordSymbols(vocabulary), ids, bytes: text.bytes };
}

/** What a person should know of a text before training. */
export function summaryOfText(parts: Parts<Text>, text: Text): string[] {
  const { data, measure, size, noun } = text.symbols;
  const isOfWindows =
    (data.unit === "char" && data.symbols.includes("\r")) ||
    (data.unit === "byte" && data.symbols.includes(13));
  return [
    textInWords(parts, text),
    ...(measure === "perplexity" ? [`${grouped(size)} different ${noun}s`] : []),
    ...(isOfWindows ? ["its lines end as on Windows (\\r\\n), and so will those that the model writes"] : []),
  ];
}

/** "train on 1,003,854 characters, validate on the last 111,540". */
function textInWords({ train, validation, test }: Parts<Text>, { ids, symbols }: Text): string {
  const used = [train, validation, test].reduce((sum, part) => sum + (part?.ids.length ?? 0), 0);
  const where = test || used < ids.length ? "next" : "last";
  const words = [`train on ${grouped(train.ids.length)} ${symbols.noun}s`];
  if (validation) words.push(`validate on the ${where} ${grouped(validation.ids.length)}`);
  if (test) words.push(`leave ${grouped(test.ids.length)} for testing`);
  return words.join(", ");
}
