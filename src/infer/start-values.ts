// The start values of states, from the parameters and the inputs per sequence, for sessions that carry states by value.
import { startOf } from "../graph/evaluate.ts";
import { partsOf, sourceOf, type Network, type NetworkLayer } from "../plan/network.ts";
import type { ParameterStore } from "../run/device.ts";

/** The inputs of rows, by name. */
interface RowInputs {
  readonly rows: number;
  readonly inputs: Readonly<Record<string, ArrayLike<number>>>;
}

/** The start values of the states of each row, [rows, width] by state. */
export async function startValues(
  { layers, inputs }: Network,
  store: ParameterStore,
  { rows, inputs: given }: RowInputs,
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
  const starts: Record<string, number[]> = {};
  for (const { name, cell, sizes, inputs: connections } of layers) {
    const places = store.layout.places.filter((p) => p.name.startsWith(`${name}.`));
    const parameters = new Map(
      places.map((p) => [p.name.slice(name.length + 1), all.subarray(p.offset, p.offset + p.size)]),
    );
    for (let row = 0; row < rows; row++) {
      const perSequence = cell.inputs.filter((i) => i.per === "sequence");
      const values = new Map(perSequence.map((i) => [i.name, ofRow(connections[i.name], row)]));
      for (const [state, start] of startOf({ cell, sizes, parameters }, values)) {
        (starts[`${name}.${state}`] ??= []).push(...start);
      }
    }
  }
  return Object.fromEntries(
    Object.entries(starts).map(([state, values]) => [state, Float64Array.from(values)]),
  );
}
