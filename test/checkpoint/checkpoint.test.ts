// Checkpoints: what is saved comes back, and whatever happened to a file since is noticed and said.
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeFile, encodeModel, encodeRun, type DecodedFile } from "../../src/checkpoint/checkpoint.ts";
import { loadModel, loadRun, readModelFile, saveModel, saveRun } from "../../src/checkpoint/model-files.ts";
import { classify } from "../../src/tasks/classify/classify.ts";
import { language } from "../../src/tasks/language/language.ts";
import type { RunState } from "../../src/tasks/train.ts";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../../src/formats/safetensors.ts";
import { libraryVersion } from "../../src/base/version.ts";
import packageJson from "../../package.json" with { type: "json" };
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { fit } from "../../src/train/fit.ts";
import { alphabet, ids, runUntil, smallNetwork, smallSettings } from "../train/small.ts";

const decode = (file: Uint8Array, name?: string): Promise<DecodedFile> => decodeFile(file, [language], name);

let saved: RunState;
let bytes: Uint8Array;

const spec = { kind: "language", text: alphabet };

beforeAll(async () => {
  const network = smallNetwork({ layers: 2, embedding: 3 });
  const data = { kind: "text", train: ids, validation: ids.subarray(0, 50) } as const;
  const run = await fit(smallSettings({ network, device: wasmDevice(), data, validateEvery: 2 }));
  await runUntil(run, 5);
  saved = {
    spec,
    network,
    training: await run.snapshot(),
    metadata: {
      settings: { cell: "gru", size: "7" },
      data: { kind: "items", split: "0.9", seed: 1, count: 504, digest: "0123456789abcdef" },
      evaluation: { batch: 3, window: 8 },
    },
  };
  bytes = await encodeRun(saved);
});

/** The bytes with some metadata and tensors changed, and a checksum that fits. */
function changed(
  change: (tensors: Map<string, Tensor>, metadata: Record<string, string>) => void,
): Uint8Array {
  const content = decodeSafetensors(bytes);
  const tensors = new Map(content.tensors);
  const { checksum: _checksum, ...metadata } = content.metadata;
  change(tensors, metadata);
  const sealed = createHash("sha256").update(encodeSafetensors(tensors, metadata)).digest("hex");
  return encodeSafetensors(tensors, { ...metadata, checksum: sealed });
}

function withModel(change: (model: { layers: { cell: Record<string, string>; sizes: object }[] }) => void) {
  return changed((_tensors, metadata) => {
    const model = JSON.parse(metadata["model"]!);
    change(model);
    metadata["model"] = JSON.stringify(model);
  });
}

describe("a checkpoint", () => {
  it("comes back as it was, and its bytes are the same again", async () => {
    const { weights, training, ...loaded } = await decode(bytes);
    expect({ ...loaded, training }).toEqual(saved);
    expect(weights).toEqual(saved.training.best?.weights);
    expect(await encodeRun({ ...loaded, training: training! })).toEqual(bytes);
  });

  it("has a tensor for each parameter, and the equations as text", () => {
    const { tensors, metadata } = decodeSafetensors(bytes);
    expect(tensors.get("layer1.Wr")).toMatchObject({ type: "F32", shape: [7, 3] });
    expect(tensors.get("optimizer/m/layer2.Un")).toMatchObject({ shape: [7, 7] });
    expect(tensors.get("best/readout.b")).toMatchObject({ shape: [alphabet.symbols.length] });
    expect(tensors.get("carried/layer1.h")).toMatchObject({ shape: [21] });
    expect(metadata["model"]).toContain("h' = (1 - z) ⊙ n + z ⊙ h");
    expect(metadata["library"]).toBe(libraryVersion);
    expect(libraryVersion).toBe(packageJson.version);
  });

  it("keeps float64 of the reference device", async () => {
    const run = await fit(smallSettings());
    await runUntil(run, 1);
    const { network } = smallSettings();
    const training = await run.snapshot();
    const loaded = await decode(await encodeRun({ spec, network, training, metadata: { settings: {} } }));
    expect(loaded.weights).toBeInstanceOf(Float64Array);
    expect(loaded.training).toEqual(training);
  });

  it("without the state of training is a model alone", async () => {
    const { network, metadata, training } = saved;
    const file = { spec, network, metadata, weights: training.weights };
    const small = await encodeModel(file);
    expect(await decode(small)).toEqual(file);
    expect(small.length).toBeLessThan(bytes.length / 3);
  });

  it("of another task is refused", async () => {
    await expect(decodeFile(bytes, [classify], "my.model")).rejects.toThrow(
      "my.model is a model of the task 'language', not 'classify'",
    );
  });
});

describe("a damaged file", () => {
  it.each([0, 7, 8, 100, 0.5, 0.999])("cut at %d is refused", async (at) => {
    const cut = bytes.subarray(0, at < 1 ? Math.floor(at * bytes.length) : at);
    await expect(decode(cut, "my.model")).rejects.toThrow(/^my.model: the file is cut short/);
  });

  it("with one bit of any part changed is refused", async () => {
    for (let i = 0; i < 60; i++) {
      const broken = bytes.slice();
      const at = Math.floor(((i + 0.5) / 60) * bytes.length);
      broken[at] = broken[at]! ^ 1;
      await expect(decode(broken, "my.model"), `byte ${at}`).rejects.toThrow(/^my.model: /);
    }
  });

  it("with another weight says that it was changed", async () => {
    const broken = bytes.slice();
    const last = bytes.length - 2;
    broken[last] = broken[last]! ^ 1;
    const message = "my.model: its checksum does not fit its content; the file is damaged or was changed";
    await expect(decode(broken, "my.model")).rejects.toThrow(message);
  });

  it.each<[string, (tensors: Map<string, Tensor>, metadata: Record<string, string>) => void, string]>([
    ["a tensor less", (t) => t.delete("layer1.Wr"), "tensor 'layer1.Wr' is missing"],
    [
      "an optimiser's tensor less",
      (t) => t.delete("optimizer/m/layer1.Wr"),
      "tensor 'optimizer/m/layer1.Wr' is missing",
    ],
    [
      "another shape",
      (t) => t.set("readout.b", { type: "F32", shape: [2], data: new Float32Array(2) }),
      "tensor 'readout.b' must have the shape [15] by the equations, not [2]",
    ],
    [
      "another type",
      (t) => t.set("readout.b", { type: "I32", shape: [15], data: new Int32Array(15) }),
      "tensor 'readout.b' must be of type F32 or F64, not I32",
    ],
    [
      "a tensor more",
      (t) => t.set("stowaway", { type: "F32", shape: [], data: new Float32Array(1) }),
      "tensor 'stowaway' belongs to no part of the model",
    ],
    ["no state", (_t, m) => void (m["training"] = "{"), "the state of training is not JSON"],
    [
      "a broken state",
      (_t, m) => void (m["training"] = m["training"]!.replace('"step":5', '"step":-5')),
      "the state of training, step: ",
    ],
    [
      "impossible options",
      (_t, m) => void (m["training"] = m["training"]!.replace('"batch":3', '"batch":0')),
      "training: batch must be a whole number, 1 or more, not 0",
    ],
  ])("with %s says so", async (_what, change, message) => {
    await expect(decode(changed(change), "my.model")).rejects.toThrow(`my.model: ${message}`);
  });

  it("with invalid equations shows the place", async () => {
    const file = withModel(({ layers }) => void (layers[1]!.cell["equations"] = "h' = tanh(W x + U h"));
    await expect(decode(file, "my.model")).rejects.toThrow(/^my.model: gru, line 1: [^]*\^/);
  });

  it("with other equations than were trained is refused", async () => {
    const file = withModel(({ layers }) => {
      layers[1]!.cell["equations"] = layers[1]!.cell["equations"]!.replace("(1 - z)", "(2 - z)");
    });
    await expect(decode(file)).rejects.toThrow("model file: the state of training is of another network");
  });
});

describe("a file of another kind", () => {
  it("is refused with what it is", async () => {
    const weights = { type: "F32", shape: [1], data: new Float32Array(1) } as const;
    const foreign = encodeSafetensors(new Map([["w", weights]]), { format: "pt" });
    await expect(decode(foreign, "llama.safetensors")).rejects.toThrow(
      "llama.safetensors: this is a safetensors file of another program, not a model of unrolled",
    );
    const text = new TextEncoder().encode("First Citizen: Before we proceed any further, hear me speak.");
    await expect(decode(text, "input.txt")).rejects.toThrow("not a safetensors file");
  });

  it("of a later format names both versions", async () => {
    const later = changed((_tensors, metadata) => {
      metadata["unrolled"] = "4";
      metadata["library"] = "3.1.0";
    });
    await expect(decode(later)).rejects.toThrow(
      `the file has format 4 (written by unrolled 3.1.0), and this version, ${libraryVersion}, reads formats 2 and 3`,
    );
  });
});

describe("on disk", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "unrolled-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("is written and read, leaving nothing else", async () => {
    const path = join(folder, "model.safetensors");
    await saveRun(path, saved);
    await saveRun(path, saved);
    expect(await readdir(folder)).toEqual(["model.safetensors"]);
    expect(await loadRun(path)).toEqual(saved);
    const model = await loadModel(path, language);
    await saveModel(path, model);
    await expect(loadRun(path)).rejects.toThrow("is a model without the state of its training");
  });

  it("names the file in each error", async () => {
    const path = join(folder, "text");
    await writeFile(path, "hello");
    await expect(readModelFile(path)).rejects.toThrow(`${path}: the file is cut short`);
    await expect(readModelFile(`${path}s`)).rejects.toThrow(`did you mean ${path}?`);
    const nowhere = join(folder, "none", "model");
    await expect(saveRun(nowhere, saved)).rejects.toThrow("make it first, with mkdir -p");
  });
});
