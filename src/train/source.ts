// The source of a network on a device, beside the network that it hands vectors to: each has a program, and rows and
// steps of its own. Vectors go over and derivatives come back by way of the host. Knows no task.
import type { Example } from "../model/example.ts";
import { buildPlan } from "../plan/build.ts";
import { networkOfSource, type Bridge, type Network } from "../plan/network.ts";
import type { Device, Numbers, ParameterStore, Program, RunExtent, Writable } from "../run/device.ts";

/** The sequences that a batch reads before, longest first. */
export interface SourceBatch {
  readonly extent: RunExtent;
  readonly values: Readonly<Record<string, Writable>>;
  /** The row of the batch that each row here belongs to. */
  readonly order: readonly number[];
}

export interface SourceProgram {
  /** Reads the sequences and gives the inputs of the network, each [rows, width] in the order of the batch. */
  forward(batch: SourceBatch): Promise<Record<string, Numbers>>;
  /**
   * Takes the derivatives by those inputs back through the latest sequences, and gives the gradient of the source's own
   * parameters, which are the first ones of the network's.
   */
  backward(batch: SourceBatch, derivativeBy: (input: string) => Promise<Float64Array>): Promise<Float64Array>;
  /** As for any program: `seed` and `step`. */
  readonly program: Program;
  dispose(): void;
}

/** Far enough below 0 that a softmax gives nothing there, and nearer than what overflows. */
const nowhere = -1e9;

export async function createSource(
  network: Network,
  device: Device,
  store: ParameterStore,
  capacity: { readonly mode: "train" | "evaluate"; readonly rows: number; readonly steps: number },
): Promise<SourceProgram | undefined> {
  const { source } = network;
  if (!source) return undefined;
  const plan = buildPlan(network, { ...capacity, part: "source" });
  const program = await device.compile(plan, store);
  const widthOf = (name: string): number => {
    return plan.views[name]?.width ?? plan.buffers.find((b) => b.name === name)?.width ?? 0;
  };
  const trained = store.layout.places.reduce((sum, place) => {
    const isOwn = source.layers.some((layer) => place.name.startsWith(`${layer.name}.`));
    return isOwn && place.trained ? sum + place.size : sum;
  }, 0);
  const attended = networkOfSource(source).loss.of;
  const isAttended = source.gives.some((bridge) => bridge.kind === "outputs");
  if (capacity.mode === "train" && !isAttended) {
    program.write(
      `d.${attended}`,
      new Float64Array(capacity.rows * capacity.steps * widthOf(`output.${attended}`)),
    );
  }

  async function finals(
    bridge: Extract<Bridge, { kind: "finals" }>,
    batch: SourceBatch,
  ): Promise<Float64Array> {
    const widths = bridge.of.map((state) => widthOf(`final.${state}`));
    const width = widths.reduce((sum, w) => sum + w, 0);
    const rows = batch.order.length;
    const into = new Float64Array(rows * width);
    let column = 0;
    for (const [i, state] of bridge.of.entries()) {
      const own = widths[i] as number;
      const values = await program.read(`final.${state}`, new Float64Array(rows * own));
      batch.order.forEach((row, b) =>
        into.set(values.subarray(b * own, (b + 1) * own), row * width + column),
      );
      column += own;
    }
    return into;
  }

  /** What the numbers of a memory belong to, [rows, places, width], the same for every batch. */
  const numbersOf = (places: number, width: number): { element: Float32Array; position: Float32Array } => {
    const count = capacity.rows * places * width;
    return {
      element: Float32Array.from({ length: count }, (_, i) => i % width),
      position: Float32Array.from({ length: count }, (_, i) => Math.floor(i / width) % places),
    };
  };
  const numbers = new Map(
    source.gives.flatMap((bridge) =>
      bridge.kind === "outputs"
        ? [[bridge, numbersOf(bridge.places, widthOf(`output.${bridge.of}`))] as const]
        : [],
    ),
  );

  async function outputs(
    bridge: Extract<Bridge, { kind: "outputs" }>,
    batch: SourceBatch,
  ): Promise<Record<string, Numbers>> {
    const { of, places, inputs } = bridge;
    const { element, position } = numbers.get(bridge) as ReturnType<typeof numbersOf>;
    const width = widthOf(`output.${of}`);
    const rows = batch.order.length;
    const values = await program.read(`output.${of}`, new Float64Array(tokensOf(batch) * width));
    const memory = new Float64Array(rows * places * width);
    const far = new Float64Array(rows * places).fill(nowhere);
    eachToken(batch, (row, t, token) => {
      memory.set(values.subarray(token * width, (token + 1) * width), (row * places + t) * width);
      far[row * places + t] = 0;
    });
    return {
      [inputs.memory]: memory,
      [inputs.far]: far,
      [inputs.element]: element.subarray(0, memory.length),
      [inputs.position]: position.subarray(0, memory.length),
    };
  }

  return {
    program,
    async forward(batch) {
      for (const [name, values] of Object.entries(batch.values)) program.write(name, values);
      program.run("forward", batch.extent);
      const given: Record<string, Numbers> = {};
      for (const bridge of source.gives) {
        if (bridge.kind === "finals") given[bridge.input] = await finals(bridge, batch);
        else Object.assign(given, await outputs(bridge, batch));
      }
      return given;
    },
    async backward(batch, derivativeBy) {
      for (const bridge of source.gives) {
        if (bridge.kind === "finals") {
          const values = await derivativeBy(bridge.input);
          const width = values.length / batch.order.length;
          let column = 0;
          for (const state of bridge.of) {
            const own = widthOf(`final.${state}`);
            const part = new Float64Array(batch.order.length * own);
            batch.order.forEach((row, b) => {
              const from = row * width + column;
              part.set(values.subarray(from, from + own), b * own);
            });
            program.write(`dfinal.${state}`, part);
            column += own;
          }
          continue;
        }
        const values = await derivativeBy(bridge.inputs.memory);
        const width = widthOf(`output.${bridge.of}`);
        const part = new Float64Array(tokensOf(batch) * width);
        eachToken(batch, (row, t, token) => {
          const from = (row * bridge.places + t) * width;
          part.set(values.subarray(from, from + width), token * width);
        });
        program.write(`d.${bridge.of}`, part);
      }
      program.run("backward", batch.extent);
      return program.read("gradients", new Float64Array(trained));
    },
    dispose: () => program.dispose(),
  };
}

const tokensOf = ({ extent }: SourceBatch): number =>
  (extent.lengths as Int32Array).reduce((sum, length) => sum + length, 0);

/** Each token, in the order in which they stand: the row of the batch, the step, and the token's number. */
function eachToken(batch: SourceBatch, visit: (row: number, t: number, token: number) => void): void {
  const lengths = batch.extent.lengths as Int32Array;
  let token = 0;
  for (let t = 0; t < batch.extent.steps; t++) {
    for (let b = 0; b < lengths.length && (lengths[b] as number) > t; b++, token++) {
      visit(batch.order[b] as number, t, token);
    }
  }
}

/** The longest of what examples read before; 0 without any. */
export function longestSource(examples: readonly Example[]): number {
  return examples.reduce((most, { source }) => Math.max(most, source?.steps ?? 0), 0);
}
