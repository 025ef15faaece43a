// Sequences of symbols as a model says them, from a boundary to the next: many at a time, the most likely symbol at each
// step. Knows no task.
import { boundaryId } from "../data/vocabulary.ts";
import { choose } from "../generate/choose.ts";
import type { Decoder } from "../generate/decoder.ts";

/** The symbols of `count` rows, each up to its boundary and at most `longest`. */
export async function decodeGreedily(
  decoder: Decoder,
  rows: number,
  count: number,
  longest: number,
): Promise<number[][]> {
  const said = Array.from({ length: count }, (): number[] => []);
  const ended = new Set<number>();
  let symbols = new Int32Array(rows).fill(boundaryId);
  for (let step = 0; step < longest && ended.size < count; step++) {
    const logits = await decoder.step(symbols);
    symbols = symbols.map((_, row) =>
      choose(logits.subarray(row * decoder.width, (row + 1) * decoder.width), 0, { temperature: 0 }),
    );
    for (let row = 0; row < count; row++) {
      const id = symbols[row] as number;
      if (id === boundaryId) ended.add(row);
      if (!ended.has(row)) said[row]?.push(id);
    }
  }
  return said;
}
