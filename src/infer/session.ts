// A network and its weights, ready to run forward on a device: whole sequences at once, or step by step with the state
// carried. Draws no noise and learns nothing. Evaluation, prediction, sampling and beam search are programs over it.
import { checkOptions, type OptionRules } from "../base/options.ts";
import { extentOf, writeBatch, type Batch, type PackedValues } from "../batch/feed.ts";
import { packRows, type Packing } from "../batch/packing.ts";
import { readoutOf } from "../model/readout.ts";
import { checkMemory, memoryOfPlans } from "../model/memory.ts";
import { buildPlan, parameterLayout } from "../plan/build.ts";
import { outputWidth } from "../plan/check-network.ts";
import { partsOf, sourceOf, type Network } from "../plan/network.ts";
import type { Mode, StatePorts } from "../plan/plan.ts";
import type { Device, Numbers, ParameterStore, Program } from "../run/device.ts";
import { eventLoopTurns } from "../run/turn.ts";
import { createEncoder, type EncoderProgram } from "./encoder.ts";
import { startValues } from "./start-values.ts";
import { startStepping, stepInput, type Stepping } from "./stepping.ts";

/** A network, weights, and the device that runs them. */
export interface SessionSettings {
  readonly network: Network;
  readonly device: Device;
  /** All parameters in the order of `parameterLayout(network)`; or the store that holds them, which stays the caller's. */
  readonly weights: Numbers | ParameterStore;
  /** Rows and steps to allocate at first; a run with more allocates anew. Default as many as the first run has. */
  readonly rows?: number;
  readonly steps?: number;
}

const rules: OptionRules<SessionSettings> = {
  network: "any",
  device: "any",
  weights: "any",
  rows: "number",
  steps: "number",
};

/** Values by name. Those of a state are named `<layer>.<state>`. */
export type ByName<Values> = Readonly<Record<string, Values>>;

/** Sequences of any lengths in any order. */
export interface SequenceBatch {
  /**
   * By input: per step [steps, rows, width], per sequence [rows, width]; an index has one number in place of `width`.
   * Values beyond a row's end are not read. An input that only a loss reads may be absent.
   */
  readonly inputs: ByName<ArrayLike<number>>;
  readonly rows: number;
  readonly steps: number;
  /** Steps of each row, in any order, 0 for none; default `steps` each. */
  readonly lengths?: ArrayLike<number>;
  /** All states before the first step, [rows, width] each; default the start values of the equations. */
  readonly initial?: ByName<ArrayLike<number>>;
  /** [steps, rows] 1 where another sequence starts in the middle of a row, else 0. */
  readonly resets?: ArrayLike<number>;
}

/** What a session made of a batch of sequences. */
export interface SequenceResult {
  /** By layer [steps, rows, width], 0 beyond each row's end. */
  readonly outputs: ByName<Float64Array>;
  /**
   * By state [rows, width], after each row's last step (its first, in a reverse layer), to be handed to the next run.
   * A row without a step keeps its state.
   */
  readonly final: ByName<Float64Array>;
}

/** The results of a packed batch, read from the device when asked for and before the next run. */
export interface PackedResult {
  /** The mean of the loss over the batch, weighted; a cross-entropy is in nats. */
  loss(): Promise<number>;
  /** The readout, or another layer's output, packed: [tokens, width]. */
  output(layer?: string): Promise<{ readonly values: Float64Array; readonly width: number }>;
}

/** A network and its weights, ready to run forward on a device. */
export interface Session {
  readonly network: Network;
  readonly device: Device;
  /** The weights, which may change between two runs. */
  readonly store: ParameterStore;
  /** Width of the readout: the numbers that the network puts out per step. */
  readonly width: number;
  /** Runs sequences in the caller's order. Throws for values that do not fit, naming them. */
  sequence(batch: SequenceBatch): Promise<SequenceResult>;
  /** Runs a packed batch; its final states are carried to the next packed batch, whose resets say what starts anew. */
  forward(batch: Pick<Batch, "packing" | "values" | "carry" | "source">): Promise<PackedResult>;
  /** Runs the encoder alone: the network's inputs per sequence that come from it, [rows, width] each. */
  encode(source: PackedValues): Promise<Record<string, Numbers>>;
  /**
   * Starts stepping on `rows` rows side by side, each from the start values of its states. `inputs` are those per
   * sequence, [rows, width] each.
   */
  begin(rows: number, inputs?: ByName<ArrayLike<number>>): Promise<void>;
  /**
   * Hands each row the network's one input per step, an index [rows] or numbers [rows, width], and resolves to the readout
   * of the next symbol, [rows, width]; the array is overwritten by the next step. `parents` [rows], if any, says which row
   * of the step before each row continues.
   */
  step(values: ArrayLike<number>, parents?: ArrayLike<number>): Promise<Float64Array>;
  /**
   * Runs work that takes several runs of the session, after all such work that was begun before, so that states and
   * results of two callers do not mix. `predict`, `evaluate` and `decode` do it themselves.
   */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
  /** Frees the programs, and the weights where they were handed in as numbers. */
  dispose(): void;
}

/** Opens a session. Nothing is compiled before it is needed. */
export function createSession(settings: SessionSettings): Session {
  checkOptions("session", settings, rules);
  const { network, device, weights } = settings;
  if (!network || !device || !weights) throw new Error("session: network, device and weights are needed");
  const isStore = (value: SessionSettings["weights"]): value is ParameterStore => "layout" in value;
  const store = isStore(weights) ? weights : device.parameters(parameterLayout(network));
  if (!isStore(weights)) store.write(weights);
  const turns = eventLoopTurns();
  const programs = createPrograms(settings, store);
  let encoder:
    { readonly program: EncoderProgram; readonly rows: number; readonly steps: number } | undefined;
  let stepping: Stepping | undefined;
  let latest: Promise<unknown> = Promise.resolve();

  async function encode(source: PackedValues): Promise<Record<string, Numbers>> {
    const { order, extent } = source.packing;
    const [rows, steps] = [order.length, extent?.steps ?? 1];
    if (!encoder || encoder.rows < rows || encoder.steps < steps) {
      const room = { rows: Math.max(rows, encoder?.rows ?? 1), steps: Math.max(steps, encoder?.steps ?? 1) };
      encoder?.program.dispose();
      const program = await createEncoder(network, device, store, { mode: "evaluate", ...room });
      if (!program) throw new Error("the network has no encoder; leave the source out");
      encoder = { program, ...room };
    }
    return encoder.program.forward(source);
  }

  return {
    network,
    device,
    store,
    width: widthOf(network, readoutOf(network)),
    encode,
    async sequence(batch) {
      checkBatch(network, batch);
      const { rows, steps, initial } = batch;
      const packing = packRows(batch.lengths ?? Array.from({ length: rows }, () => steps), steps);
      const program = await programs.of("evaluate", rows, steps);
      const before = initial ?? (await startValues(network, store, batch));
      writeSequences(program, network, batch, packing);
      if (packing.extent) program.run("forward", packing.extent);
      const result = await readSequences(program, network, packing, before);
      await turns();
      return result;
    },
    async forward(batch) {
      const extent = extentOf(batch);
      const program = await programs.of("evaluate", extent.rows, extent.steps);
      writeBatch(program, batch, batch.source && (await encode(batch.source)));
      program.run("forward", extent);
      program.run("carry", extent);
      await turns();
      return {
        loss: async () =>
          (await program.read(program.plan.ports.loss as string, new Float64Array(1)))[0] as number,
        async output(layer = readoutOf(network)) {
          const width = widthOf(network, layer);
          return {
            values: await readPort(program, outputOf(program, layer), batch.packing.tokens * width),
            width,
          };
        },
      };
    },
    async begin(rows, inputs = {}) {
      stepInput(network);
      const program = await programs.of("step", rows, 1);
      for (const name in inputs) program.write(name, Float64Array.from(inputs[name] as ArrayLike<number>));
      stepping = startStepping(program, network, rows);
    },
    async step(values, parents) {
      if (!stepping) throw new Error("session: call begin before step");
      const readout = await stepping.step(values, parents);
      await turns();
      return readout;
    },
    exclusively(work) {
      const result = latest.then(work, work);
      latest = result.catch(() => {});
      return result;
    },
    dispose() {
      programs.dispose();
      encoder?.program.dispose();
      [encoder, stepping] = [undefined, undefined];
      if (!isStore(weights)) store.dispose();
    },
  };
}

/** Programs by mode. */
interface Programs {
  /** Compiles a program at its first use, and anew where a run has more rows or steps than it has room for. */
  of(mode: Mode, rows: number, steps: number): Promise<Program>;
  dispose(): void;
}

function createPrograms(settings: SessionSettings, store: ParameterStore): Programs {
  const { network, device } = settings;
  const compiled = new Map<
    Mode,
    { readonly program: Program; readonly rows: number; readonly steps: number }
  >();
  return {
    async of(mode, rows, steps) {
      const existing = compiled.get(mode);
      if (existing && existing.rows >= rows && existing.steps >= steps) return existing.program;
      const first = mode === "step" ? { rows: 1, steps: 1 } : settings;
      const room = {
        rows: Math.max(rows, existing?.rows ?? first.rows ?? 1),
        steps: Math.max(steps, existing?.steps ?? first.steps ?? 1),
      };
      const plan = buildPlan(network, { mode, ...room });
      checkMemory(network, memoryOfPlans([plan], device.precision));
      existing?.program.dispose();
      compiled.delete(mode);
      const program = await device.compile(plan, store);
      compiled.set(mode, { program, ...room });
      return program;
    },
    dispose() {
      for (const { program } of compiled.values()) program.dispose();
      compiled.clear();
    },
  };
}

/** The outputs and final states of sequences that have been run; `before` are the states that they began with. */
async function readSequences(
  program: Program,
  network: Network,
  packing: Packing,
  before: ByName<ArrayLike<number>>,
): Promise<SequenceResult> {
  const outputs: Record<string, Float64Array> = {};
  for (const { name } of network.layers) {
    const width = widthOf(network, name);
    const values = await readPort(program, outputOf(program, name), packing.tokens * width);
    outputs[name] = packing.unpack(values, width);
  }
  const final: Record<string, Float64Array> = {};
  for (const { name, width, final: port } of statesOf(program)) {
    const values = await readPort(program, port, packing.order.length * width);
    final[name] = packing.unpackRows(values, width, before[name] ?? []);
  }
  return { outputs, final };
}

async function readPort(program: Program, name: string, count: number): Promise<Float64Array> {
  return count === 0 ? new Float64Array(0) : program.read(name, new Float64Array(count));
}

/** The states of a program, named as `SequenceBatch` names them. */
function statesOf({ plan }: Program): (StatePorts & { readonly name: string })[] {
  return plan.ports.states.map((ports) => ({ ...ports, name: stateName(ports.layer, ports.state) }));
}

const stateName = (layer: string, state: string): string => `${layer}.${state}`;

/** The port of a layer's output. */
function outputOf({ plan }: Program, layer: string): string {
  return plan.ports.outputs[layer] as string;
}

function widthOf({ layers }: Network, name: string): number {
  const layer = layers.find((l) => l.name === name);
  if (layer) return outputWidth(layer);
  throw new Error(`there is no layer '${name}'; the network has ${layers.map((l) => l.name).join(", ")}`);
}

/** Throws for lengths, inputs and states that are not those of the network. */
function checkBatch(network: Network, batch: SequenceBatch): void {
  const { rows, lengths, inputs, initial } = batch;
  if (lengths && lengths.length !== rows) {
    throw new Error(`there must be a length for each of ${rows} rows, not ${lengths.length}`);
  }
  const known = network.inputs.map((i) => i.name);
  checkNames("input", Object.keys(inputs), known, [...inputsOfOutputs(network)]);
  if (!initial) return;
  const names = network.layers.flatMap(({ name, cell }) => cell.states.map((s) => stateName(name, s.name)));
  checkNames("initial state", Object.keys(initial), names, names);
}

function writeSequences(
  program: Program,
  network: Network,
  { inputs, initial, resets, rows, steps }: SequenceBatch,
  packing: Packing,
): void {
  if (!packing.extent) return;
  for (const { name, width, kind, per } of network.inputs) {
    const values = inputs[name];
    if (!values) continue;
    const columns = kind === "index" ? 1 : width;
    const packed = per === "step" ? packing.pack(values, columns) : packing.packRows(values, columns);
    program.write(name, kind === "index" ? indices(name, packed, width) : packed);
  }
  const marks = packing.pack(resets ?? new Float64Array(steps * rows), 1);
  if (!initial) marks.fill(1, 0, packing.order.length);
  program.write(program.plan.ports.resets, marks);
  for (const { name, width, initial: port } of initial ? statesOf(program) : []) {
    program.write(port, packing.packRows(initial?.[name] ?? [], width));
  }
}

/** The inputs that outputs depend on, which targets of a loss are not. */
function inputsOfOutputs({ inputs, layers, loss }: Network): Set<string> {
  const readers = loss.kind === "mean" ? layers.filter((l) => l.name !== loss.of) : layers;
  const names = new Set(inputs.map((i) => i.name));
  const read = readers.flatMap((l) => Object.values(l.inputs).flatMap((c) => partsOf(c).map(sourceOf)));
  return new Set(read.filter((name) => names.has(name)));
}

function checkNames(
  what: string,
  names: readonly string[],
  known: readonly string[],
  needed: readonly string[],
): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`there is no ${what} '${unknown}'; the network has ${known.join(", ") || "none"}`);
  }
  const missing = needed.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new Error(`the ${what} ${missing.join(", ")} is missing; give all of ${needed.join(", ")}`);
}

function indices(name: string, values: Float64Array, classes: number): Int32Array {
  const wrong = values.findIndex((v) => !(Number.isInteger(v) && v >= 0 && v < classes));
  if (wrong < 0) return Int32Array.from(values);
  throw new Error(`input '${name}' must be whole numbers from 0 to ${classes - 1}, not ${values[wrong]}`);
}
