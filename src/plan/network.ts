// A network: layers of equations, connected by name. Plain data; knows no task.
import type { Cell, Period } from "../language/cell.ts";
import type { Sizes } from "../graph/lower.ts";

export interface NetworkInput {
  readonly name: string;
  /** Elements of a dense input; the number of classes of an index. */
  readonly width: number;
  /** An index stands for a one-hot vector, which is not written out if products alone read it. */
  readonly kind: "dense" | "index";
  readonly per: Period;
}

/** `width` columns of an input or a layer, from column `from` on. */
export interface Part {
  readonly of: string;
  readonly from: number;
  readonly width: number;
}

/** What an input of a layer reads: an input of the network or an earlier layer, a part of one, or several side by side. */
export type Connection = string | Part | readonly (string | Part)[];

export interface NetworkLayer {
  readonly name: string;
  readonly cell: Cell;
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

const isList = (connection: Connection): connection is readonly (string | Part)[] =>
  Array.isArray(connection);

/** The parts of a connection, side by side. */
export function partsOf(connection: Connection | undefined): readonly (string | Part)[] {
  if (connection === undefined) return [];
  return isList(connection) ? connection : [connection];
}

/** The input or layer that a part belongs to. */
export const sourceOf = (part: string | Part): string => (typeof part === "string" ? part : part.of);

export interface Network {
  readonly inputs: readonly NetworkInput[];
  readonly layers: readonly NetworkLayer[];
  readonly loss: Loss;
  /** An encoder: it reads another sequence, with steps of its own, before this one. */
  readonly source?: SourceNetwork;
}

/** Its inputs and layers must not have the names of those of the network that it hands vectors to. */
export interface SourceNetwork {
  readonly inputs: readonly NetworkInput[];
  readonly layers: readonly NetworkLayer[];
  /** What it hands to inputs `per sequence` of the network. */
  readonly gives: readonly Bridge[];
}

/**
 * `finals`: states after each row's last step (its first, in a `reverse` layer), `<layer>.<state>`, side by side.
 * `outputs`: the outputs of a layer at up to `places` steps, side by side and 0 beyond a row's end, for the inputs of a
 * cell that attends to them (`cells/transforms/attending.ts`).
 */
export type Bridge =
  | { readonly kind: "finals"; readonly of: readonly string[]; readonly input: string }
  | {
      readonly kind: "outputs";
      readonly of: string;
      readonly places: number;
      readonly inputs: {
        readonly memory: string;
        readonly far: string;
        readonly element: string;
        readonly position: string;
      };
    };

/** The inputs that an encoder fills and needs the derivatives by. */
export function bridgedInputs({ source }: Network): ReadonlySet<string> {
  return new Set((source?.gives ?? []).map((b) => (b.kind === "finals" ? b.input : b.inputs.memory)));
}

/** The inputs that the caller fills, not an encoder. */
export function givenInputs({ inputs, source }: Network): NetworkInput[] {
  const filled = new Set(
    (source?.gives ?? []).flatMap((b) => (b.kind === "finals" ? [b.input] : Object.values(b.inputs))),
  );
  return inputs.filter((input) => !filled.has(input.name));
}

/**
 * The encoder as a network of its own, with a loss that is given: the derivatives by the outputs of the layer that is
 * attended to or, if there is none, by those of its last layer, which are then zero.
 */
export function networkOfSource({ inputs, layers, gives }: SourceNetwork): Network {
  const attended = gives.find((b) => b.kind === "outputs")?.of;
  return { inputs, layers, loss: { kind: "given", of: attended ?? (layers.at(-1)?.name as string) } };
}
