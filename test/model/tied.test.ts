// Parameters that layers share: stored once, with one gradient, the sum over all uses.
import { expect, it } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { checkNetwork, checkNetworkOnDevice } from "../../src/check/check.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { buildPlan, parameterLayout } from "../../src/plan/build.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";

const settings = {
  vocabulary: 11,
  cell: cellNamed("gru"),
  size: 5,
  embedding: 5,
  layers: 2,
  inputDropout: 0.2,
};
const tied = languageModel({ ...settings, tied: true });

it("saves the readout's matrix", () => {
  const [untied, shared] = [languageModel(settings), tied].map((network) => parameterLayout(network).size);
  expect((untied as number) - (shared as number)).toBe(11 * 5);
});

it("has the gradient of both uses, here and on the devices", async () => {
  const result = await checkNetwork("tied", tied);
  expect(result.error).toBeLessThan(1e-6);
  expect(result.pass).toBe(true);
});

it.each([wasmDevice(), nativeDevice()])("agrees on $name", async (device) => {
  const network = { ...tied, loss: { kind: "given", of: "readout" } as const };
  expect((await checkNetworkOnDevice("tied", network, device)).pass).toBe(true);
  device.dispose();
});

it("refuses what does not fit", () => {
  expect(() => languageModel({ ...settings, embedding: 7, tied: true })).toThrow(
    "language model: tied needs an embedding as wide as the last layer, so embedding must be 5, got 7",
  );
  const layers = tied.layers.map((layer) =>
    layer.name === "readout" ? { ...layer, shares: { E: "embedding.W" } } : layer,
  );
  expect(() => buildPlan({ ...tied, layers }, { mode: "evaluate", rows: 1, steps: 1 })).toThrow(
    "layer 'readout' shares its 'E' as 'embedding.W', and there is no such parameter",
  );
});
