// A model of sequences of symbols as a network: symbols → embedding → recurrent layers → readout → loss.
// Checks its settings; knows no text and no training.
import { dropout, embedding, tiedEmbedding, tiedReadout } from "../cells/parts.ts";
import type { Cell } from "../language/cell.ts";
import type { Sizes } from "../graph/lower.ts";
import type { Network, NetworkLayer } from "../plan/network.ts";
import { planHead } from "./head.ts";
import { stack, type Stack } from "./stack.ts";

export interface LanguageModelSettings {
  /** Symbols of the alphabet, V; two or more. */
  readonly vocabulary: number;
  /** The cell of every recurrent layer. */
  readonly cell: Cell;
  /** Hidden width of each recurrent layer, H. */
  readonly size: number;
  /** Recurrent layers. Default 1. */
  readonly layers?: number;
  /** Width of a learned vector for each symbol; 0 feeds the symbols one-hot. Default 0. */
  readonly embedding?: number;
  /**
   * Whether the readout's matrix is the embedding's, which the last layer must be as wide as; they then start smaller.
   * Default false.
   */
  readonly tied?: boolean;
  /** Rate of dropout after each recurrent layer, at every step; not inside the recurrence. Default 0. */
  readonly dropout?: number;
  /** Rate of dropout on what the first layer reads; needs an embedding. Default 0. */
  readonly inputDropout?: number;
  /** What goes around each recurrent layer but the first. */
  readonly connections?: "residual" | "highway";
  /** Sizes of further widths that the cell's equations name, such as `{ P: 64 }`. */
  readonly sizes?: Sizes;
}

/** The network's input: one symbol a step, an index below V. */
export const symbolsInput = "symbols";

const mostLayers = 1000;

/**
 * A network of the layers `embedding` (if any), `layer1`, `dropout1` (if any), `layer2` …, `readout`, with the
 * cross-entropy of the next symbol as its loss. Throws at settings out of range, naming them.
 */
export function languageModel(settings: LanguageModelSettings): Network {
  const {
    vocabulary,
    cell,
    size,
    layers = 1,
    embedding: width = 0,
    tied = false,
    inputDropout = 0,
  } = settings;
  checkWhole("vocabulary", vocabulary, 2);
  checkWhole("size", size, 1);
  checkWhole("layers", layers, 1, mostLayers);
  checkWhole("embedding", width, 0);
  checkInputs(cell);
  checkWidths(cell, size, width);

  const embedded: NetworkLayer[] =
    width === 0
      ? []
      : [
          {
            name: "embedding",
            cell: tied ? tiedEmbedding : embedding,
            sizes: { I: vocabulary, H: width },
            inputs: { x: symbolsInput },
          },
        ];
  if (inputDropout > 0) {
    if (width === 0)
      throw new Error("language model: inputDropout needs an embedding; give one, or leave it out");
    const sizes = { I: width, H: width };
    embedded.push({ name: "dropout0", cell: dropout(inputDropout), sizes, inputs: { x: "embedding" } });
  }
  const [source, given] = width === 0 ? [symbolsInput, vocabulary] : [embedded.at(-1)?.name as string, width];
  const recurrent = stack(source, given, settings);
  const head = planHead(recurrent.output, recurrent.width, { kind: "classes", classes: vocabulary });
  const read = tied ? tieReadout(recurrent, width, vocabulary) : head.layers;
  return {
    inputs: [{ name: symbolsInput, width: vocabulary, kind: "index", per: "step" }],
    layers: [...embedded, ...recurrent.layers, ...read],
    loss: head.loss,
  };
}

function tieReadout({ output, width }: Stack, embedded: number, vocabulary: number): NetworkLayer[] {
  if (embedded !== width) {
    const came = embedded === 0 ? "there is none" : `it is ${embedded}`;
    throw new Error(
      `language model: a tied readout needs an embedding as wide as the last layer, so embedding must be ${width} ` +
        `(--embedding ${width}), but ${came}`,
    );
  }
  const sizes = { I: width, H: vocabulary };
  const shares = { E: "embedding.E" };
  return [{ name: "readout", cell: tiedReadout, sizes, inputs: { x: output }, shares }];
}

function checkWhole(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `${least} or more`;
  throw new Error(`language model: ${name} must be a whole number, ${range}, not ${value}`);
}

/** Symbols are the only input there is. */
function checkInputs(cell: Cell): void {
  const further = cell.inputs.filter((input) => input.name !== "x").map((input) => `'${input.name}'`);
  if (further.length > 0) {
    throw new Error(
      `language model: ${cell.name} has the further input ${further.join(", ")}, and there is nothing to give ` +
        `it; write equations that read x alone, or build a network of your own`,
    );
  }
  if (cell.inputs.length === 0) {
    throw new Error(`language model: ${cell.name} never reads its input x; add it, as in 'W x'`);
  }
}

/** A cell that mixes its input in needs it as wide as the layer, which an embedding makes it. */
function checkWidths({ name, requires }: Cell, size: number, width: number): void {
  const isTied = requires.some((pair) => pair.includes("I") && pair.includes("H"));
  if (!isTied || width === size) return;
  const came = width === 0 ? "there is none" : `it is ${width}`;
  throw new Error(
    `language model: ${name} needs an input as wide as the layer (requires I = H), so embedding must be ${size} ` +
      `(--embedding ${size}), but ${came}`,
  );
}
