// The layers that read a sequence: its input, an embedding where there is one, and recurrent layers, whose output at each
// step is for a task to use.
import { embedding as embeddingCell } from "../../cells/parts.ts";
import { vocabularySize } from "../../text/vocabulary.ts";
import type { Cell } from "../../language/cell.ts";
import type { Sizes } from "../../graph/lower.ts";
import { stack, type Stack } from "../../model/stack.ts";
import type { Connection, NetworkInput, NetworkLayer } from "../../plan/network.ts";
import { sequenceInputName, type SequenceInput } from "./sequence-input.ts";

export interface ReaderOptions {
  /** The cell of every recurrent layer. */
  readonly cell: Cell;
  /** Hidden width of each layer and direction. Default 128. */
  readonly size?: number;
  /** Default 1. */
  readonly layers?: number;
  /** Width of a learned vector for each symbol; 0 is one-hot. Default 0. */
  readonly embedding?: number;
  /** Rate of dropout after each recurrent layer and before the readout. Default 0. */
  readonly dropout?: number;
  /** Default true. */
  readonly bidirectional?: boolean;
  readonly sizes?: Sizes;
}

export interface SequenceReader extends Stack {
  /** The network's only one. */
  readonly input: NetworkInput;
  /** Hidden width of one direction. */
  readonly size: number;
  readonly bidirectional: boolean;
}

/** The layers for sequences of this kind; both directions stand side by side in the output. */
export function planReader(input: SequenceInput, settings: ReaderOptions): SequenceReader {
  const { cell, size = 128, layers, embedding = 0, dropout, bidirectional = true, sizes } = settings;
  const read = planInput(input, embedding);
  const recurrent = stack(read.output, read.width, {
    cell,
    size,
    ...(layers !== undefined && { layers }),
    ...(dropout !== undefined && { dropout }),
    ...(sizes && { sizes }),
    ...(bidirectional && { bidirectional: "concatenate" }),
  });
  return {
    ...recurrent,
    layers: [...read.layers, ...recurrent.layers],
    input: read.input,
    size,
    bidirectional,
  };
}

/** The network's input, the layers that read it, and their output. */
function planInput(
  input: SequenceInput,
  embeddingWidth: number,
): {
  readonly input: NetworkInput;
  readonly layers: readonly NetworkLayer[];
  readonly output: Connection;
  readonly width: number;
} {
  const name = sequenceInputName;
  if (input.kind === "series") {
    const width = input.mean.length;
    return { input: { name, width, kind: "dense", per: "step" }, layers: [], output: name, width };
  }
  const size = vocabularySize(input.vocabulary);
  const own: NetworkInput = { name, width: size, kind: "index", per: "step" };
  if (embeddingWidth === 0) return { input: own, layers: [], output: name, width: size };
  const layer: NetworkLayer = {
    name: "embedding",
    cell: embeddingCell,
    sizes: { I: size, H: embeddingWidth },
    inputs: { x: name },
  };
  return { input: own, layers: [layer], output: layer.name, width: embeddingWidth };
}
