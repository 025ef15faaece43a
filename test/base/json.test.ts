// JSON of files: the value that JSON.parse gives, unless it is too deep.
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseJson } from "../../src/base/json.ts";

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

test("any JSON up to the depth is read, and deeper is not", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.nat(6), (text, depth) => {
      const value: unknown = JSON.parse(text);
      if (depthOf(value) <= depth) expect(parseJson(text, depth)).toEqual(value);
      else expect(() => parseJson(text, depth)).toThrow(`more than ${depth} deep in each other`);
    }),
    { numRuns: 300 },
  );
});

test("brackets in texts do not count, and what is no JSON is a SyntaxError", () => {
  expect(parseJson(String.raw`["[[[", "\"[[", "\\"]`, 1)).toHaveLength(3);
  for (const text of ["", "{", '"[', "[]]", "[1,", '"\\']) expect(() => parseJson(text)).toThrow(SyntaxError);
  expect(() => parseJson("[".repeat(2_000_000))).toThrow("more than 64 deep");
});
