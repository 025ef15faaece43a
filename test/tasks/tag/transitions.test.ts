// Which tags may follow each other: as each scheme says, and everything where the data do not keep to one.
import fc from "fast-check";
import { expect, test } from "vitest";
import { impossible } from "../../../src/cells/losses.ts";
import { spansOf } from "../../../src/tasks/tag/spans.ts";
import { orderOf, transitionsOf, type TagOrder } from "../../../src/tasks/tag/transitions.ts";

/** The pairs of labels that may follow each other, with ^ and $ as the ends. */
function pairs(labels: readonly string[], order: TagOrder): string[] {
  const { from, to, begin, end } = transitionsOf(labels, order);
  const allowed = (mask: Float32Array, pair: (label: string) => string): string[] =>
    labels.filter((_, k) => mask[k] === 0).map(pair);
  return [
    ...allowed(begin, (label) => `^ ${label}`),
    ...Array.from(from, (k, i) => `${labels[k]} ${labels[to[i] as number]}`),
    ...allowed(end, (label) => `${label} $`),
  ].sort();
}

test("IOB2 begins every span, IOB1 those that follow another of their type", () => {
  const labels = ["B-X", "I-X", "O"];
  expect(pairs(labels, "IOB2")).toEqual(
    ["^ B-X", "^ O", "B-X B-X", "B-X I-X", "B-X O", "I-X B-X", "I-X I-X", "I-X O"]
      .concat(["O B-X", "O O", "B-X $", "I-X $", "O $"])
      .sort(),
  );
  expect(pairs(labels, "IOB1")).toEqual(
    ["^ I-X", "^ O", "B-X B-X", "B-X I-X", "B-X O", "I-X B-X", "I-X I-X", "I-X O"]
      .concat(["O I-X", "O O", "B-X $", "I-X $", "O $"])
      .sort(),
  );
  expect(pairs(["I-X", "I-Y", "O"], "any")).toHaveLength(9 + 6);
  expect(transitionsOf(labels, "IOB2").begin[1]).toBe(impossible);
});

test("BIOES and its likes open a span, go on in it and close it", () => {
  expect(pairs(["B", "E", "I", "O", "S"], "BIOES")).toEqual(
    ["^ B", "^ O", "^ S", "B I", "B E", "I I", "I E", "E B", "E O", "E S", "O B", "O O", "O S"]
      .concat(["S B", "S O", "S S", "E $", "O $", "S $"])
      .sort(),
  );
  expect(pairs(["B-X", "L-X", "L-Y", "U-X", "O"], "BILOU")).not.toContain("B-X L-Y");
});

const marks = ["O", "B-X", "I-X", "B-Y", "I-Y"];

test("an order holds for the sequences that it was found in, and else there is none", () => {
  expect(orderOf(["a", "b"], [["a", "b"]])).toBe("any");
  expect(orderOf(["B-X", "E-X", "O"], [["B-X", "E-X", "O"]])).toBe("BIOES");
  expect(orderOf(["B-X", "E-X", "O"], [["B-X", "O"]])).toBe("any");
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.constantFrom(...marks), { minLength: 1 }), { minLength: 1 }),
      (sequences) => {
        const labels = [...new Set([...sequences.flat(), "B-X"])].sort();
        const order = orderOf(labels, sequences);
        const allowed = new Set(pairs(labels, order));
        for (const tags of sequences) {
          const ends = ["^", ...tags, "$"];
          ends.slice(1).forEach((tag, i) => expect(allowed).toContain(`${ends[i]} ${tag}`));
        }
      },
    ),
  );
});

test("tags in an order of IOB2 mark as many spans as they begin", () => {
  const allowed = new Set(pairs(marks, "IOB2"));
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...marks), { minLength: 1, maxLength: 6 }), (tags) => {
      const ends = ["^", ...tags, "$"];
      const isAllowed = ends.slice(1).every((tag, i) => allowed.has(`${ends[i]} ${tag}`));
      const begun = tags.filter((tag) => tag.startsWith("B")).length;
      expect(isAllowed).toBe(spansOf(tags).length === begun);
    }),
  );
});
