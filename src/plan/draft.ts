// A plan under construction: what the passes of `buildPlan` share. Each pass adds buffers, signals and kernels to it.
import type { Derivatives } from "../graph/ops.ts";
import { createArena, type Arena } from "./arena.ts";
import { checkKeep, checkNetwork } from "./check-network.ts";
import { networkOfEncoder, type Network } from "./network.ts";
import { parameterLayout, placesByName, type ParameterLayout, type ParameterPlace } from "./parameters.ts";
import type { Access, Buffer, Kernel, Mode, View } from "./plan.ts";
import type { UpdateRule } from "./update.ts";
import { createWiring, isReverse, type Wiring } from "./wiring.ts";

/** The mode and the capacities of a plan. */
export interface PlanOptions {
  readonly mode: Mode;
  /** In a network with an encoder, which of the two to plan; default `main`. Plans of both hold all parameters. */
  readonly part?: "main" | "encoder";
  /** Capacity: rows of a batch, B. */
  readonly rows: number;
  /** Capacity: steps, T. A `step` plan has one. */
  readonly steps: number;
  /** Quantities to be readable after a run, as `<layer>.<name>`; `<layer>.d<name>` is a derivative. */
  readonly keep?: readonly string[];
  /** Needed for the `update` and `train` phases. */
  readonly update?: UpdateRule;
  /** @internal Another table of derivatives, to test the checks. */
  readonly derivatives?: Derivatives;
}

export interface Draft {
  /** The part that is planned. */
  readonly network: Network;
  readonly options: PlanOptions;
  readonly isTraining: boolean;
  /** Capacity: T. */
  readonly steps: number;
  /** The number of the first layer among those of the encoder and the main network, which tells their noise apart. */
  readonly firstLayer: number;
  readonly layout: ParameterLayout;
  /** By `<layer>.<name in the equations>`. */
  readonly parameter: (name: string) => ParameterPlace;
  readonly arena: Arena;
  readonly parameters: Buffer;
  /** 1 where a sequence starts. */
  readonly resets: Buffer;
  /** In training: what noise is drawn from. */
  readonly noise?: { readonly seed: Buffer; readonly step: Buffer };
  /** In training: the derivatives by the trained parameters, in their order. */
  readonly gradients?: Buffer;
  readonly wiring: Wiring;
  readonly views: Record<string, View>;
  /** Kernels that run before each forward pass, and at its start. */
  readonly prepare: Kernel[];
  readonly prelude: Kernel[];
}

/** Throws for a network that does not fit together, or cannot be planned in that mode. */
export function createDraft(whole: Network, options: PlanOptions): Draft {
  const { mode, rows, part = "main" } = options;
  const network = part === "encoder" ? encoderOf(whole) : whole;
  const encoderLayers = whole.encoder?.layers ?? [];
  const steps = mode === "step" ? 1 : options.steps;
  const isTraining = mode === "train";
  const widths = checkNetwork(network);
  if (mode === "step") checkStepwise(network);
  checkKeep(network, options.keep ?? []);
  const layout = parameterLayout(whole);
  const places = placesByName(layout, [...encoderLayers, ...whole.layers]);
  const arena = createArena(rows, steps);
  const parameters = arena.parameters(layout.size);
  const resets = arena.make("resets", "tokens", 1);
  const integer = (name: string): Buffer => arena.make(name, "once", 1, "integer");
  const noise = isTraining && { noise: { seed: integer("seed"), step: integer("step") } };
  return {
    network,
    options,
    isTraining,
    steps,
    firstLayer: part === "encoder" ? 0 : encoderLayers.length,
    layout,
    parameter: (name) => places.get(name) as ParameterPlace,
    arena,
    parameters,
    resets,
    ...noise,
    ...(isTraining && { gradients: arena.make("gradients", "once", layout.trained) }),
    wiring: createWiring(network, widths, arena),
    views: {},
    prepare: [],
    prelude: [],
  };
}

function encoderOf({ encoder }: Network): Network {
  if (encoder) return networkOfEncoder(encoder);
  throw new Error("the network has no encoder to plan; leave out the part");
}

function checkStepwise({ layers }: Network): void {
  const reverse = layers.find(isReverse);
  if (!reverse) return;
  throw new Error(
    `layer '${reverse.name}' goes from the last step to the first, so the network cannot be run step by step; ` +
      "use the evaluate mode on whole sequences",
  );
}

export const widthOf = ({ wiring }: Draft, name: string): number => wiring.widths.get(name) as number;

/** The output of a layer, in the order of time. */
export const outputOf = ({ wiring }: Draft, layer: string): Access => {
  const signal = wiring.signals.get(layer);
  if (!signal) throw new Error(`layer '${layer}' is not planned yet`);
  return signal.access();
};

/** The names of views. */
export const outputView = (layer: string): string => `output.${layer}`;
export const gradientView = (input: string): string => `d.${input}`;

/** The kept quantities of a layer, by their names in the equations. */
export const keptOf = ({ options }: Draft, layer: string): string[] =>
  (options.keep ?? []).flatMap((k) => (k.startsWith(`${layer}.`) ? [k.slice(layer.length + 1)] : []));
