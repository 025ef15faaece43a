// A model and its training as one safetensors file, and back: weights, optimiser, carried states and best weights
// as tensors; task, equations, options and position as metadata. Checks all of it; runs nothing that it reads.
import { parseCell } from "../language/equations.ts";
import { parameterLayout } from "../plan/build.ts";
import type { Network } from "../plan/network.ts";
import type { ParameterLayout } from "../plan/parameters.ts";
import type { Numbers } from "../run/device.ts";
import { fingerprintNetwork } from "../train/fingerprint.ts";
import { resolveOptions } from "../train/settings.ts";
import type { Task } from "../tasks/task.ts";
import type { TrainingState } from "../train/state.ts";
import { parseModel, parseTraining, type ModelDescription } from "./checkpoint-schema.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
  type TensorFile,
} from "../formats/safetensors.ts";
import { libraryVersion } from "../base/version.ts";

export interface Checkpoint {
  readonly network: Network;
  readonly task: Task;
  readonly state: TrainingState;
  /** `Sampler.counter`: where its random stream goes on. Default 0. */
  readonly sampling?: number;
  /** Text of the caller's own, by name. */
  readonly notes?: Readonly<Record<string, string>>;
}

export type LoadedCheckpoint = Required<Checkpoint>;

const formatVersion = "2";

/** The file's bytes; the same for the same checkpoint. */
export async function encodeCheckpoint(checkpoint: Checkpoint): Promise<Uint8Array<ArrayBuffer>> {
  const { network, task, state, sampling = 0, notes = {} } = checkpoint;
  const layout = parameterLayout(network);
  const { options, fingerprints, step, seconds, position, validated, misses, best } = state;
  const tensors = new Map<string, Tensor>();
  addParameters(tensors, "", layout, state.weights);
  if (best) addParameters(tensors, bestPrefix, layout, best.weights);
  for (const [name, values] of Object.entries(state.optimizer)) {
    addParameters(tensors, optimizerPrefix(name), layout, values);
  }
  for (const [name, values] of Object.entries(state.carried)) {
    // The rows that the run had: as many as its batch, or as there are sequences.
    tensors.set(`${carriedPrefix}${name}`, tensor([values.length], values));
  }
  const model = { ...describeNetwork(network), task, notes };
  const training = {
    options,
    fingerprints,
    step,
    seconds,
    position,
    validated,
    misses,
    ...(best && { best: { step: best.step, loss: best.loss } }),
    sampling,
  };
  const metadata = {
    unrolled: formatVersion,
    library: libraryVersion,
    model: JSON.stringify(model),
    training: JSON.stringify(training),
  };
  const checksum = await checksumOf({ tensors, metadata });
  return encode({ tensors, metadata: { ...metadata, checksum } });
}

/**
 * A checkpoint from a file's bytes; `file` names it in errors. Throws where it is cut short, of another program,
 * of a later format, changed after it was written, or does not fit together.
 */
export async function decodeCheckpoint(bytes: Uint8Array, file = "checkpoint"): Promise<LoadedCheckpoint> {
  const content = decodeSafetensors(bytes, file);
  await checkOrigin(content, file);
  const { metadata } = content;
  const model = parseModel(metadata["model"], `${file}: the description of the model`);
  const training = parseTraining(metadata["training"], `${file}: the state of training`);
  const { task, notes, ...described } = model;
  const network = within(file, () => networkFrom(described));
  const layout = within(file, () => parameterLayout(network));
  const options = within(file, () => resolveOptions(training.options));
  if (fingerprintNetwork(network) !== training.fingerprints.network) {
    throw new Error(`${file}: the state of training is of another network; ${damaged}`);
  }

  const reader = tensorReader(content.tensors, file);
  const weights = reader.parameters("", layout);
  const { best, sampling, ...position } = training;
  const state: TrainingState = {
    ...position,
    options,
    weights,
    optimizer: reader.optimizers(layout),
    carried: reader.carried(),
    ...(best && { best: { ...best, weights: reader.parameters(bestPrefix, layout) } }),
  };
  reader.finish();
  return { network, task, state, sampling, notes };
}

const bestPrefix = "best/";
const carriedPrefix = "carried/";
const optimizerPrefix = (name: string): string => `optimizer/${name}/`;
const damaged = "the file is damaged or was changed; copy it again, or use an older checkpoint";

async function checkOrigin({ tensors, metadata }: TensorFile, file: string): Promise<void> {
  const { unrolled, checksum, ...rest } = metadata;
  if (unrolled === undefined) {
    throw new Error(
      `${file}: this is a safetensors file of another program, not a model of unrolled; train one first`,
    );
  }
  if (unrolled !== formatVersion) {
    throw new Error(
      `${file}: the file has format ${unrolled} (written by unrolled ${metadata["library"] ?? "?"}), and this ` +
        `version, ${libraryVersion}, reads format ${formatVersion}; ${Number(unrolled) < Number(formatVersion) ? "train the model again" : "use a newer unrolled"}`,
    );
  }
  const expected = await checksumOf({ tensors, metadata: { unrolled, ...rest } });
  if (checksum !== expected) throw new Error(`${file}: its checksum does not fit its content; ${damaged}`);
}

/** SHA-256 of the file as it is without the checksum. */
async function checksumOf(file: TensorFile): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", encode(file));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const encode = ({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> =>
  encodeSafetensors(tensors, metadata) as Uint8Array<ArrayBuffer>;

function tensor(shape: readonly number[], data: Numbers): Tensor {
  return data instanceof Float64Array ? { type: "F64", shape, data } : { type: "F32", shape, data };
}

/** One tensor for each parameter that the values have: all of them, or the trained ones. */
function addParameters(
  tensors: Map<string, Tensor>,
  prefix: string,
  layout: ParameterLayout,
  values: Numbers,
): void {
  for (const { name, shape, offset, size } of layout.places) {
    if (offset >= values.length) continue;
    tensors.set(`${prefix}${name}`, tensor(shape, values.slice(offset, offset + size)));
  }
}

type NetworkDescription = Pick<ModelDescription, "inputs" | "layers" | "loss" | "source">;

function describeNetwork({ inputs, layers, loss, source }: Network): NetworkDescription {
  const described = (of: Network["layers"]): NetworkDescription["layers"] =>
    of.map(({ cell, ...layer }) => ({ ...layer, cell: { name: cell.name, equations: cell.text } }));
  return {
    inputs,
    layers: described(layers),
    loss,
    ...(source && { source: { ...source, layers: described(source.layers) } }),
  };
}

function networkFrom({ inputs, layers, loss, source }: NetworkDescription): Network {
  const read = (of: NetworkDescription["layers"]): Network["layers"] =>
    of.map(({ cell, ...layer }) => ({ ...layer, cell: parseCell(cell.name, cell.equations) }));
  return {
    inputs,
    layers: read(layers),
    loss,
    ...(source && { source: { ...source, layers: read(source.layers) } }),
  };
}

interface TensorReader {
  parameters(prefix: string, layout: ParameterLayout): Numbers;
  optimizers(layout: ParameterLayout): Record<string, Numbers>;
  carried(): Record<string, Numbers>;
  /** Throws where a tensor is left. */
  finish(): void;
}

function tensorReader(tensors: ReadonlyMap<string, Tensor>, file: string): TensorReader {
  const left = new Map(tensors);

  function take(name: string, shape?: readonly number[]): Numbers {
    const found = left.get(name);
    if (!found) throw new Error(`${file}: tensor '${name}' is missing; ${damaged}`);
    left.delete(name);
    if (found.type !== "F32" && found.type !== "F64") {
      throw new Error(`${file}: tensor '${name}' must be of type F32 or F64, not ${found.type}; ${damaged}`);
    }
    if (shape && found.shape.join() !== shape.join()) {
      throw new Error(
        `${file}: tensor '${name}' must have the shape [${shape.join(", ")}] by the equations, ` +
          `not [${found.shape.join(", ")}]; ${damaged}`,
      );
    }
    return found.data;
  }

  function parameters(prefix: string, { places }: ParameterLayout): Numbers {
    const parts = places.map(({ name, shape }) => take(`${prefix}${name}`, shape));
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    const values = parts.some((p) => p instanceof Float64Array)
      ? new Float64Array(size)
      : new Float32Array(size);
    let offset = 0;
    for (const part of parts) {
      values.set(part, offset);
      offset += part.length;
    }
    return values;
  }

  const namesAfter = (prefix: string): string[] =>
    [...left.keys()].filter((n) => n.startsWith(prefix)).map((n) => n.slice(prefix.length));

  return {
    parameters,
    optimizers(layout) {
      const trained = { ...layout, places: layout.places.filter((place) => place.trained) };
      const kept = new Set(namesAfter("optimizer/").map((name) => name.slice(0, name.indexOf("/"))));
      return Object.fromEntries([...kept].map((name) => [name, parameters(optimizerPrefix(name), trained)]));
    },
    carried: () =>
      Object.fromEntries(namesAfter(carriedPrefix).map((n) => [n, take(`${carriedPrefix}${n}`)])),
    finish() {
      const [name] = left.keys();
      if (name !== undefined)
        throw new Error(`${file}: tensor '${name}' belongs to no part of the model; ${damaged}`);
    },
  };
}

/** Errors of reading equations and sizes, with the file's name before them. */
function within<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
