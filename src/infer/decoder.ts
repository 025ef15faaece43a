// A model, one step at a time on several rows, each with values of its own for the whole sequence; between two
// steps a row may go on from where another one was. What is chosen is for others to say.
import { buildPlan } from "../plan/build.ts";
import type { Network } from "../plan/network.ts";
import type { Device, Numbers, ParameterStore } from "../run/device.ts";
import { eventLoopTurns } from "../run/turn.ts";

export interface DecoderSettings {
  readonly network: Network;
  readonly device: Device;
  /** Its parameters are the model. */
  readonly store: ParameterStore;
  /** Rows side by side. */
  readonly rows: number;
}

export interface Decoder {
  /** Numbers of each answer: the width of the readout, such as the number of symbols. */
  readonly width: number;
  /**
   * Begins anew on all rows. `inputs` are those per sequence, [rows, width] each.
   */
  begin(inputs?: Readonly<Record<string, ArrayLike<number>>>): void;
  /**
   * Gives each row the network's one input per step, a symbol [rows] or numbers [rows, width], and resolves to what the
   * readout says of what follows, [rows, width]; the array is written anew by the next step. `parents` [rows], where it
   * is given, says which row of the step before each one continues. Rows that are not given something anew are undefined.
   */
  step(values: ArrayLike<number>, parents?: ArrayLike<number>): Promise<Float64Array>;
  dispose(): void;
}

export async function createDecoder(settings: DecoderSettings): Promise<Decoder> {
  const { network, device, store, rows } = settings;
  const perStep = network.inputs.filter((input) => input.per === "step" && input.name !== "targets");
  const [input, ...others] = perStep;
  if (!input || others.length > 0) {
    const names = perStep.map((own) => own.name).join(", ") || "none";
    throw new Error(`a decoder needs a network with one input per step, and this one has ${names}`);
  }
  const plan = buildPlan(network, { mode: "step", rows, steps: 1 });
  const program = await device.compile(plan, store);
  const output = "output.readout";
  const width = plan.views[output]?.width ?? 0;
  const states = plan.buffers.filter((buffer) => buffer.name.startsWith("initial."));
  const said = new Float64Array(rows * width);
  const extent = { rows, steps: 1 };
  const resets = new Float32Array(rows);
  const turns = eventLoopTurns();

  /** Each row's state becomes that of its parent. */
  async function follow(parents: ArrayLike<number>): Promise<void> {
    for (const { name, width: wide } of states) {
      const before = await program.read(name, new Float64Array(rows * wide));
      const after: Numbers = new Float64Array(rows * wide);
      for (let row = 0; row < parents.length; row++) {
        const from = (parents[row] as number) * wide;
        after.set(before.subarray(from, from + wide), row * wide);
      }
      program.write(name, after);
    }
  }

  return {
    width,
    begin(inputs = {}) {
      for (const name in inputs) program.write(name, Float64Array.from(inputs[name] as ArrayLike<number>));
      resets.fill(1);
    },
    async step(values, parents) {
      const isSame = !parents || Array.from(parents).every((parent, row) => parent === row);
      if (!isSame) await follow(parents);
      program.write(input.name, input.kind === "index" ? Int32Array.from(values) : Float64Array.from(values));
      program.write("resets", resets);
      resets.fill(0);
      program.run("forward", extent);
      program.run("carry", extent);
      const found = await program.read(output, said);
      await turns();
      return found;
    },
    dispose: () => program.dispose(),
  };
}
