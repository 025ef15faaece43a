// Sequences of symbols as a model says them, from a boundary to the next, many at a time. Knows no task.
import { boundaryId, unknownId } from "../../text/vocabulary.ts";
import { beamSearch, type Beam, type BeamSettings } from "../../infer/beam.ts";
import { createDecoder } from "../../infer/decoder.ts";
import type { Writable } from "../../run/device.ts";
import type { TaskModel } from "./model.ts";
import { repeated } from "../../infer/repeated.ts";

export interface DecodeSettings extends Omit<Partial<BeamSettings>, "start" | "end"> {
  /** Items side by side; each has `width` rows. Default 32. */
  readonly batch?: number;
}

/** The inputs per sequence of so many items, from the first one on, [items, width] each. */
export type InputsOf = (from: number, count: number) => Promise<Readonly<Record<string, Writable>>>;

/** The best sequences of each item, best first; without a width the most likely symbol at each step. */
export async function decode(
  { network, device, store }: Omit<TaskModel, "task">,
  items: number,
  inputsOf: InputsOf,
  settings: DecodeSettings & { readonly longest: number },
): Promise<Beam[][]> {
  const { batch = 32, width = 1 } = settings;
  const side = Math.min(batch, items);
  if (side === 0) return [];
  const decoder = await createDecoder({ network, device, store, rows: side * width });
  const found: Beam[][] = [];
  try {
    for (let from = 0; from < items; from += side) {
      const count = Math.min(side, items - from);
      const inputs = await inputsOf(from, count);
      decoder.begin(
        Object.fromEntries(
          Object.entries(inputs).map(([name, values]) => [name, repeated(values, count, width)]),
        ),
      );
      const own = { start: boundaryId, end: boundaryId, forbidden: [unknownId], width };
      found.push(...(await beamSearch(decoder, count, { ...settings, ...own })));
    }
  } finally {
    decoder.dispose();
  }
  return found;
}
