// Feeds: what every batch starts from, what counts in it and what it hands on, for any window and any length of the gradient.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluationFeed, extentOf, laneFeed, type Batch, type Position } from "../../src/batch/feed.ts";

const ids = (length: number): Uint16Array => Uint16Array.from({ length }, (_, i) => i);

/** Copies, since a feed writes its arrays anew. */
const copyOf = ({ values, carry, counted, next, ...batch }: Batch) => ({
  ...structuredClone({ values, carry, counted, next }),
  extent: extentOf({ packing: batch.packing, ...(carry !== undefined && { carry }) }),
});

const valuesOf = ({ values }: Batch) => ({
  symbols: values["symbols"]!,
  targets: values["targets"]!,
  weights: values["weights"]!,
  resets: values["resets"]!,
});

describe("windows of lanes", () => {
  const settings = fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    window: fc.integer({ min: 1, max: 6 }),
    further: fc.integer({ min: 0, max: 30 }),
    extra: fc.nat(40),
  });

  it("count each token once, go back as far as they should, and find the carried state where they start", () => {
    fc.assert(
      fc.property(settings, ({ batch, window, further, extra }) => {
        const bptt = window + further;
        const feed = laneFeed(ids(batch * window + 1 + extra), { input: "symbols", batch, window, bptt });
        let position: Position = { epoch: 0, at: 0 };
        let carried = 0; // the step before which the carried state stands
        let counted = 0;
        while (position.epoch === 0) {
          const { at } = position;
          const b = feed.load(position);
          const { symbols, targets, weights, resets } = valuesOf(b);
          const { rows, steps, carry } = extentOf(b);
          const end = Math.min(at + window, feed.length);
          const start = end - steps;
          expect(rows).toBe(batch);
          expect(steps).toBeLessThanOrEqual(feed.steps);
          expect(start).toBe(Math.max(0, at + window - bptt));
          expect([...symbols.subarray(0, batch)]).toEqual(
            Array.from({ length: batch }, (_, lane) => lane * feed.length + start),
          );
          expect(targets[targets.length - 1]).toBe((batch - 1) * feed.length + end);
          expect([...weights]).toEqual(
            Array.from({ length: steps * batch }, (_, i) => (i < (at - start) * batch ? 0 : 1)),
          );
          const isReset = resets.every((r, i) => r === (start === 0 && i < batch ? 1 : 0));
          expect(isReset).toBe(true);
          if (start > 0) expect(carried).toBe(start);
          carried = start + (carry as number);
          counted += b.counted;
          position = b.next;
        }
        expect(position).toEqual({ epoch: 1, at: 0 });
        expect(counted).toBe(feed.length * batch);
      }),
    );
  });

  it("are each a step of their own where both are 1, Elman's rule", () => {
    const feed = laneFeed(ids(4), { input: "symbols", batch: 1, window: 1, bptt: 1 });
    const batches = [0, 1, 2].map((at) => copyOf(feed.load({ epoch: 0, at })));
    expect(
      batches.map(({ values, extent }) => [
        values["symbols"]?.[0],
        values["targets"]?.[0],
        values["resets"]?.[0],
        extent,
      ]),
    ).toEqual([
      [0, 1, 1, { rows: 1, steps: 1, carry: 1 }],
      [1, 2, 0, { rows: 1, steps: 1, carry: 1 }],
      [2, 3, 0, { rows: 1, steps: 1, carry: 1 }],
    ]);
  });

  it("say what a text lacks", () => {
    const message = "window 50 × batch 32 needs 1601 symbols, the training part has 1600";
    expect(() => laneFeed(ids(1600), { input: "symbols", batch: 32, window: 50, bptt: 50 })).toThrow(message);
  });
});

describe("evaluation", () => {
  it.each([2, 3, 10, 63, 64, 65, 500])(
    "covers a text of %i symbols but for less than one a lane",
    (length) => {
      const feed = evaluationFeed(ids(length), { input: "symbols", batch: 4, window: 16 });
      let position: Position = { epoch: 0, at: 0 };
      let counted = 0;
      while (position.epoch === 0) {
        const batch = feed.load(position);
        counted += batch.counted;
        position = batch.next;
      }
      expect(counted).toBe(Math.floor((length - 1) / feed.rows) * feed.rows);
    },
  );
});
