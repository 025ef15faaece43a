// The memory that a network needs, computed before anything is allocated.
import { expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { checkMemory, memoryNeeded, showBytes } from "../../src/model/memory.ts";
import { parameterLayout } from "../../src/plan/build.ts";

const model = (size: number) => languageModel({ vocabulary: 65, cell: cellNamed("lstm"), size });

test("the memory is that of the parameters and the plans", () => {
  const network = model(128);
  const { parameters, bytes } = memoryNeeded(network, { batch: 32, steps: 50 });
  expect(parameters).toBe(parameterLayout(network).size);
  expect(bytes).toBeGreaterThan(4 * parameters);
  expect(bytes).toBeLessThan(100e6);
});

test("a network that needs too much is rejected, with a remedy", () => {
  const network = model(1e9);
  const needed = memoryNeeded(network, { batch: 32, steps: 50 });
  const message = /needs 32 EB, and 4.29 GB can be used: .* layer1.Ui .* choose a smaller size/;
  expect(() => checkMemory(network, needed)).toThrow(message);
  expect(() => checkMemory(network, { parameters: 1, bytes: 2 ** 32 })).not.toThrow();
});

test("float64 takes twice as much, and a network without parameters is named without them", () => {
  const network = model(20);
  const extent = { batch: 2, steps: 3 };
  const { bytes } = memoryNeeded(network, extent);
  expect(memoryNeeded(network, { ...extent, precision: "float64" }).bytes).toBe(2 * bytes);
  const bare = { inputs: [], layers: [], loss: { kind: "given", of: "x" } } as const;
  expect(() => checkMemory(bare, { parameters: 0, bytes: 2 ** 33 })).toThrow(
    "needs 8.59 GB, and 4.29 GB can be used: it has 0 parameters; choose a smaller size",
  );
});

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [4096, "4.1 kB"],
  [2 ** 32, "4.29 GB"],
  [4e21, "4000 EB"],
])("%i bytes are shown as %s", (bytes, shown) => {
  expect(showBytes(bytes)).toBe(shown);
});
