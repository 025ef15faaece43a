// The loss of guessing: what a network reaches that knows how often each class comes, and nothing else.
import type { Network } from "../plan/network.ts";
import type { TrainingData } from "./trainer.ts";

/**
 * The cross-entropy in nats of guessing each target by how often its class comes in the training part, on the validation
 * part, or on the training part where there is no other. Undefined for networks with another loss.
 */
export function chanceLoss(network: Pick<Network, "loss">, data: TrainingData): number | undefined {
  if (network.loss.kind !== "cross-entropy") return undefined;
  const counts = countsOf(data, data.train);
  const scored = data.validation === undefined ? counts : countsOf(data, data.validation);
  // One more of each class, so that one which training lacks has a probability, too.
  const classes = new Set([...counts.keys(), ...scored.keys()]).size;
  const total = sumOf(counts) + classes;
  let loss = 0;
  for (const [target, weight] of scored) loss -= weight * Math.log(((counts.get(target) ?? 0) + 1) / total);
  const weight = sumOf(scored);
  return weight > 0 ? loss / weight : undefined;
}

type Counts = ReadonlyMap<number, number>;

/** How often each class is a target in a part, by the weights of the steps. */
function countsOf(data: TrainingData, part: TrainingData["train"]): Counts {
  const counts = new Map<number, number>();
  const add = (target: number, weight: number): void => {
    if (target >= 0) counts.set(target, (counts.get(target) ?? 0) + weight);
  };
  if (data.kind === "text") for (const id of part as typeof data.train) add(id, 1);
  if (data.kind === "sequences")
    for (const ids of part as typeof data.train) for (const id of Array.from(ids).slice(1)) add(id, 1);
  if (data.kind === "examples") {
    for (const { targets, weights } of part as typeof data.train) {
      for (let t = 0; t < (targets?.length ?? 0); t++) add(targets?.[t] as number, weights?.[t] ?? 1);
    }
  }
  return counts;
}

const sumOf = (counts: Counts): number => [...counts.values()].reduce((sum, weight) => sum + weight, 0);
