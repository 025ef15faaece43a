// The sizes of benchmarks, by name, so that figures can be compared between machines.
import { suggestion } from "../base/nearest.ts";

/** The work and the sizes of a benchmark. */
export interface Configuration {
  readonly name: string;
  /**
   * `train`: a training step with backpropagation through all time steps, clipping and Adam. `forward`: the logits of a
   * batch. `step`: one symbol in, its logits out, from the carried state.
   */
  readonly work: "train" | "forward" | "step";
  /** Hidden width of a layer, H. */
  readonly size: number;
  readonly layers: number;
  /** Rows, B. */
  readonly batch: number;
  /** Time steps, T. */
  readonly steps: number;
}

/** Vocabulary size, V, of all configurations: that of the tiny Shakespeare text of char-rnn. */
export const vocabulary = 65;

const training = (
  name: string,
  sizes: { size: number; layers: number; batch: number; steps: number },
): Configuration => ({ name, work: "train", ...sizes });

/** All configurations. */
export const configurations: readonly Configuration[] = [
  training("small", { size: 128, layers: 1, batch: 32, steps: 50 }),
  training("charrnn", { size: 128, layers: 2, batch: 50, steps: 50 }),
  training("medium", { size: 512, layers: 2, batch: 64, steps: 64 }),
  training("large", { size: 1024, layers: 1, batch: 64, steps: 64 }),
  training("online", { size: 128, layers: 1, batch: 1, steps: 25 }),
  { name: "step-128", work: "step", size: 128, layers: 2, batch: 1, steps: 1 },
  { name: "step-512", work: "step", size: 512, layers: 2, batch: 1, steps: 1 },
  { name: "forward", work: "forward", size: 512, layers: 2, batch: 64, steps: 64 },
];

/** Names of several configurations at once. */
const groups: Readonly<Record<string, (c: Configuration) => boolean>> = {
  training: ({ work }) => work === "train",
  inference: ({ work }) => work !== "train",
  all: () => true,
};

/** Every name that `configurationsNamed` takes. */
export const configurationNames: readonly string[] = [
  ...configurations.map(({ name }) => name),
  ...Object.keys(groups),
];

/**
 * The configurations of a list such as `small,online` or `inference`, each once, in the list's order. Throws at an
 * unknown name, and suggests the nearest.
 */
export function configurationsNamed(list: string): Configuration[] {
  const named = list.split(",").flatMap((word) => {
    const name = word.trim();
    const belongs = Object.hasOwn(groups, name) ? groups[name] : (c: Configuration) => c.name === name;
    const members = configurations.filter((c) => belongs?.(c));
    if (members.length > 0) return members;
    throw new Error(
      `there is no workload '${name}'${suggestion(name, configurationNames)} ` +
        `(there are ${configurationNames.join(", ")})`,
    );
  });
  return [...new Set(named)];
}
