// A network run step by step: rows side by side, whose states are carried and may be handed from row to row.
import { readoutOf } from "../model/readout.ts";
import { givenInputs, type Network, type NetworkInput } from "../plan/network.ts";
import type { Program } from "../run/device.ts";

/** Rows that go step by step. */
export interface Stepping {
  /**
   * Takes the network's one input per step and resolves to the readout, [rows, width], which the next step overwrites.
   * `parents` [rows], if any, says which row of the step before each row continues.
   */
  step(values: ArrayLike<number>, parents?: ArrayLike<number>): Promise<Float64Array>;
}

/** The one input that a step takes. Throws for a network with none or several. */
export function stepInput(network: Network): NetworkInput {
  const perStep = givenInputs(network).filter((input) => input.per === "step" && input.name !== "targets");
  const [input, ...others] = perStep;
  if (input && others.length === 0) return input;
  const names = perStep.map(({ name }) => name).join(", ") || "none";
  throw new Error(`stepping needs a network with one input per step; this one has ${names}`);
}

/** Starts `rows` rows from the start values of their states, on a program that has been given the inputs per sequence. */
export function startStepping(program: Program, network: Network, rows: number): Stepping {
  const input = stepInput(network);
  const { ports, views } = program.plan;
  const output = ports.outputs[readoutOf(network)] as string;
  const width = views[output]?.width as number;
  const readout = new Float64Array(rows * width); // overwritten by every step
  const resets = new Float32Array(rows).fill(1); // [rows] 1 before the first step
  const extent = { rows, steps: 1 };
  return {
    async step(values, parents) {
      const isSame = !parents || Array.from(parents).every((parent, row) => parent === row);
      if (!isSame) await handOnStates(program, rows, parents);
      program.write(input.name, input.kind === "index" ? Int32Array.from(values) : Float64Array.from(values));
      program.write(ports.resets, resets);
      resets.fill(0);
      program.run("forward", extent);
      program.run("carry", extent);
      return program.read(output, readout);
    },
  };
}

/** Gives each row the state of its parent. */
async function handOnStates(program: Program, rows: number, parents: ArrayLike<number>): Promise<void> {
  for (const { initial, width } of program.plan.ports.states) {
    const before = await program.read(initial, new Float64Array(rows * width));
    const after = new Float64Array(rows * width);
    for (let row = 0; row < parents.length; row++) {
      const from = (parents[row] as number) * width;
      after.set(before.subarray(from, from + width), row * width);
    }
    program.write(initial, after);
  }
}
