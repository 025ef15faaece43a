import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeSplit, splitIds } from "../../src/train/split.ts";

const ids = Uint8Array.from({ length: 103 }, (_, i) => i);

describe("splitting", () => {
  it("gives the rest after a training share to validation", () => {
    const split = splitIds(ids, 0.9);
    expect([...split.train]).toEqual([...ids.subarray(0, 92)]);
    expect([...(split.validation ?? [])]).toEqual([...ids.subarray(92)]);
    expect(split.test).toBeUndefined();
    expect(describeSplit(split)).toBe("92 symbols to train, 11 to validate");
    expect(splitIds(ids, "0.9")).toEqual(split);
    expect(splitIds(ids, [0.9])).toEqual(split);
  });

  it("trains on everything at 1", () => {
    expect(splitIds(ids, 1)).toEqual({ train: ids, validation: undefined, test: undefined });
  });

  it("splits in three, as views", () => {
    const split = splitIds(ids, "0.9/0.05/0.05");
    expect(split).toEqual(splitIds(ids, [0.9, 0.05, 0.05]));
    expect(describeSplit(split)).toBe("92 symbols to train, 5 to validate, 6 to test");
    expect(split.test?.buffer).toBe(ids.buffer);
  });

  it("leaves the end out where shares sum to less than 1", () => {
    expect(describeSplit(splitIds(ids, "0.5/0.25"))).toBe("51 symbols to train, 26 to validate");
  });

  it("covers the text in order for any shares that sum to 1", () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 80 }), fc.integer({ min: 5, max: 15 }), (first, second) => {
        const parts = [first / 100, second / 100, (100 - first - second) / 100];
        const { train, validation, test } = splitIds(ids, parts);
        expect([...train, ...(validation ?? []), ...(test ?? [])]).toEqual([...ids]);
      }),
    );
  });

  it.each([
    [0, "every share must be above 0 and at most 1; write the training share, as 0.9"],
    [1.5, 'not "1.5"'],
    [NaN, 'not "NaN"'],
    ["90%", 'not "90%"'],
    ["", 'not ""'],
    ["0.9/0/0.1", "above 0"],
    ["0.4/0.2/0.2/0.2", "one to three shares"],
    [[], "one to three shares"],
    ["0.9/0.2", "must sum to at most 1, but 0.9/0.2 sums to 1.1"],
    [0.99, "the validation part needs 2 symbols or more, but 0.01 of 100 gives 1; raise its share"],
    ["0.01/0.9", "the training part needs 2 symbols or more, but 0.01 of 100 gives 1"],
  ])("refuses %j", (shares, message) => {
    expect(() => splitIds(ids.subarray(0, 100), shares)).toThrow(message);
  });
});
