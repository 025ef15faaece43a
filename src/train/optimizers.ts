// Optimisers as equations for the plan: from a gradient d to new parameters w, each as PyTorch 2 computes it.
// A row of the table is one optimiser; clipping and weight decay are lines that any of them shares.
import { checkKind, type OptionRules } from "../base/options.ts";
import { equations } from "../language/equations.ts";
import type { UpdateRule } from "../plan/update.ts";
import { clipLine, type ClipSettings } from "./clip.ts";

/** Each with PyTorch's defaults; `weightDecay` is added to the gradient (L2), but decoupled in `adamw`. */
export type OptimizerSettings =
  | {
      readonly kind: "sgd";
      /** Default 0. */
      readonly momentum?: number;
      /** Looks ahead along the momentum. Default false. */
      readonly nesterov?: boolean;
      /** Default 0. */
      readonly weightDecay?: number;
    }
  | {
      readonly kind: "rmsprop";
      /** Share of the mean square that is kept in a step, PyTorch's alpha. Default 0.99. */
      readonly decay?: number;
      /** Added to the root. Default 1e-8. */
      readonly epsilon?: number;
      /** Default 0. */
      readonly weightDecay?: number;
    }
  | {
      readonly kind: "adagrad";
      /** Added to the root. Default 1e-10. */
      readonly epsilon?: number;
      /** Default 0. */
      readonly weightDecay?: number;
    }
  | {
      readonly kind: "adam" | "adamw";
      /** Share of the mean gradient that is kept in a step. Default 0.9. */
      readonly beta1?: number;
      /** Share of the mean square that is kept in a step. Default 0.999. */
      readonly beta2?: number;
      /** Added to the root. Default 1e-8. */
      readonly epsilon?: number;
      /** Default 0; 0.01 for `adamw`. */
      readonly weightDecay?: number;
    };

/** The name of an optimiser, with PyTorch's defaults. */
export type OptimizerKind = OptimizerSettings["kind"];

type SettingsOf<K, S = OptimizerSettings> = S extends { readonly kind: infer L }
  ? K extends L
    ? S
    : never
  : never;
type RulesByKind = { readonly [K in OptimizerKind]: OptionRules<SettingsOf<K>> };

const shared = { kind: "any", weightDecay: "number" } as const;
const adamRules = { ...shared, beta1: "number", beta2: "number", epsilon: "number" } as const;
const rules: RulesByKind = {
  sgd: { ...shared, momentum: "number", nesterov: "boolean" },
  rmsprop: { ...shared, decay: "number", epsilon: "number" },
  adagrad: { ...shared, epsilon: "number" },
  adam: adamRules,
  adamw: adamRules,
};

export const optimizerKinds: readonly OptimizerKind[] = ["sgd", "rmsprop", "adagrad", "adam", "adamw"];

/** An optimiser as equations, with the numbers that change from update to update. */
export interface Update {
  readonly rule: UpdateRule;
  /** What the rule wants written before update number `step` (from 1), at learning rate `rate`. */
  numbers(step: number, rate: number): Readonly<Record<string, number>>;
}

/** The update of an optimiser, after clipping. Throws at settings out of range. */
export function updateOf(settings: OptimizerSettings, clip: ClipSettings = { kind: "none" }): Update {
  checkKind("optimizer", settings, rules);
  const weightDecay = settings.weightDecay ?? (settings.kind === "adamw" ? 0.01 : 0);
  checkRange("weightDecay", weightDecay, 0, Infinity);
  const { lines, numbers } = partsOf(settings, weightDecay);
  const decayed = weightDecay > 0 && settings.kind !== "adamw";
  const scalars = ["dnorm", ...Object.keys(numbers(1, 0))];
  const cell = equations(settings.kind)`
    ${clipLine(clip)}
    ${decayed ? `g = k + ${weightDecay} ⊙ w` : "g = k"}
    ${lines.join("\n")}
    output w
    input d per step
    ${scalars
      .filter((name) => name !== "dnorm" || clip.kind === "norm" || clip.kind === "normalise")
      .map((name) => `input ${name} per sequence\nwidth ${name} = 1`)
      .join("\n")}
  `;
  return { rule: { cell }, numbers };
}

/** From the clipped gradient g to w'. Numbers that change from step to step are made by the host, in float64. */
interface Parts {
  readonly lines: readonly string[];
  numbers(step: number, rate: number): Readonly<Record<string, number>>;
}

function partsOf(settings: OptimizerSettings, weightDecay: number): Parts {
  switch (settings.kind) {
    case "sgd":
      return sgd(settings.momentum ?? 0, settings.nesterov ?? false);
    case "rmsprop":
      return rmsprop(settings.decay ?? 0.99, settings.epsilon ?? 1e-8);
    case "adagrad":
      return adagrad(settings.epsilon ?? 1e-10);
    case "adam":
    case "adamw": {
      const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = settings;
      return adam(beta1, beta2, epsilon, settings.kind === "adamw" ? weightDecay : 0);
    }
  }
  return settings satisfies never;
}

const onlyRate = (_step: number, rate: number): { rate: number } => ({ rate });

/** Momentum as in Sutskever et al. 2013 (ICML), but with the rate outside the velocity. */
function sgd(momentum: number, nesterov: boolean): Parts {
  checkRange("momentum", momentum, 0, 1);
  if (nesterov && momentum === 0) {
    throw new Error("optimizer: nesterov needs a momentum above 0; give one, such as 0.9");
  }
  if (momentum === 0) return { lines: ["w' = w - rate ⊙ g"], numbers: onlyRate };
  const direction = nesterov ? `(g + ${momentum} ⊙ v')` : "v'";
  return {
    lines: [`v' = ${momentum} ⊙ v + g`, `w' = w - rate ⊙ ${direction}`],
    numbers: onlyRate,
  };
}

/** Tieleman & Hinton 2012, Coursera lecture 6.5. */
function rmsprop(decay: number, epsilon: number): Parts {
  checkRange("decay", decay, 0, 1);
  checkEpsilon(epsilon);
  return {
    lines: [`v' = ${decay} ⊙ v + (1 - ${decay}) ⊙ square(g)`, `w' = w - rate ⊙ g / (sqrt(v') + ${epsilon})`],
    numbers: onlyRate,
  };
}

/** Duchi et al. 2011, JMLR 12. */
function adagrad(epsilon: number): Parts {
  checkEpsilon(epsilon);
  return {
    lines: ["v' = v + square(g)", `w' = w - rate ⊙ g / (sqrt(v') + ${epsilon})`],
    numbers: onlyRate,
  };
}

/** Kingma & Ba 2014, arXiv:1412.6980v9; with `shrink` Loshchilov & Hutter 2017, arXiv:1711.05101v3. */
function adam(beta1: number, beta2: number, epsilon: number, weightDecay: number): Parts {
  checkRange("beta1", beta1, 0, 1);
  checkRange("beta2", beta2, 0, 1);
  checkEpsilon(epsilon);
  const before = weightDecay > 0 ? "w - shrink ⊙ w" : "w";
  return {
    lines: [
      `m' = ${beta1} ⊙ m + (1 - ${beta1}) ⊙ g`,
      `v' = ${beta2} ⊙ v + (1 - ${beta2}) ⊙ square(g)`,
      `w' = ${before} - rate ⊙ m' / (sqrt(v') / correction + ${epsilon})`,
    ],
    numbers: (step, rate) => ({
      ...(weightDecay > 0 && { shrink: rate * weightDecay }),
      rate: rate / (1 - beta1 ** step),
      correction: Math.sqrt(1 - beta2 ** step),
    }),
  };
}

/** Refuses NaN too. */
function checkRange(name: string, value: number, low: number, below: number): void {
  if (value >= low && value < below) return;
  const range = below === Infinity ? `${low} or more` : `from ${low} to below ${below}`;
  throw new Error(`optimizer: ${name} must be ${range}, not ${value}`);
}

function checkEpsilon(epsilon: number): void {
  if (!(epsilon > 0 && epsilon < 1)) {
    throw new Error(`optimizer: epsilon must be above 0 and below 1, not ${epsilon}; 1e-8 is customary`);
  }
}
