// The fast devices against the reference: outputs, final states and every derivative, at round and odd sizes.
import { describe, expect, test } from "vitest";
import { cellNamed } from "../../src/cells/index.ts";
import { checkDevice, checkNetworkOnDevice } from "../../src/check/check.ts";
import { zoo } from "../../src/check/zoo.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import type { Device, Numbers } from "../../src/run/device.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { tolerances } from "../tolerances.ts";
import { proofCells } from "./cells.ts";
import { networks } from "./networks.ts";

const small = [
  { steps: 5, rows: 3, H: 11, I: 7, other: 5 },
  { steps: 3, rows: 1, H: 1, I: 1, other: 1 },
];

/** Plans of every form: one product a step, several, blocks, reductions in the loop, no state. */
const thorough = [
  "elman",
  "lstm",
  "gru",
  "gru-reset-before",
  "greff-fgr",
  "li-gru",
  "s-lstm",
  "jordan",
  "feed-forward",
];

describe.each([
  { name: "wasm", make: () => wasmDevice() },
  { name: "native", make: () => nativeDevice() },
])("$name", ({ make }) => {
  const device = make();

  test.each(thorough)("%s, all sizes", async (name) => {
    const { error, worst } = await checkDevice(cellNamed(name), device);
    expect(error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerances.device[device.name]);
  });

  test.each(zoo())("$kind $name", async (subject) => {
    const options = { sizes: small, oneForm: subject.kind !== "cell", seed: subject.name.length };
    const { error, worst } = await ("cell" in subject
      ? checkDevice(subject.cell, device, options)
      : checkNetworkOnDevice(subject.name, subject.network, device, options));
    expect(error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerances.device[device.name]);
  });

  test.each(proofCells.map((cell) => ({ cell, name: cell.name })))("$name", async ({ cell }) => {
    const { error, worst } = await checkDevice(cell, device, { sizes: small });
    expect(error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerances.device[device.name]);
  });

  test.each(networks)("the network $name", async ({ network, name }) => {
    const { error, worst } = await checkNetworkOnDevice(name, network, device);
    expect(error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerances.device[device.name]);
  });
});

test("an error of 0.1 % in a device's parameters is detected", async () => {
  const reference = referenceDevice();
  const wrong: Device = {
    ...reference,
    name: "wasm",
    parameters(layout) {
      const store = reference.parameters(layout);
      const write = store.write.bind(store);
      return Object.assign(store, { write: (values: Numbers) => write(values.map((v) => v * 1.001)) });
    },
  };
  expect(await checkDevice(cellNamed("elman"), wrong, { sizes: small })).toMatchObject({ pass: false });
});
