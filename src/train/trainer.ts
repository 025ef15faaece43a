// A model on a device, ready to train: one update, one validation, the numbers out and in again. Knows neither
// budget nor schedule; `fit.ts` decides what happens when.
import type { Example, Variation } from "../batch/example.ts";
import { exampleFeed } from "../batch/example-feed.ts";
import {
  extentOf,
  laneFeed,
  writeBatch,
  type Batch,
  type Feed,
  type PackedValues,
  type Position,
} from "../batch/feed.ts";
import { createEncoder, type EncoderProgram } from "../infer/encoder.ts";
import {
  evaluateFeed,
  examplesOf,
  feedForEvaluation,
  symbolInput,
  type Evaluation,
} from "../infer/evaluate.ts";
import { createSession } from "../infer/session.ts";
import { initialParameters } from "../model/initialise.ts";
import { checkMemory, memoryNeeded, memoryOfPlans } from "../model/memory.ts";
import { buildPlan } from "../plan/build.ts";
import type { Network } from "../plan/network.ts";
import type { Plan, Ports, View } from "../plan/plan.ts";
import type { UpdateRule } from "../plan/update.ts";
import type { Device, Numbers, ParameterStore, Program } from "../run/device.ts";
import type { Ids } from "../text/alphabet.ts";
import { divergenceError } from "./diverged.ts";
import { updateOf } from "./optimizers.ts";
import type { ResolvedOptions } from "./settings.ts";
import type { TrainingState } from "./state.ts";

/**
 * One text, read in lanes with the state carried along; or sequences of symbols, or examples for any network, each from
 * the states' start values.
 */
export type TrainingData =
  | { readonly kind: "text"; readonly train: Ids; readonly validation?: Ids | undefined }
  | {
      readonly kind: "sequences";
      readonly train: readonly ArrayLike<number>[];
      readonly validation?: readonly ArrayLike<number>[] | undefined;
    }
  | {
      readonly kind: "examples";
      readonly train: readonly Example[];
      readonly validation?: readonly Example[] | undefined;
      /** How the examples of training differ from pass to pass. Default not at all. */
      readonly vary?: Variation | undefined;
    };

/** What is trained, on which device, on which data. */
export interface TrainerSettings {
  readonly network: Network;
  readonly device: Device;
  readonly data: TrainingData;
  /** Bytes that may be used; default what WebAssembly can address. */
  readonly memory?: number;
}

export interface StepResult {
  /** Mean over the step's tokens, before the update. */
  readonly loss: number;
  /** Of all gradients together, before clipping. */
  readonly gradientNorm: number;
  readonly tokens: number;
  readonly next: Position;
}

/** The numbers of a run: a part of `TrainingState`. */
export type TrainerNumbers = Pick<TrainingState, "weights" | "optimizer" | "carried">;

export interface Trainer {
  readonly store: ParameterStore;
  /** Memory of the device that training takes. */
  readonly bytes: number;
  /** `at` of a position is below this. */
  readonly epochLength: number;
  /** Makes update number `step`, counted from 1. Throws a `TrainingError`, changing no weight, where it cannot. */
  update(step: number, position: Position, rate: number): Promise<StepResult>;
  /** The validation part; undefined without one. */
  readonly validate: (() => AsyncGenerator<number, Evaluation, void>) | undefined;
  weights(): Promise<Numbers>;
  numbers(): Promise<TrainerNumbers>;
  restore(numbers: TrainerNumbers): void;
  dispose(): void;
}

export async function createTrainer(settings: TrainerSettings, options: ResolvedOptions): Promise<Trainer> {
  const { network, device } = settings;
  const { rule, numbers: numbersFor } = updateOf(options.optimizer, options.clip);
  const { feed, validation } = feedsOf(settings, options);
  const { plan, bytes } = planUpdates(settings, feed, validation, rule);
  const { ports, parameters: layout } = plan;
  const store = device.parameters(layout);
  store.write(initialParameters(layout, options.seed));
  const program = await device.compile(plan, store);
  const room = { mode: "train", rows: feed.rows, steps: feed.sourceSteps } as const;
  const encoder = await createEncoder(network, device, store, room);
  const session =
    validation &&
    createSession({ network, device, weights: store, rows: validation.rows, steps: validation.steps });

  const real = (count: number): Numbers => {
    return device.precision === "float64" ? new Float64Array(count) : new Float32Array(count);
  };
  const [scalar, mean, norm] = [new Float64Array(1), new Float64Array(1), new Float64Array(1)];
  const counter = new Int32Array(1);
  const writeNumber = (port: string, value: number): void => {
    scalar[0] = value;
    program.write(port, scalar);
  };
  const weights = async (): Promise<Numbers> => {
    const values = real(layout.size);
    values.set(await store.read());
    return values;
  };
  const kept = ports.optimizer;
  const carried = carriedPorts(ports);
  counter[0] = options.seed;
  for (const part of [program, encoder?.program]) part?.write(part.plan.ports.seed as string, counter);

  return {
    store,
    bytes,
    epochLength: feed.length,
    async update(step, position, rate) {
      const batch = feed.load(position);
      counter[0] = step;
      program.write(ports.step as string, counter);
      const numbers = numbersFor(step, rate);
      for (const name in numbers) writeNumber(ports.numbers[name] as string, numbers[name] as number);
      if (batch.source && encoder) {
        encoder.program.write(encoder.program.plan.ports.step as string, counter);
        await trainWithEncoder(program, encoder, batch, batch.source);
      } else {
        writeBatch(program, batch);
        program.run("train", extentOf(batch));
      }
      await program.read(ports.loss as string, mean);
      await program.read(ports.norm as string, norm);
      const [loss, gradientNorm] = [mean[0] as number, norm[0] as number];
      if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
        const gradients = await program.read(ports.gradients as string, real(layout.trained));
        const weights = await store.read();
        throw divergenceError({ step, loss, norm: gradientNorm, rate, layout, weights, gradients });
      }
      return { loss, gradientNorm, tokens: batch.counted, next: batch.next };
    },
    validate: session && validation && (() => evaluateFeed(session, validation)),
    weights,
    async numbers() {
      return {
        weights: await weights(),
        optimizer: await readAll(program, kept, real),
        carried: await readAll(program, carried, real),
      };
    },
    restore(from) {
      writeExactly(layout.size, "weights", from.weights, (values) => store.write(values));
      writeAll(program, kept, from.optimizer);
      writeAll(program, carried, from.carried);
    },
    dispose() {
      for (const part of [program, session, encoder]) part?.dispose();
    },
  };
}

/** The plan of an update, and the bytes that the run's plans need. Throws where the plans of the run need more memory than there is. */
function planUpdates(
  { network, memory, device }: TrainerSettings,
  feed: Feed,
  validation: Feed | undefined,
  update: UpdateRule,
): { readonly plan: Plan; readonly bytes: number } {
  // First without the optimiser, whose equations have no width beyond what a computer can count.
  const { precision } = device;
  checkMemory(network, memoryNeeded(network, { batch: feed.rows, steps: feed.steps, precision }), memory);
  const plan = buildPlan(network, { mode: "train", rows: feed.rows, steps: feed.steps, update });
  const evaluation =
    validation && buildPlan(network, { mode: "evaluate", rows: validation.rows, steps: validation.steps });
  const encoders = network.encoder
    ? [feed, ...(validation ? [validation] : [])].map(({ rows, sourceSteps: steps }) =>
        buildPlan(network, { mode: "train", rows, steps, part: "encoder" }),
      )
    : [];
  const needed = memoryOfPlans([plan, ...(evaluation ? [evaluation] : []), ...encoders], precision);
  checkMemory(network, needed, memory);
  return { plan, bytes: needed.bytes };
}

/** Forward and backward through the encoder and the network, then the update of all parameters together. */
async function trainWithEncoder(
  program: Program,
  encoder: EncoderProgram,
  batch: Batch,
  source: PackedValues,
): Promise<void> {
  const extent = extentOf(batch);
  const { ports, views } = program.plan;
  writeBatch(program, batch, await encoder.forward(source));
  program.run("forward", extent);
  program.run("backward", extent);
  const gradient = await encoder.backward(source, (input) => {
    const port = ports.inputGradients[input] as string;
    const { width } = views[port] as View;
    return program.read(port, new Float64Array(extent.rows * width));
  });
  program.write(ports.gradients as string, gradient);
  program.run("update", extent);
}

/** Ports by a name that does not depend on the plan. */
type NamedPorts = Ports["optimizer"];

/** The states that the next batch starts from, as `<layer>.<state>`. */
function carriedPorts({ states }: Ports): NamedPorts {
  return Object.fromEntries(states.map(({ layer, state, initial }) => [`${layer}.${state}`, initial]));
}

function sizeOf({ plan }: Program, port: string): number {
  return plan.buffers.find((b) => b.name === port)?.size ?? 0;
}

async function readAll(
  program: Program,
  ports: NamedPorts,
  allocate: (count: number) => Numbers,
): Promise<Record<string, Numbers>> {
  const values: Record<string, Numbers> = {};
  for (const [name, port] of Object.entries(ports)) {
    values[name] = await program.read(port, allocate(sizeOf(program, port)));
  }
  return values;
}

function writeAll(program: Program, ports: NamedPorts, values: Readonly<Record<string, Numbers>>): void {
  for (const [name, port] of Object.entries(ports)) {
    writeExactly(sizeOf(program, port), name, values[name], (numbers) => program.write(port, numbers));
  }
}

function feedsOf(
  { network, device, data }: TrainerSettings,
  options: ResolvedOptions,
): { feed: Feed; validation: Feed | undefined } {
  const { batch, seed } = options;
  const evaluation = { ...options, precision: device.precision };
  if (data.kind === "text") {
    const validation = data.validation && ({ kind: "text", ids: data.validation } as const);
    return {
      feed: laneFeed(data.train, { ...options, input: symbolInput(network) }),
      validation: validation && feedForEvaluation(network, validation, evaluation),
    };
  }
  const evaluated = (items: (typeof data)["train"]): Parameters<typeof examplesOf>[1] =>
    ({ kind: data.kind, items }) as Parameters<typeof examplesOf>[1];
  return {
    feed: exampleFeed(network, examplesOf(network, evaluated(data.train)), {
      batch,
      seed,
      shuffle: true,
      precision: device.precision,
      ...(data.kind === "examples" && { vary: data.vary }),
    }),
    validation: data.validation && feedForEvaluation(network, evaluated(data.validation), evaluation),
  };
}

function writeExactly(
  size: number,
  name: string,
  values: Numbers | undefined,
  write: (v: Numbers) => void,
): void {
  if (values?.length !== size) {
    throw new Error(
      `resume: '${name}' must have ${size} values, not ${values?.length ?? 0}; the state is another run's`,
    );
  }
  write(values);
}
