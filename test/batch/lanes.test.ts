import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitLanes, lanes } from "../../src/batch/lanes.ts";

const count = (length: number): Uint16Array => Uint16Array.from({ length }, (_, i) => i);

describe("lanes", () => {
  it("lays lanes side by side, time-major, targets one later", () => {
    const inputs = new Int32Array(6);
    const targets = new Int32Array(6);
    const made = lanes(count(12), { batch: 2, window: 3 });
    expect([made.steps, made.windows]).toEqual([5, 2]);
    expect(made.fill(0, 3, inputs, targets)).toBe(3);
    expect([...inputs]).toEqual([0, 5, 1, 6, 2, 7]);
    expect([...targets]).toEqual([1, 6, 2, 7, 3, 8]);
    expect(made.fill(3, 3, inputs, targets)).toBe(2);
    expect([...inputs]).toEqual([3, 8, 4, 9, 2, 7]);
  });

  it("reads every step of every lane once, whatever the window, and any range alike", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(60),
        (batch, window, extra) => {
          const ids = count(batch * window + 1 + extra);
          const made = lanes(ids, { batch, window });
          const inputs = new Int32Array(made.steps * batch);
          const targets = new Int32Array(made.steps * batch);
          let start = 0;
          for (let w = 0; w < made.windows; w++) {
            expect(start).toBe(w * window);
            start += made.fill(
              start,
              window,
              inputs.subarray(start * batch),
              targets.subarray(start * batch),
            );
          }
          expect(start).toBe(made.steps);
          expect((made.steps + 1) * batch + 1).toBeGreaterThan(ids.length);
          const whole = new Int32Array(made.steps * batch);
          const wholeTargets = new Int32Array(made.steps * batch);
          expect(made.fill(0, made.steps, whole, wholeTargets)).toBe(made.steps);
          expect(whole).toEqual(inputs);
          expect(wholeTargets).toEqual(targets);
          whole.forEach((id, i) => expect(id).toBe((i % batch) * made.steps + Math.floor(i / batch)));
          expect(wholeTargets).toEqual(whole.map((id) => id + 1));
        },
      ),
    );
  });

  it("says what is short and what would fit", () => {
    expect(() => lanes(count(12), { batch: 32, window: 50 })).toThrow(
      "lanes: window 50 × batch 32 needs 1601 symbols, the training part has 12; use window 11 × batch 1, or a longer text",
    );
    expect(() => lanes(count(1600), { batch: 32, window: 50 }, "validation")).toThrow(
      "the validation part has 1600; use window 50 × batch 31",
    );
    expect(() => lanes(count(1), { batch: 1, window: 1 })).toThrow("has 1; use a longer text");
    expect(lanes(count(1601), { batch: 32, window: 50 }).windows).toBe(1);
  });

  it("suggests settings that work", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 99 }), fc.integer({ min: 1, max: 99 }), (length, size) => {
        const fits = fitLanes(length, { batch: size, window: 7 });
        expect(fits && lanes(count(length), fits).windows).toBeGreaterThan(0);
      }),
    );
    expect(fitLanes(1, { batch: 1, window: 1 })).toBeUndefined();
  });

  it("refuses settings and ranges that make no sense", () => {
    expect(() => lanes(count(9), { batch: 0, window: 1 })).toThrow(
      "batch must be a whole number, 1 or more, not 0",
    );
    expect(() => lanes(count(9), { batch: 1, window: 1.5 })).toThrow("window must be a whole number");
    const made = lanes(count(9), { batch: 2, window: 3 });
    const small = new Int32Array(5);
    expect(() => made.fill(4, 1, small, small)).toThrow("start must be a whole number from 0 to 3, not 4");
    expect(() => made.fill(0, 0, small, small)).toThrow("count must be a whole number, 1 or more, not 0");
    expect(() => made.fill(0, 3, small, small)).toThrow("3 steps × batch 2 need arrays of 6, not 5");
  });
});
