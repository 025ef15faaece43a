// The C++ sources keep to the repository's line width; prettier holds everything else to it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const limit = 110;
const folder = fileURLToPath(new URL("../../native", import.meta.url));

const longLines = (text: string): string[] => text.split("\n").filter((line) => [...line].length > limit);

test("no line of native/ is longer than 110 columns", () => {
  const names = readdirSync(folder);
  expect(names).toContain("plan.cpp");
  for (const name of names) expect(longLines(readFileSync(join(folder, name), "utf8")), name).toEqual([]);
});

test("a longer line is noticed, and characters are counted, not bytes", () => {
  expect(longLines(`${"a".repeat(111)}\n${"σ".repeat(110)}`)).toEqual(["a".repeat(111)]);
});
