// From a network to a plan, in four passes over one draft: connect what comes from outside, plan the layers, put their
// kernels into phases, lay out the arena. Knows capacities and modes, no device.
import { checkOptions, checkWhole, shown, type OptionRules } from "../base/options.ts";
import { connectNetwork } from "./connect.ts";
import { createDraft, type PlanOptions } from "./draft.ts";
import { planLayers } from "./layers.ts";
import type { Network } from "./network.ts";
import { planPhases } from "./phases.ts";
import type { Plan } from "./plan.ts";
import { portsOf } from "./ports.ts";

export type { PlanOptions } from "./draft.ts";
export { parameterLayout } from "./parameters.ts";

const rules: OptionRules<PlanOptions> = {
  mode: ["train", "evaluate", "step"],
  part: ["main", "encoder"],
  rows: "number",
  steps: "number",
  keep: "any",
  update: "any",
  derivatives: "any",
};

/**
 * Plans a network: its kernels and buffers for a mode and capacities. Throws for a network that does not fit together, or
 * that the mode cannot run.
 */
export function buildPlan(network: Network, options: PlanOptions): Plan {
  if (!Array.isArray((network as Partial<Network> | undefined)?.layers))
    throw new Error(`plan: expected a network, such as languageModel() makes, not ${shown(network)}`);
  checkOptions("plan", options, rules);
  checkWhole("plan", { rows: options.rows, ...(options.mode !== "step" && { steps: options.steps }) });
  const draft = createDraft(network, options);
  const connected = connectNetwork(draft);
  const layers = planLayers(draft, connected);
  const { phases, update } = planPhases(draft, connected, layers);
  const ports = portsOf(draft, connected, layers, update);
  return {
    mode: options.mode,
    rows: options.rows,
    steps: draft.steps,
    parameters: draft.layout,
    arena: draft.arena.layOut(),
    buffers: draft.arena.buffers,
    views: draft.views,
    ports,
    phases,
  };
}
