// A model, and if it is to be resumed the run that trained it, as one safetensors file, and back: weights, optimiser,
// carried states and best weights as tensors; task, equations and options as metadata. Checks everything and runs nothing
// that it reads.
import { libraryVersion } from "../base/version.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
  type TensorFile,
} from "../formats/safetensors.ts";
import type { Cell } from "../language/cell.ts";
import { parseCell } from "../language/equations.ts";
import { parameterLayout } from "../plan/build.ts";
import type { Network } from "../plan/network.ts";
import type { ModelFile, TaskSpec } from "../tasks/task.ts";
import type { RunState } from "../tasks/train.ts";
import { bestProgress, bestWeights, type TrainingState } from "../train/state.ts";
import { checkModel, parseJson, type LayerDescription, type NetworkDescription } from "./schema.ts";
import {
  addParameters,
  bestPrefix,
  carriedPrefix,
  damaged,
  optimizerPrefix,
  tensor,
  tensorReader,
  within,
} from "./tensors.ts";

/** A file's content: a model, with its best weights, and the state of the run where the file has one. */
export interface DecodedFile extends ModelFile {
  readonly training?: TrainingState;
}

/** Checks a task's part of a file; `kind` says which task's. A maker is one. */
export interface SpecCheck {
  readonly kind: string;
  check(spec: unknown): TaskSpec;
}

const formatVersion = "3";

/** The bytes of a model's file; the same for the same model. */
export async function encodeModel(file: ModelFile): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = new Map<string, Tensor>();
  addParameters(tensors, "", parameterLayout(file.network), file.weights);
  return sealed(tensors, { model: describeModel(file) });
}

/** The bytes of a run's file, which is a model's file with everything that resuming needs. */
export async function encodeRun(run: RunState): Promise<Uint8Array<ArrayBuffer>> {
  const layout = parameterLayout(run.network);
  const { weights, optimizer, carried, best, ...training } = run.training;
  const tensors = new Map<string, Tensor>();
  addParameters(tensors, "", layout, weights);
  if (best) addParameters(tensors, bestPrefix, layout, best.weights);
  for (const [name, values] of Object.entries(optimizer)) {
    addParameters(tensors, optimizerPrefix(name), layout, values);
  }
  for (const [name, values] of Object.entries(carried)) {
    // The rows that the run had: as many as its batch, or as there are sequences.
    tensors.set(`${carriedPrefix}${name}`, tensor([values.length], values));
  }
  const { weights: _, ...bestDescribed } = best ?? {};
  const described = { ...training, ...(best && { best: bestDescribed }) };
  return sealed(tensors, { model: describeModel(run), training: JSON.stringify(described) });
}

/** The model of a run, with its best weights, as `saveModel` writes it. */
export function modelOfRun({ spec, network, metadata, training }: RunState): ModelFile {
  const trained = bestProgress(training);
  return { spec, network, weights: bestWeights(training), metadata: { ...metadata, trained } };
}

function describeModel({ network, spec, metadata }: Omit<ModelFile, "weights">): string {
  return JSON.stringify({ ...describeNetwork(network), task: spec, metadata });
}

async function sealed(
  tensors: Map<string, Tensor>,
  described: Readonly<Record<string, string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const metadata = { unrolled: formatVersion, library: libraryVersion, ...described };
  const checksum = await checksumOf({ tensors, metadata });
  return encode({ tensors, metadata: { ...metadata, checksum } });
}

/**
 * The content of a file; `tasks` check its task, and `name` names the file in errors. Throws where it is cut short, of
 * another program or task, of a later format, changed after it was written, or does not fit together.
 */
export async function decodeFile(
  bytes: Uint8Array,
  tasks: readonly SpecCheck[],
  name: string = "model file",
): Promise<DecodedFile> {
  const content = decodeSafetensors(bytes, name);
  const version = await checkOrigin(content, name);
  const { metadata } = content;
  const model = parseJson(metadata["model"], `${name}: the description of the model`);
  const described = checkModel(
    version === "2" ? await fromVersion2(model, name) : model,
    `${name}: the description of the model`,
  );
  const spec = specOf(described.task, tasks, name);
  const network = within(name, () => networkFrom(described));
  within(name, () => checkWidths(network, bytes.length));
  const layout = within(name, () => parameterLayout(network));
  const reader = tensorReader(content.tensors, name);
  const weights = reader.parameters("", layout);
  const training =
    metadata["training"] === undefined
      ? undefined
      : (await import("./training.ts")).trainingOf(metadata["training"], {
          version,
          name,
          network,
          layout,
          weights,
          reader,
        });
  reader.finish();
  const evaluation = training && { batch: training.options.batch, window: training.options.window };
  return {
    spec,
    network,
    weights: training ? bestWeights(training) : weights,
    metadata: { ...described.metadata, ...(evaluation && { evaluation }) },
    ...(training && { training }),
  };
}

/** The task of a model file, whose content is not checked. Throws for a file of another program. */
export function taskOf(bytes: Uint8Array, name: string): string {
  const { unrolled, model } = decodeSafetensors(bytes, name).metadata;
  if (unrolled === undefined) throw new Error(`${name}: ${anotherProgram}`);
  const { task } = parseJson(model, `${name}: the description of the model`) as { task?: { kind?: unknown } };
  return String(task?.kind);
}

async function fromVersion2(model: unknown, name: string): Promise<unknown> {
  const { modelOfVersion2 } = await import("./version-2.ts");
  return within(name, () => modelOfVersion2(model));
}

function specOf(task: TaskSpec, tasks: readonly SpecCheck[], name: string): TaskSpec {
  const found = tasks.find(({ kind }) => kind === task.kind);
  if (found) return within(name, () => found.check(task));
  const kinds = tasks.map(({ kind }) => `'${kind}'`).join(", ");
  throw new Error(`${name} is a model of the task '${task.kind}', not ${kinds}; open it with that task`);
}

const anotherProgram =
  "this is a safetensors file of another program, not a model of unrolled; train one first";
/** Checks who wrote the file and that it is whole; resolves to its format. */
async function checkOrigin({ tensors, metadata }: TensorFile, file: string): Promise<string> {
  const { unrolled, checksum, ...rest } = metadata;
  if (unrolled === undefined) {
    throw new Error(`${file}: ${anotherProgram}`);
  }
  if (unrolled !== formatVersion && unrolled !== "2") {
    throw new Error(
      `${file}: the file has format ${unrolled} (written by unrolled ${metadata["library"] ?? "?"}), and this ` +
        `version, ${libraryVersion}, reads formats 2 and ${formatVersion}; ${Number(unrolled) < Number(formatVersion) ? "train the model again" : "use a newer unrolled"}`,
    );
  }
  const expected = await checksumOf({ tensors, metadata: { unrolled, ...rest } });
  if (checksum !== expected) throw new Error(`${file}: its checksum does not fit its content; ${damaged}`);
  return unrolled;
}

/** SHA-256 of the file as it is without the checksum. */
async function checksumOf(file: TensorFile): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", encode(file));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const encode = ({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> =>
  encodeSafetensors(tensors, metadata) as Uint8Array<ArrayBuffer>;

/** Numbers that layers without parameters may be wide together. */
const freeWidth = 1_000_000;

/**
 * Throws where layers are wider than parameters could make them: each may be twice as wide as the one before, and a small
 * file would take all memory when it is run.
 */
function checkWidths({ layers, encoder }: Network, fileBytes: number): void {
  const all = [...(encoder?.layers ?? []), ...layers];
  const width = all.reduce((sum, { sizes }) => Object.values(sizes).reduce((a, b) => a + b, sum), 0);
  if (width <= freeWidth + fileBytes) return;
  throw new Error(
    `its layers are ${width} numbers wide, all together, far more than a file of ${fileBytes} bytes has parameters ` +
      `for; ${damaged}`,
  );
}

function describeNetwork({ inputs, layers, loss, encoder }: Network): NetworkDescription {
  const described = (of: Network["layers"]): NetworkDescription["layers"] =>
    of.map(({ cell, ...layer }) => ({ ...layer, cell: { name: cell.name, equations: cell.text } }));
  return {
    inputs,
    layers: described(layers),
    loss,
    ...(encoder && { encoder: { ...encoder, layers: described(encoder.layers) } }),
  };
}

function networkFrom({ inputs, layers, loss, encoder }: NetworkDescription): Network {
  // Most layers of a network have the same equations, which are read once.
  const cells = new Map<string, Cell>();
  const cellOf = ({ name, equations }: LayerDescription["cell"]): Cell => {
    const key = JSON.stringify([name, equations]);
    const cell = cells.get(key) ?? parseCell(name, equations);
    cells.set(key, cell);
    return cell;
  };
  const read = (of: NetworkDescription["layers"]): Network["layers"] =>
    of.map(({ cell, ...layer }) => ({ ...layer, cell: cellOf(cell) }));
  return {
    inputs,
    layers: read(layers),
    loss,
    ...(encoder && { encoder: { ...encoder, layers: read(encoder.layers) } }),
  };
}
