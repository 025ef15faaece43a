// The settings that version 0.1.0 kept under other names.

/** From the old name of a task's setting to the name of today. */
export function settingNames(kind: string): Readonly<Record<string, string>> {
  return { ...common, ...byTask[kind] };
}

const common: Readonly<Record<string, string>> = { atLeast: "minCount", widths: "sizes" };

const byTask: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  language: { horizon: "bptt" },
  forecast: { lag: "seasonalDifference", levels: "quantiles", output: "distribution" },
  translate: { places: "maxSourceLength" },
  caption: { sees: "condition" },
};
