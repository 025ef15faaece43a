// The third pass of planning: the kernels of all layers, the loss, the update and the carried state as phases, in memory
// that values share where their lives do not overlap.
import { access } from "./arena.ts";
import type { Connected } from "./connect.ts";
import { gradientView, outputOf, outputView, widthOf, type Draft } from "./draft.ts";
import type { PlannedLayer } from "./layers.ts";
import type { Buffer, Kernel, Loop, Plan } from "./plan.ts";
import { reuseMemory } from "./reuse.ts";
import { planUpdate, type PlannedUpdate } from "./update.ts";
import { isReverse, receiveSum } from "./wiring.ts";

export interface PlannedPhases {
  readonly phases: Plan["phases"];
  readonly update: PlannedUpdate | undefined;
}

export function planPhases(
  draft: Draft,
  connected: Connected,
  layers: readonly PlannedLayer[],
): PlannedPhases {
  const { prepare, isTraining } = draft;
  const { forward, backward } = shareMemory(draft, connected, passesOf(draft, connected, layers));
  const carry = layers.flatMap(carryStates);
  const update = planDraftUpdate(draft, connected);
  return {
    phases: {
      ...(prepare.length > 0 && { prepare }),
      forward,
      ...(isTraining && { backward }),
      ...(update && {
        update: update.kernels,
        train: [...forward, ...backward, ...update.kernels, ...carry],
      }),
      carry,
    },
    update,
  };
}

interface Passes {
  readonly forward: (Kernel | Loop)[];
  readonly backward: (Kernel | Loop)[];
}

function passesOf(draft: Draft, { loss }: Connected, layers: readonly PlannedLayer[]): Passes {
  const { network, views } = draft;
  for (const { layer } of layers) {
    views[outputView(layer.name)] = {
      access: outputOf(draft, layer.name),
      width: widthOf(draft, layer.name),
    };
  }
  const lossKernels = loss.kernels(outputOf(draft, network.loss.of));
  const forward = [...draft.prelude, ...layers.flatMap((layer) => layer.forward()), ...lossKernels];
  const backward = draft.isTraining ? [...layers].reverse().flatMap((layer) => layer.backward()) : [];
  return { forward, backward: [...backward, ...inputGradients(draft)] };
}

/** Sums the derivatives by inputs of the network, and makes them readable. */
function inputGradients({ network, wiring, views }: Draft): Kernel[] {
  return network.inputs.flatMap(({ name, width }) => {
    const { sum, kernels } = receiveSum(wiring, name, width, gradientView(name));
    if (sum) views[gradientView(name)] = { access: sum, width };
    return kernels;
  });
}

function shareMemory({ views, arena, options }: Draft, { outside }: Connected, passes: Passes): Passes {
  const viewed = new Set(Object.values(views).map((view) => view.access.buffer));
  const kept = new Set(options.keep ?? []);
  const isShareable = (buffer: Buffer): boolean =>
    !outside.has(buffer) && !viewed.has(buffer) && !kept.has(buffer.name);
  const { forward, backward, freed } = reuseMemory(passes.forward, passes.backward, isShareable);
  freed.forEach(arena.remove);
  return { forward, backward };
}

/** Makes the states after a run those before the next one. */
function carryStates({ layer, plan }: PlannedLayer): Kernel[] {
  if (isReverse(layer)) return [];
  return [...plan.states.values()].flatMap(({ all, final }): Kernel[] => {
    const { width } = all;
    return [
      {
        kind: "finals",
        direction: "collect",
        carried: true,
        tokens: access(all),
        rows: access(final),
        width,
      },
      { kind: "copyRows", from: access(final), into: access(all, 0, "initial"), width },
    ];
  });
}

function planDraftUpdate(draft: Draft, { loss }: Connected): PlannedUpdate | undefined {
  const { options, arena, parameters, gradients, layout } = draft;
  if (!gradients || !options.update || !loss.value) return undefined;
  return planUpdate(options.update, {
    arena,
    parameters,
    gradients,
    count: layout.trained,
    loss: loss.value,
  });
}
