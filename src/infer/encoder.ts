// The encoder of a network on a device: a program of its own, with rows and steps of its own. Its states and outputs go
// to the network, and derivatives come back, by way of the host.
import { extentOf, type PackedValues } from "../batch/feed.ts";
import type { Packing } from "../batch/packing.ts";
import { checkMemory, memoryOfPlans } from "../model/memory.ts";
import { buildPlan } from "../plan/build.ts";
import { attentionInputs, networkOfEncoder, type Network } from "../plan/network.ts";
import type { StatePorts } from "../plan/plan.ts";
import type { Device, Numbers, ParameterStore, Program } from "../run/device.ts";

/** An encoder, ready to run on batches of a limited size. */
export interface EncoderProgram {
  /** Reads sequences and resolves to the inputs that the network takes from them, each [rows, width] in the caller's order. */
  forward(batch: PackedValues): Promise<Record<string, Numbers>>;
  /**
   * Takes the derivatives by those inputs back through the latest sequences, and resolves to the gradient of the encoder's
   * own parameters, which are the first of the network's.
   */
  backward(
    batch: PackedValues,
    derivativeBy: (input: string) => Promise<Float64Array>,
  ): Promise<Float64Array>;
  /** Its program, whose `seed` and `step` the trainer writes. */
  readonly program: Program;
  dispose(): void;
}

/** Low enough that a softmax gives the position no weight, and far from overflow. */
const masked = -1e9;

/** Compiles the encoder for up to `rows` rows of `steps` steps; undefined for a network without one. */
export async function createEncoder(
  network: Network,
  device: Device,
  store: ParameterStore,
  capacity: { readonly mode: "train" | "evaluate"; readonly rows: number; readonly steps: number },
): Promise<EncoderProgram | undefined> {
  const { encoder } = network;
  if (!encoder) return undefined;
  const plan = buildPlan(network, { ...capacity, part: "encoder" });
  checkMemory(network, memoryOfPlans([plan], device.precision));
  const program = await device.compile(plan, store);
  const { ports, views } = program.plan;
  const trained = store.layout.places.reduce((sum, place) => {
    const isOwn = encoder.layers.some((layer) => place.name.startsWith(`${layer.name}.`));
    return isOwn && place.trained ? sum + place.size : sum;
  }, 0);
  const { attended, finals } = encoder;
  const states = finals.of.map((name) => {
    return ports.states.find(({ layer, state }) => `${layer}.${state}` === name) as StatePorts;
  });
  const output = ports.outputs[networkOfEncoder(encoder).loss.of] as string;
  const width = views[output]?.width ?? 0;
  if (capacity.mode === "train" && !attended) {
    program.write(ports.outputGradient as string, new Float64Array(capacity.rows * capacity.steps * width));
  }
  const memory = attended && createMemory(program, { output, width, ...attended, rows: capacity.rows });
  return {
    program,
    async forward(batch) {
      for (const [name, values] of Object.entries(batch.values)) program.write(name, values);
      program.run("forward", extentOf(batch));
      return {
        [finals.input]: await readFinals(program, states, batch.packing),
        ...(memory && (await memory.read(batch.packing))),
      };
    },
    async backward(batch, derivativeBy) {
      const { packing } = batch;
      writeFinalGradients(program, states, packing, await derivativeBy(finals.input));
      memory?.writeGradient(packing, await derivativeBy(attentionInputs.memory));
      program.run("backward", extentOf(batch));
      return program.read(ports.gradients as string, new Float64Array(trained));
    },
    dispose: () => program.dispose(),
  };
}

/** The final states of each row, side by side: [rows, their widths together]. */
async function readFinals(
  program: Program,
  states: readonly StatePorts[],
  { order, unpackRows }: Packing,
): Promise<Float64Array> {
  const rows = order.length;
  const width = states.reduce((sum, state) => sum + state.width, 0);
  const joined = new Float64Array(rows * width);
  let column = 0;
  for (const { final, width: wide } of states) {
    const packed = await program.read(final, new Float64Array(rows * wide));
    const values = unpackRows(packed, wide, new Float64Array(rows * wide));
    for (let row = 0; row < rows; row++)
      joined.set(values.subarray(row * wide, (row + 1) * wide), row * width + column);
    column += wide;
  }
  return joined;
}

/** Hands each state its columns of the gradient, [rows, the states' widths together]. */
function writeFinalGradients(
  program: Program,
  states: readonly StatePorts[],
  packing: Packing,
  gradient: Float64Array,
): void {
  const rows = packing.order.length;
  const width = gradient.length / rows;
  let column = 0;
  for (const { width: wide, dfinal } of states) {
    const part = new Float64Array(rows * wide);
    for (let row = 0; row < rows; row++) {
      const from = row * width + column;
      part.set(gradient.subarray(from, from + wide), row * wide);
    }
    program.write(dfinal as string, packing.packRows(part, wide));
    column += wide;
  }
}

interface MemorySettings {
  /** The port of the output that is attended to, and its width. */
  readonly output: string;
  readonly width: number;
  /** The most steps of a row. */
  readonly longest: number;
  /** The most rows. */
  readonly rows: number;
}

/** What attention reads: the outputs of each row side by side, [rows, longest, width]. */
interface Memory {
  /** The inputs of attention: the memory, and where each row's ends. */
  read(packing: Packing): Promise<Record<string, Numbers>>;
  /** Hands the encoder the gradient of its outputs. */
  writeGradient(packing: Packing, gradient: Float64Array): void;
}

function createMemory(program: Program, { output, width, longest, rows: most }: MemorySettings): Memory {
  const numbers = numbersOfMemory(most, longest, width);
  return {
    async read(packing) {
      const rows = packing.order.length;
      const outputs = await program.read(output, new Float64Array(packing.tokens * width));
      const values = new Float64Array(rows * longest * width);
      const far = new Float64Array(rows * longest).fill(masked);
      packing.each((token, row, t) => {
        values.set(outputs.subarray(token * width, (token + 1) * width), (row * longest + t) * width);
        far[row * longest + t] = 0;
      });
      return {
        [attentionInputs.memory]: values,
        [attentionInputs.far]: far,
        [attentionInputs.element]: numbers.element.subarray(0, values.length),
        [attentionInputs.position]: numbers.position.subarray(0, values.length),
      };
    },
    writeGradient(packing, gradient) {
      const part = new Float64Array(packing.tokens * width);
      packing.each((token, row, t) => {
        const from = (row * longest + t) * width;
        part.set(gradient.subarray(from, from + width), token * width);
      });
      program.write(program.plan.ports.outputGradient as string, part);
    },
  };
}

/** The element and the step of each number of a memory, [rows, longest, width], the same for every batch. */
function numbersOfMemory(
  rows: number,
  longest: number,
  width: number,
): { readonly element: Float32Array; readonly position: Float32Array } {
  const count = rows * longest * width;
  return {
    element: Float32Array.from({ length: count }, (_, i) => i % width),
    position: Float32Array.from({ length: count }, (_, i) => Math.floor(i / width) % longest),
  };
}
