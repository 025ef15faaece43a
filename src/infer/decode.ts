// The most likely sequences of symbols that a network writes for items, from a boundary to the next, many items at a time.
import type { Writable } from "../run/device.ts";
import { boundaryId, unknownId } from "../text/vocabulary.ts";
import { beamSearch, type Beam, type BeamSettings } from "./beam.ts";
import { repeatRows } from "./repeat-rows.ts";
import type { Session } from "./session.ts";

export interface DecodeSettings extends Omit<Partial<BeamSettings>, "start" | "end"> {
  /** Items side by side; each takes `width` rows. Default 32. */
  readonly batch?: number;
}

/** The inputs per sequence of `count` items from the item `from` on, [count, width] each. */
export type InputsOf = (from: number, count: number) => Promise<Readonly<Record<string, Writable>>>;

/** The best sequences of each item, best first; with the default width 1 the most likely symbol at each step. */
export async function decode(
  session: Session,
  items: number,
  inputsOf: InputsOf,
  settings: DecodeSettings & { readonly longest: number },
): Promise<Beam[][]> {
  const { batch = 32, width = 1 } = settings;
  const side = Math.min(batch, items);
  const sequences: Beam[][] = [];
  await session.exclusively(async () => {
    for (let from = 0; from < items; from += side) {
      const count = Math.min(side, items - from);
      const inputs = Object.entries(await inputsOf(from, count));
      await session.begin(
        side * width,
        Object.fromEntries(inputs.map(([name, values]) => [name, repeatRows(values, count, width)])),
      );
      const search = { start: boundaryId, end: boundaryId, forbidden: [unknownId], width };
      sequences.push(...(await beamSearch(session, count, { ...settings, ...search })));
    }
  });
  return sequences;
}
