// Ways to bound a gradient before the optimiser sees it, as one line of its equations.
import { checkKind, type OptionRules } from "../base/options.ts";

/**
 * How gradients are bounded before the optimiser sees them. `normalise` always scales their common norm to
 * `limit`.
 */
export type ClipSettings =
  | { readonly kind: "none" }
  /** Scales all gradients by one factor where their common norm is above `limit`. Pascanu et al. 2013 (ICML). */
  | { readonly kind: "norm"; readonly limit: number }
  /** Cuts each element to ±`limit`. */
  | { readonly kind: "value"; readonly limit: number }
  /** Scales all gradients so that their common norm is `limit`, whether it was above or below. */
  | { readonly kind: "normalise"; readonly limit: number };

type Kind = ClipSettings["kind"];
const limited = { kind: "any", limit: "number" } as const;
const rules: { readonly [K in Kind]: OptionRules<Extract<ClipSettings, { kind: K }>> } = {
  none: { kind: "any" },
  norm: limited,
  value: limited,
  normalise: limited,
};

/** Added to the norm, as PyTorch's clip_grad_norm_ does. */
const epsilon = 1e-6;

/** The line that makes k, the clipped gradient, from d and its norm `dnorm`. Throws unless the limit is above 0. */
export function clipLine(settings: ClipSettings): string {
  checkKind("clip", settings, rules);
  if (settings.kind === "none") return "k = d";
  const { kind, limit } = settings;
  if (!(limit > 0 && limit < Infinity)) {
    throw new Error(`clip: the limit must be a number above 0, not ${limit}; to not clip, leave it out`);
  }
  switch (kind) {
    case "norm":
      return `k = d ⊙ min(1, ${limit} / (dnorm + ${epsilon}))`;
    case "value":
      return `k = max(${-limit}, min(${limit}, d))`;
    case "normalise":
      return `k = d ⊙ (${limit} / (dnorm + ${epsilon}))`;
  }
  return kind satisfies never;
}
