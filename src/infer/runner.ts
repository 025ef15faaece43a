// Runs a network over sequences of any lengths: values in, outputs and final states out, in the caller's order. For
// training see `train/`; for one step at a time `generate/`.
import { startOf } from "../graph/evaluate.ts";
import { lower, sizeOf } from "../graph/lower.ts";
import { buildPlan, parameterLayout } from "../plan/build.ts";
import { partsOf, sourceOf, type Network, type NetworkLayer } from "../plan/network.ts";
import type { Device, Numbers, ParameterStore } from "../run/device.ts";
import { packRows } from "./packed-rows.ts";

export interface RunnerSettings {
  readonly network: Network;
  readonly device: Device;
  /** The parameters, in the order of `parameterLayout(network)`; or the store that holds them already. */
  readonly parameters: Numbers | ParameterStore;
  /** The most rows, B, and steps, T, of a run. */
  readonly rows: number;
  readonly steps: number;
}

/** Values by name. Those of a state are named `<layer>.<state>`. */
export type ByName<Values> = Readonly<Record<string, Values>>;

export interface SequenceBatch {
  /**
   * By input: per step [steps, rows, width], per sequence [rows, width]; of an index one number each. What stands beyond
   * a row's end is not read. An input that only a loss reads may be left out.
   */
  readonly inputs: ByName<ArrayLike<number>>;
  /** Steps and rows that the values have. */
  readonly rows: number;
  readonly steps: number;
  /** Steps of each row, in any order, 0 for none; default `steps` each. */
  readonly lengths?: ArrayLike<number>;
  /** All states before the first step, [rows, width] each; without it sequences start as the equations say. */
  readonly initial?: ByName<ArrayLike<number>>;
  /** [steps, rows] 1 where another sequence starts in the middle of a row, else 0. */
  readonly resets?: ArrayLike<number>;
}

export interface SequenceResult {
  /** By layer [steps, rows, width], 0 beyond each row's end. */
  readonly outputs: ByName<Float64Array>;
  /**
   * By state [rows, width], after each row's last step (its first, in a layer that goes from the last step to the first),
   * to be given to the next run. A row without a step keeps the state it had.
   */
  readonly final: ByName<Float64Array>;
}

export interface Runner {
  /** Throws for values that do not fit, naming them; runs follow each other. */
  run(batch: SequenceBatch): Promise<SequenceResult>;
  dispose(): void;
}

/** No noise is drawn, and nothing is learned. */
export async function createRunner(settings: RunnerSettings): Promise<Runner> {
  const { network, device, parameters, rows: mostRows, steps: mostSteps } = settings;
  const isStore = (given: RunnerSettings["parameters"]): given is ParameterStore => "layout" in given;
  const layout = parameterLayout(network);
  const store = isStore(parameters) ? parameters : device.parameters(layout);
  if (!isStore(parameters)) store.write(parameters);
  const plan = buildPlan(network, { mode: "evaluate", rows: mostRows, steps: mostSteps });
  const program = await device.compile(plan, store);
  const states = network.layers.flatMap(({ name: layer, cell, sizes }) =>
    cell.states.map((s) => ({ name: `${layer}.${s.name}`, width: sizeOf(s.width, sizes, cell.name) })),
  );
  const neededInputs = inputsOfOutputs(network);

  return {
    async run(batch) {
      const { rows, steps, inputs, initial, resets } = batch;
      if (rows > mostRows || steps > mostSteps) {
        throw new Error(
          `this runner was made for up to ${mostRows} rows and ${mostSteps} steps, not ${rows} and ${steps}; ` +
            "make one with more, as in createRunner({ rows, steps, … })",
        );
      }
      const packed = packRows(batch.lengths ?? Array.from({ length: rows }, () => steps), steps);
      if (batch.lengths && batch.lengths.length !== rows) {
        throw new Error(`there must be a length for each of ${rows} rows, not ${batch.lengths.length}`);
      }
      checkNames(
        "input",
        Object.keys(inputs),
        network.inputs.map((i) => i.name),
        [...neededInputs],
      );
      if (initial) {
        const names = states.map((s) => s.name);
        checkNames("initial state", Object.keys(initial), names, names);
      }
      const before = initial ?? (await startValues(network, store, batch));
      const { extent, tokens } = packed;
      const outputs: Record<string, Float64Array> = {};
      const final: Record<string, Float64Array> = {};
      if (extent) {
        for (const { name, width, kind, per } of network.inputs) {
          const values = inputs[name];
          if (!values) continue;
          const columns = kind === "index" ? 1 : width;
          const own = per === "step" ? packed.pack(values, columns) : packed.packRows(values, columns);
          program.write(name, kind === "index" ? indices(name, own, width) : own);
        }
        const marks = packed.pack(resets ?? new Float64Array(steps * rows), 1);
        if (!initial) marks.fill(1, 0, extent.rows);
        program.write("resets", marks);
        for (const { name, width } of initial ? states : []) {
          program.write(`initial.${name}`, packed.packRows(initial?.[name] ?? [], width));
        }
        program.run("forward", extent);
      }
      for (const { name, cell, sizes } of network.layers) {
        const { width } = lower(cell, sizes).output;
        const values = new Float64Array(tokens * width);
        outputs[name] = packed.unpack(extent ? await program.read(`output.${name}`, values) : values, width);
      }
      for (const { name, width } of states) {
        const values = new Float64Array((extent?.rows ?? 0) * width);
        const own = extent ? await program.read(`final.${name}`, values) : values;
        final[name] = packed.unpackRows(own, width, before[name] ?? []);
      }
      return { outputs, final };
    },
    dispose: () => program.dispose(),
  };
}

/** The inputs on which something else than a loss depends. */
function inputsOfOutputs({ inputs, layers, loss }: Network): Set<string> {
  const readers = loss.kind === "mean" ? layers.filter((l) => l.name !== loss.of) : layers;
  const names = new Set(inputs.map((i) => i.name));
  const read = readers.flatMap((l) => Object.values(l.inputs).flatMap((c) => partsOf(c).map(sourceOf)));
  return new Set(read.filter((name) => names.has(name)));
}

function checkNames(
  what: string,
  given: readonly string[],
  known: readonly string[],
  needed: readonly string[],
): void {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`there is no ${what} '${unknown}'; the network has ${known.join(", ") || "none"}`);
  }
  const missing = needed.filter((name) => !given.includes(name));
  if (missing.length > 0)
    throw new Error(`the ${what} ${missing.join(", ")} is missing; give all of ${needed.join(", ")}`);
}

function indices(name: string, values: Float64Array, classes: number): Int32Array {
  const wrong = values.findIndex((v) => !(Number.isInteger(v) && v >= 0 && v < classes));
  if (wrong < 0) return Int32Array.from(values);
  throw new Error(`input '${name}' must be whole numbers from 0 to ${classes - 1}, not ${values[wrong]}`);
}

/** What the states of each row start with, [rows, width] by state. */
async function startValues(
  { layers, inputs }: Network,
  store: ParameterStore,
  { rows, inputs: given }: SequenceBatch,
): Promise<Record<string, Float64Array>> {
  const all = await store.read();
  const ofRow = (connection: NetworkLayer["inputs"][string] | undefined, row: number): Float64Array =>
    Float64Array.from(
      partsOf(connection).flatMap((part) => {
        const input = inputs.find((i) => i.name === sourceOf(part));
        if (!input || input.per === "step") return [];
        const { width, kind } = input;
        const own = Array.from({ length: width }, (_, j) =>
          kind === "index"
            ? Number(given[input.name]?.[row] === j)
            : (given[input.name]?.[row * width + j] ?? 0),
        );
        return typeof part === "string" ? own : own.slice(part.from, part.from + part.width);
      }),
    );
  const found: Record<string, number[]> = {};
  for (const { name, cell, sizes, inputs: connections } of layers) {
    const places = store.layout.places.filter((p) => p.name.startsWith(`${name}.`));
    const parameters = new Map(
      places.map((p) => [p.name.slice(name.length + 1), all.subarray(p.offset, p.offset + p.size)]),
    );
    for (let row = 0; row < rows; row++) {
      const perSequence = cell.inputs.filter((i) => i.per === "sequence");
      const values = new Map(perSequence.map((i) => [i.name, ofRow(connections[i.name], row)]));
      for (const [state, start] of startOf({ cell, sizes, parameters }, values)) {
        (found[`${name}.${state}`] ??= []).push(...start);
      }
    }
  }
  return Object.fromEntries(
    Object.entries(found).map(([state, values]) => [state, Float64Array.from(values)]),
  );
}
