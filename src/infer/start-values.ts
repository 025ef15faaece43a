// The states of rows before their first step, as the equations of the cells give them.
import { startOf } from "../graph/evaluate.ts";
import { partsOf, sourceOf, type Connection, type Network, type NetworkInput } from "../plan/network.ts";
import type { ParameterStore } from "../run/device.ts";

/** Inputs per sequence of rows side by side, [rows, width] each; of an index, one number a row. */
interface RowInputs {
  readonly rows: number;
  readonly inputs: Readonly<Record<string, ArrayLike<number>>>;
}

/** The start values of the states of each row, [rows, width] by state, named `<layer>.<state>`. */
export async function startValues(
  network: Network,
  store: ParameterStore,
  batch: RowInputs,
): Promise<Record<string, Float64Array>> {
  const all = await store.read();
  const starts: Record<string, number[]> = {};
  for (const { name, cell, sizes, inputs: connections } of network.layers) {
    const places = store.layout.places.filter((p) => p.name.startsWith(`${name}.`));
    const parameters = new Map(
      places.map((p) => [p.name.slice(name.length + 1), all.subarray(p.offset, p.offset + p.size)]),
    );
    const perSequence = cell.inputs.filter((i) => i.per === "sequence");
    for (let row = 0; row < batch.rows; row++) {
      const values = new Map(
        perSequence.map((i) => [i.name, connectedValues(network, batch, connections[i.name], row)]),
      );
      for (const [state, start] of startOf({ cell, sizes, parameters }, values)) {
        (starts[`${name}.${state}`] ??= []).push(...start);
      }
    }
  }
  return Object.fromEntries(
    Object.entries(starts).map(([state, values]) => [state, Float64Array.from(values)]),
  );
}

/** A row's values of the network's inputs per sequence that a connection joins. */
function connectedValues(
  { inputs }: Network,
  batch: RowInputs,
  connection: Connection | undefined,
  row: number,
): Float64Array {
  return Float64Array.from(
    partsOf(connection).flatMap((part) => {
      const input = inputs.find((i) => i.name === sourceOf(part));
      if (!input || input.per === "step") return [];
      const values = valuesOfRow(input, batch.inputs[input.name], row);
      return typeof part === "string" ? values : values.slice(part.from, part.from + part.width);
    }),
  );
}

function valuesOfRow(
  { width, kind }: NetworkInput,
  values: ArrayLike<number> | undefined,
  row: number,
): number[] {
  return Array.from({ length: width }, (_, j) =>
    kind === "index" ? Number(values?.[row] === j) : (values?.[row * width + j] ?? 0),
  );
}
