// A network: layers of equations, connected by name. Plain data, the same for every task.
import type { Cell, Period } from "../language/cell.ts";
import type { Sizes } from "../graph/lower.ts";

/** An input of a network. */
export interface NetworkInput {
  readonly name: string;
  /** Elements of a dense input; the number of classes of an index. */
  readonly width: number;
  /** An index stands for a one-hot vector, which is not written out if products alone read it. */
  readonly kind: "dense" | "index";
  /** Whether it is read at every step, or once per sequence. */
  readonly per: Period;
}

/** `width` columns of an input or a layer, from column `from` on. */
export interface NetworkPart {
  /** The name of an input or a layer. */
  readonly of: string;
  readonly from: number;
  readonly width: number;
}

/** What an input of a layer reads: an input of the network or an earlier layer, a part of one, or several side by side. */
export type Connection = string | NetworkPart | readonly (string | NetworkPart)[];

/** A layer of a network: a cell, the sizes of its widths, and what its inputs read. */
export interface NetworkLayer {
  readonly name: string;
  readonly cell: Cell;
  /** A size for each width that the equations name. */
  readonly sizes: Sizes;
  /** From the names of the cell's inputs to inputs of the network or to layers before this one. */
  readonly inputs: Readonly<Record<string, Connection>>;
  /**
   * The order in which a layer goes through the steps of each row; default `forward`. With `reverse` a row starts at its
   * own last step and ends at its first, which is where its final states are taken; sequences that follow each other in a
   * row stay apart, and no state is carried to the next run. Either way an output belongs to the step of its input.
   */
  readonly direction?: "forward" | "reverse";
  /** Parameters that the cell shares with an earlier layer: from their names to `<layer>.<name>`. */
  readonly shares?: Readonly<Record<string, string>>;
}

/**
 * `cross-entropy`: softmax over the named layer's output against the index input `targets`, weighted by `weights`; a
 * negative target is ignored; `smoothing` is the share of the target that is spread evenly over all classes.
 * `mean`: the mean over tokens, weighted by `weights`, of the named layer's output, which has width 1.
 * If no token has a weight the loss is not a number.
 * `given`: the caller writes the derivatives by the named layer's output (`d.<layer>`) and by final states.
 */
export type Loss =
  | { readonly kind: "cross-entropy"; readonly of: string; readonly smoothing?: number }
  | { readonly kind: "mean"; readonly of: string }
  | { readonly kind: "given"; readonly of: string };

const isList = (connection: Connection): connection is readonly (string | NetworkPart)[] =>
  Array.isArray(connection);

/** The parts of a connection, side by side. */
export function partsOf(connection: Connection | undefined): readonly (string | NetworkPart)[] {
  if (connection === undefined) return [];
  return isList(connection) ? connection : [connection];
}

/** The input or layer that a part belongs to. */
export const sourceOf = (part: string | NetworkPart): string => (typeof part === "string" ? part : part.of);

/** A network: layers of equations, connected by name, and a loss. Plain data. */
export interface Network {
  readonly inputs: readonly NetworkInput[];
  readonly layers: readonly NetworkLayer[];
  readonly loss: Loss;
  /** Reads another sequence first, with steps of its own. */
  readonly encoder?: Encoder;
}

/** A network whose states and outputs another one reads. Its inputs and layers have names of their own. */
export interface Encoder {
  readonly inputs: readonly NetworkInput[];
  readonly layers: readonly NetworkLayer[];
  /**
   * States after each row's last step (its first, in a reverse layer), named `<layer>.<state>`, side by side, for an
   * input per sequence of the network.
   */
  readonly finals: { readonly of: readonly string[]; readonly input: string };
  /** The layer whose outputs the network attends to, and the most steps that it can attend to. */
  readonly attended?: { readonly of: string; readonly longest: number };
}

/**
 * The inputs, all per sequence, of a network that attends to its encoder: the encoder's outputs side by side and 0 beyond
 * a row's end, where they end, and the element and the step of each of their numbers.
 */
export const attentionInputs = {
  memory: "memory",
  far: "far",
  element: "element",
  position: "position",
} as const;

/** The inputs that an encoder fills. */
function encodedInputs({ encoder }: Network): ReadonlySet<string> {
  if (!encoder) return new Set();
  return new Set([encoder.finals.input, ...(encoder.attended ? Object.values(attentionInputs) : [])]);
}

/** The inputs whose derivatives go back to the encoder. */
export function derivedInputs({ encoder }: Network): ReadonlySet<string> {
  if (!encoder) return new Set();
  return new Set([encoder.finals.input, ...(encoder.attended ? [attentionInputs.memory] : [])]);
}

/** The inputs that the caller of a network writes. */
export function givenInputs(network: Network): NetworkInput[] {
  const encoded = encodedInputs(network);
  return network.inputs.filter((input) => !encoded.has(input.name));
}

/**
 * The encoder as a network of its own, whose derivatives by its outputs are given: by the outputs of the layer that
 * is attended to, or, without one, by those of its last layer, which are then zero.
 */
export function networkOfEncoder({ inputs, layers, attended }: Encoder): Network {
  return { inputs, layers, loss: { kind: "given", of: attended?.of ?? (layers.at(-1)?.name as string) } };
}
