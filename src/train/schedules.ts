// Learning rate schedules: the factor of the rate as a pure function of the share of the budget that is used,
// so that one schedule serves budgets of steps, epochs and minutes.
import { checkKind, type OptionRules } from "../base/options.ts";

/**
 * A learning-rate schedule: a factor of the rate over the share of the budget that is used. `step`
 * multiplies by `factor` (default 0.1) after every `every` of the budget (default 0.25); `exponential`
 * falls from 1 to `final` (default 0.01); `cosine` falls from 1 to `final` (default 0) along half a cosine
 * (Loshchilov & Hutter 2016, arXiv:1608.03983v5).
 */
export type ScheduleSettings = {
  /** Share of the budget in which the factor rises from 0 to 1 in a straight line. Default 0. */
  readonly warmup?: number;
} & (
  | { readonly kind: "constant" }
  /** Multiplied by `factor` (default 0.1) after every `every` of the budget (default 0.25). */
  | { readonly kind: "step"; readonly factor?: number; readonly every?: number }
  /** From 1 down to `final` (default 0.01), by the same factor for the same share. */
  | { readonly kind: "exponential"; readonly final?: number }
  /** From 1 to `final` (default 0), along half a cosine. Loshchilov & Hutter 2016, arXiv:1608.03983v5. */
  | { readonly kind: "cosine"; readonly final?: number }
);

/** The name of a learning-rate schedule, with its defaults. */
export type ScheduleKind = ScheduleSettings["kind"];

export const scheduleKinds: readonly ScheduleKind[] = ["constant", "step", "exponential", "cosine"];

type RulesByKind = { readonly [K in ScheduleKind]: OptionRules<Extract<ScheduleSettings, { kind: K }>> };

const shared = { kind: "any", warmup: "number" } as const;
const rules: RulesByKind = {
  constant: shared,
  step: { ...shared, factor: "number", every: "number" },
  exponential: { ...shared, final: "number" },
  cosine: { ...shared, final: "number" },
};

/** The factor for each share used, from 0 to 1; after warm-up the rest of the budget counts from 0 to 1. */
export type Schedule = (share: number) => number;

/** A schedule from its settings. Throws for settings out of range. */
export function scheduleOf(settings: ScheduleSettings): Schedule {
  checkKind("schedule", settings, rules);
  const { warmup = 0 } = settings;
  checkShare("warmup", warmup, warmup >= 0 && warmup < 1, "from 0 to below 1");
  const decay = decayOf(settings);
  return (share) => {
    const used = Math.min(1, Math.max(0, share));
    return used < warmup ? used / warmup : decay((used - warmup) / (1 - warmup));
  };
}

function decayOf(settings: ScheduleSettings): Schedule {
  switch (settings.kind) {
    case "constant":
      return () => 1;
    case "step": {
      const { factor = 0.1, every = 0.25 } = settings;
      checkShare("factor", factor, factor > 0 && factor <= 1, "above 0 and at most 1");
      checkShare("every", every, every > 0 && every <= 1, "above 0 and at most 1");
      // The slack keeps rounding from putting off a step that falls on a share.
      return (share) => factor ** Math.floor(share / every + 1e-9);
    }
    case "exponential": {
      const { final = 0.01 } = settings;
      checkShare("final", final, final > 0 && final <= 1, "above 0 and at most 1");
      return (share) => final ** share;
    }
    case "cosine": {
      const { final = 0 } = settings;
      checkShare("final", final, final >= 0 && final <= 1, "from 0 to 1");
      return (share) => final + ((1 - final) * (1 + Math.cos(Math.PI * share))) / 2;
    }
  }
  return settings satisfies never;
}

function checkShare(name: string, value: number, allowed: boolean, range: string): void {
  if (!allowed) throw new Error(`schedule: ${name} must be ${range}, not ${value}`);
}
