// Examples as batches, for full backpropagation through time: packed step by step, longest first, each from the start
// values of its states. Checks once that they fit the network, so that no device reads what is not there.
import { checkCtcSteps, ctcInputs } from "../model/ctc.ts";
import { givenInputs, type Network, type NetworkInput } from "../plan/network.ts";
import type { Device, Numbers, Writable } from "../run/device.ts";
import { mix, randomStream, streams } from "../base/random.ts";
import type { Example, Variation } from "./example.ts";
import type { Batch, Feed, PackedValues } from "./feed.ts";
import { exampleOrder, type OrderSettings } from "./order.ts";
import { packRows } from "./packing.ts";

/** A sequence of an example, or of what it reads before. */
type Sequence = Pick<Example, "steps" | "inputs" | "targets">;

/** A buffer of the plan that examples fill. */
interface Slot {
  readonly name: string;
  /** Numbers a token, or a row. */
  readonly columns: number;
  readonly per: "step" | "sequence";
  /** Indices are below this; undefined where the numbers are no indices. */
  readonly classes: number | undefined;
  /** Negative indices are allowed: they do not count. */
  readonly mayIgnore: boolean;
  readonly of: (sequence: Sequence) => ArrayLike<number> | undefined;
}

const targetsName = "targets";

function inputSlot({ name, width, kind, per }: NetworkInput): Slot {
  return {
    name,
    per,
    columns: kind === "index" ? 1 : width,
    classes: kind === "index" ? width : undefined,
    mayIgnore: false,
    of: ({ inputs, targets }) => inputs[name] ?? (name === targetsName ? targets : undefined),
  };
}

function slotsOf(network: Network): Slot[] {
  const slots = givenInputs(network).map(inputSlot);
  if (network.loss.kind !== "cross-entropy") return slots;
  const classes = readoutClasses(network);
  const of = ({ targets }: Sequence): ArrayLike<number> | undefined => targets;
  return [...slots, { name: targetsName, per: "step", columns: 1, classes, mayIgnore: true, of }];
}

function readoutClasses({ layers, loss }: Network): number {
  return layers.find((layer) => layer.name === loss.of)?.sizes["H"] ?? Number.MAX_SAFE_INTEGER;
}

/** How examples become batches. */
export interface ExampleFeedSettings extends OrderSettings {
  /** The device's, so that numbers are rounded no more than it does. Default `float32`. */
  readonly precision?: Device["precision"];
  /** How an example differs from pass to pass. Default not at all. */
  readonly vary?: Variation | undefined;
}

/** Arrays of numbers for a device. */
type Allocate = (count: number) => Numbers;

/** Packs sequences, longest first, into arrays with room for `rows` of `longest` steps. */
function createPacker(
  slots: readonly Slot[],
  allocate: Allocate,
  rows: number,
  longest: number,
): (sequences: readonly Sequence[]) => PackedValues {
  const arrays = slots.map((slot) => {
    const size = (slot.per === "step" ? longest : 1) * rows * slot.columns;
    return slot.classes === undefined ? allocate(size) : new Int32Array(size);
  });
  const resets = allocate(longest * rows);
  return (sequences) => {
    const packing = packRows(sequences.map((sequence) => sequence.steps));
    const { order, tokens } = packing;
    const packed = Array.from(order, (row) => sequences[row] as Sequence);
    const values: Record<string, Writable> = {};
    slots.forEach((slot, i) => {
      const into = arrays[i] as Writable;
      const write = slot.per === "step" ? writeSteps : writeRows;
      values[slot.name] = into.subarray(0, write(slot, packed, into));
    });
    resets.fill(0, 0, tokens).fill(1, 0, sequences.length);
    values["resets"] = resets.subarray(0, tokens);
    return { packing, values };
  };
}

/** Throws where examples do not fit the network, naming the first one that does not. */
export function exampleFeed(
  network: Network,
  examples: readonly Example[],
  settings: ExampleFeedSettings,
): Feed {
  const slots = slotsOf(network);
  const sourceSlots = network.encoder?.inputs.map(inputSlot);
  const paths = ctcInputs(network);
  const checked = new Set<ArrayLike<number>>();
  examples.forEach((example, i) => {
    checkExample(example, `example ${i}`, slots, sourceSlots, checked);
    if (paths) checkAlignment(example, `example ${i}`, paths);
  });
  const batch = Math.min(settings.batch, Math.max(1, examples.length));
  const steps = Int32Array.from(examples, (example) => example.steps);
  const order = exampleOrder(steps, { ...settings, batch });
  const longest = steps.reduce((most, count) => Math.max(most, count), 0);
  const sourceSteps = longestSource(examples);
  const allocate: Allocate = (count) =>
    settings.precision === "float64" ? new Float64Array(count) : new Float32Array(count);
  const pack = createPacker(slots, allocate, batch, longest);
  const packSource = sourceSlots && createPacker(sourceSlots, allocate, batch, sourceSteps);
  const weights = allocate(longest * batch);

  const { seed, vary } = settings;
  const seen = (row: number, epoch: number): Example => {
    const example = examples[row] as Example;
    if (!vary) return example;
    const stream = randomStream(mix(mix(seed ^ row) ^ epoch), streams.variations);
    return vary(example, () => stream.uniform());
  };

  function load(rows: readonly number[], epoch: number): Omit<Batch, "next"> {
    const chosen = rows.map((row) => seen(row, epoch));
    const { packing, values } = pack(chosen);
    let counted = 0;
    packing.each((token, row, t) => {
      const { weights: given, targets, steps } = chosen[row] as Example;
      const isIgnored = network.loss.kind === "cross-entropy" && (targets?.[t] as number) < 0;
      // The loss of labels is that of the whole sequence, which its last step has.
      const usual = paths !== undefined && t < steps - 1 ? 0 : 1;
      const weight = isIgnored ? 0 : (given?.[t] ?? usual);
      weights[token] = weight;
      counted += weight;
    });
    return {
      packing,
      rows,
      values: { ...values, weights: weights.subarray(0, packing.tokens) },
      counted,
      ...(packSource && { source: packSource(chosen.map((example) => example.source as Sequence)) }),
    };
  }

  return {
    rows: batch,
    steps: longest,
    sourceSteps,
    length: order.batches,
    load({ epoch, at }) {
      const loaded = load(order.batch(epoch, at), epoch);
      if (loaded.counted === 0) {
        throw new Error(
          `examples: no target in batch ${at} of epoch ${epoch} counts; leave out examples without a target`,
        );
      }
      return {
        ...loaded,
        next: at + 1 === order.batches ? { epoch: epoch + 1, at: 0 } : { epoch, at: at + 1 },
      };
    },
  };
}

/** The longest sequence that an encoder reads; 0 without an encoder. */
function longestSource(examples: readonly Example[]): number {
  return examples.reduce((longest, { source }) => Math.max(longest, source?.steps ?? 0), 0);
}

/** Returns how many numbers it wrote. */
function writeSteps(slot: Slot, chosen: readonly Sequence[], into: Writable): number {
  const { columns } = slot;
  const sources = chosen.map((sequence) => slot.of(sequence) as ArrayLike<number>);
  const most = (chosen[0] as Sequence).steps;
  let at = 0;
  for (let t = 0; t < most; t++) {
    for (let b = 0; b < chosen.length && (chosen[b] as Sequence).steps > t; b++) {
      const source = sources[b] as ArrayLike<number>;
      // A target that is ignored may be any class: its weight is 0.
      if (slot.classes !== undefined) into[at++] = Math.max(0, source[t] as number);
      else for (let j = 0; j < columns; j++) into[at++] = source[t * columns + j] as number;
    }
  }
  return at;
}

function writeRows(slot: Slot, chosen: readonly Sequence[], into: Writable): number {
  chosen.forEach((sequence, b) => into.set(slot.of(sequence) as ArrayLike<number>, b * slot.columns));
  return chosen.length * slot.columns;
}

/** `checked` are values per sequence that were looked at already: many examples may share an image's features. */
function checkExample(
  example: Example,
  place: string,
  slots: readonly Slot[],
  sourceSlots: readonly Slot[] | undefined,
  checked: Set<ArrayLike<number>>,
): void {
  const { steps, weights, source } = example;
  checkSequence(example, place, slots, checked);
  if (weights && weights.length !== steps) {
    throw new Error(`${place}: there must be a weight for each of its ${steps} steps, not ${weights.length}`);
  }
  if (sourceSlots && source) checkSequence(source, `${place}, source`, sourceSlots, checked);
  if ((sourceSlots === undefined) === (source === undefined)) return;
  throw new Error(
    sourceSlots
      ? `${place}: the network reads another sequence before, and the example has no source; give one`
      : `${place}: it has a source, and the network reads none; leave it out`,
  );
}

/** Throws for labels that the steps cannot spell, and for weights of steps at which they are not yet spelt. */
function checkAlignment(
  { steps, inputs, weights }: Example,
  place: string,
  paths: NonNullable<ReturnType<typeof ctcInputs>>,
): void {
  const [begin, skip, end] = [paths.begin, paths.skip, paths.end].map((name) => inputs[name]) as [
    ArrayLike<number>,
    ArrayLike<number>,
    ArrayLike<number>,
  ];
  checkCtcSteps({ begin, skip, end }, steps, place);
  for (let t = 0; t < steps - 1; t++) {
    if (!weights || weights[t] === 0) continue;
    throw new Error(
      `${place}: the loss of labels is that of the whole sequence, so step ${t} must have the weight 0, not ${weights[t]}; ` +
        "leave the weights out, or give one to the last step alone",
    );
  }
}

function checkSequence(
  sequence: Sequence,
  place: string,
  slots: readonly Slot[],
  checked: Set<ArrayLike<number>>,
): void {
  const { steps } = sequence;
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw new Error(`${place}: steps must be a whole number, 1 or more, not ${steps}; leave it out`);
  }
  const known = new Set(slots.map((slot) => slot.name));
  const unknown = Object.keys(sequence.inputs).find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new Error(`${place}: the network has no input '${unknown}'; it has ${[...known].join(", ")}`);
  }
  for (const { name, columns, per, classes, mayIgnore, of } of slots) {
    const values = of(sequence);
    const expected = (per === "step" ? steps : 1) * columns;
    if (values?.length !== expected) {
      const shape = per === "step" ? `[${steps}, ${columns}]` : `[${columns}]`;
      throw new Error(
        `${place}: '${name}' must be ${shape}, ${expected} numbers, not ${values?.length ?? "missing"}`,
      );
    }
    if (per === "sequence" && checked.has(values)) continue;
    if (per === "sequence") checked.add(values);
    for (let i = 0; i < expected; i++) {
      const value = values[i] as number;
      const fits =
        classes === undefined
          ? Number.isFinite(value)
          : Number.isInteger(value) && value < classes && (value >= 0 || mayIgnore);
      if (fits) continue;
      const range = classes === undefined ? "a finite number" : `a whole number from 0 to ${classes - 1}`;
      throw new Error(`${place}: '${name}', number ${i}, must be ${range}, not ${value}`);
    }
  }
}
