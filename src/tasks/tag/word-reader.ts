// The layers that read words: a vector for each word and for each aspect of its form, side by side, and recurrent layers.
import { dropout, rareEmbedding } from "../../cells/parts.ts";
import { stack } from "../../model/stack.ts";
import { partsOf, type NetworkInput, type NetworkLayer } from "../../plan/network.ts";
import { vocabularySize, type Vocabulary } from "../../text/vocabulary.ts";
import type { RecurrentOptions } from "../shared/recurrent-options.ts";
import { sequenceInputName } from "../shared/sequence-input.ts";
import type { SequenceReader } from "../shared/sequence-reader.ts";
import type { Cell } from "../../language/cell.ts";
import type { WordForm } from "./word-form.ts";

/** The width of the vectors of affixes and shapes; words in lower case have vectors as wide as words. */
const formWidth = 32;

/** Settings of `planWordReader`. */
export interface WordReaderSettings extends Required<RecurrentOptions> {
  readonly cell: Cell;
  /** Width of the vector of a word. */
  readonly embedding: number;
  readonly bidirectional: boolean;
}

/**
 * The inputs and layers of a network that reads words and their forms. Its output is that of the last layer beside what the first
 * one reads, so that what a word and its form say reaches the readout on a straight path, too.
 */
export function planWordReader(
  vocabulary: Vocabulary,
  forms: readonly WordForm[],
  settings: WordReaderSettings,
): Pick<SequenceReader, "layers" | "output" | "width"> & { readonly inputs: readonly NetworkInput[] } {
  const { cell, size, layers, dropout: rate, sizes, bidirectional, embedding: width } = settings;
  const read = [
    { name: sequenceInputName, layer: "embedding", vocabulary, width },
    ...forms.map((form) => ({
      name: form.of as string,
      layer: `embedding-${form.of}`,
      vocabulary: form.vocabulary,
      width: form.of === "lower" ? width : formWidth,
    })),
  ];
  const embeddings = read.map((one): NetworkLayer => ({
    name: one.layer,
    cell: rareEmbedding,
    sizes: { I: vocabularySize(one.vocabulary), H: one.width },
    inputs: { x: one.name },
  }));
  const total = read.reduce((sum, one) => sum + one.width, 0);
  const drop: NetworkLayer = {
    name: "dropout-embedding",
    cell: dropout(rate / 2),
    sizes: { I: total, H: total },
    inputs: { x: read.map(({ layer }) => layer) },
  };
  const recurrent = stack(drop.name, total, {
    cell,
    size,
    layers,
    dropout: rate,
    sizes,
    ...(bidirectional && { bidirectional: "concatenate" }),
  });
  return {
    output: [...partsOf(recurrent.output), drop.name],
    width: recurrent.width + total,
    inputs: read.map(({ name, vocabulary: of }) => {
      return { name, width: vocabularySize(of), kind: "index", per: "step" } as const;
    }),
    layers: [...embeddings, drop, ...recurrent.layers],
  };
}
