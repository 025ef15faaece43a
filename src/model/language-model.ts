// The network of a language model: symbols → embedding → recurrent layers → readout → cross-entropy.
import { checkOptions, type OptionRules } from "../base/options.ts";
import { cellOf } from "../cells/cell-of.ts";
import { dropout, embedding, tiedEmbedding, tiedReadout } from "../cells/parts.ts";
import type { Cell } from "../language/cell.ts";
import type { Sizes } from "../graph/lower.ts";
import type { Network, NetworkLayer } from "../plan/network.ts";
import { planHead } from "./head.ts";
import { stack, type Stack } from "./stack.ts";

/** Settings of `languageModel`. */
export interface LanguageModelSettings {
  /** The number of symbols, V; 2 or more. */
  readonly vocabulary: number;
  /** The cell of every recurrent layer: a name, equations or a cell. */
  readonly cell: string | Cell;
  /** Hidden width of each recurrent layer, H. */
  readonly size: number;
  /** Recurrent layers. Default 1. */
  readonly layers?: number;
  /** Width of the learned vector of each symbol; 0 for one-hot input. Default 0. */
  readonly embedding?: number;
  /**
   * Shares the embedding's matrix with the readout, so the last layer must be as wide as the embedding. Its initial values
   * are then smaller. Default false.
   */
  readonly tied?: boolean;
  /** Dropout rate after each recurrent layer, at every step; not inside the recurrence. Default 0. */
  readonly dropout?: number;
  /** Dropout rate after the embedding, which it requires. Default 0. */
  readonly inputDropout?: number;
  /** The connection around each recurrent layer but the first. Default: none. */
  readonly connections?: "residual" | "highway";
  /** Sizes of further widths that the cell's equations name, such as `{ P: 64 }`. */
  readonly sizes?: Sizes;
}

/** The network's input: a symbol per step, an index below V. */
export const symbolsInput = "symbols";

const rules: OptionRules<LanguageModelSettings> = {
  vocabulary: "number",
  cell: "any",
  size: "number",
  layers: "number",
  embedding: "number",
  tied: "boolean",
  dropout: "number",
  inputDropout: "number",
  connections: ["residual", "highway"],
  sizes: "any",
};

const mostLayers = 1000;

/**
 * A network with the layers `embedding` and `dropout0` (if any), `layer1`, `dropout1` (if any), `layer2` …, `readout`; its
 * loss is the cross-entropy of the next symbol. Throws for settings out of range, naming them.
 */
export function languageModel(settings: LanguageModelSettings): Network {
  checkOptions("language model", settings, rules);
  const cell = cellOf(settings.cell);
  const { vocabulary, size, layers = 1, embedding: width = 0, tied = false, inputDropout = 0 } = settings;
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
      throw new Error("language model: inputDropout needs an embedding; set one, or leave it out");
    const sizes = { I: width, H: width };
    embedded.push({ name: "dropout0", cell: dropout(inputDropout), sizes, inputs: { x: "embedding" } });
  }
  const [input, inputWidth] =
    width === 0 ? [symbolsInput, vocabulary] : [embedded.at(-1)?.name as string, width];
  const { dropout: rate, connections, sizes } = settings;
  const recurrent = stack(input, inputWidth, {
    cell,
    size,
    layers,
    ...(rate !== undefined && { dropout: rate }),
    ...(connections && { connections }),
    ...(sizes && { sizes }),
  });
  const head = planHead(recurrent.output, recurrent.width, { kind: "classes", classes: vocabulary });
  const readout = tied ? tiedReadoutOf(recurrent, width, vocabulary, head.readout) : head.layers;
  return {
    inputs: [{ name: symbolsInput, width: vocabulary, kind: "index", per: "step" }],
    layers: [...embedded, ...recurrent.layers, ...readout],
    loss: head.loss,
  };
}

function tiedReadoutOf(
  { output, width }: Stack,
  embedded: number,
  vocabulary: number,
  name: string,
): NetworkLayer[] {
  if (embedded !== width) {
    throw new Error(
      `language model: tied needs an embedding as wide as the last layer, so embedding must be ${width}, got ${embedded}`,
    );
  }
  const sizes = { I: width, H: vocabulary };
  const shares = { E: "embedding.E" };
  return [{ name, cell: tiedReadout, sizes, inputs: { x: output }, shares }];
}

function checkWhole(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  const range = most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `${least} or more`;
  throw new Error(`language model: ${name} must be a whole number, ${range}, got ${value}`);
}

/** Symbols are the only input. */
function checkInputs(cell: Cell): void {
  const further = cell.inputs.filter((input) => input.name !== "x").map((input) => `'${input.name}'`);
  if (further.length > 0) {
    throw new Error(
      `language model: ${cell.name} must have x as its only input, got ${further.join(", ")} as well; ` +
        "write equations that read x alone, or build a network from layers",
    );
  }
  if (cell.inputs.length === 0) {
    throw new Error(`language model: ${cell.name} never reads its input x; add it, as in 'W x'`);
  }
}

/** A cell that combines its input and its state elementwise needs an embedding as wide as the layer. */
function checkWidths({ name, requires }: Cell, size: number, width: number): void {
  const isTied = requires.some((pair) => pair.includes("I") && pair.includes("H"));
  if (!isTied || width === size) return;
  throw new Error(
    `language model: ${name} needs an input as wide as the layer (requires I = H), so embedding must be ${size}, ` +
      `got ${width}`,
  );
}
