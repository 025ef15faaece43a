// Options as people write them, checked where they come in: their names, and their types.
import { suggestion } from "./nearest.ts";

/** What an option may be: a boolean, a number, one of several texts, or what a later check allows. */
export type OptionRule = "any" | "boolean" | "number" | readonly string[];

/** A rule for each option. */
export type OptionRules<O> = { readonly [K in keyof Required<O>]: OptionRule };

type Rules = Readonly<Record<string, OptionRule>>;

/** Options of other libraries, and what they are called here. */
const namesElsewhere = new Map([
  ["learningRate", "rate"],
  ["lr", "rate"],
  ["batchSize", "batch"],
  ["hidden", "size"],
  ["hiddenSize", "size"],
  ["units", "size"],
  ["numLayers", "layers"],
]);

/** Throws for an option that is unknown, naming the nearest, or of another type; `place` begins the error. */
export function checkOptions(place: string, options: unknown, rules: Rules): void {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new Error(
      `${place}: the options must be an object, such as { ${example(rules)} }, not ${shown(options)}`,
    );
  const names = Object.keys(rules);
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined)
      throw new Error(
        `${place}: there is no option '${name}'${hint(name, names)} (the options are ${names.join(", ")})`,
      );
    if (value === undefined || rule === "any") continue;
    const allowed = typeof rule === "string" ? typeof value === rule : rule.includes(value as string);
    if (allowed) continue;
    const expected = typeof rule === "string" ? `a ${rule}` : `one of ${rule.join(", ")}`;
    throw new Error(`${place}: ${name} must be ${expected}, not ${shown(value)}`);
  }
}

function hint(name: string, names: readonly string[]): string {
  const called = namesElsewhere.get(name) ?? "";
  return names.includes(called) ? `; here it is '${called}'` : suggestion(name, names);
}

/** Throws for settings whose `kind` is not in `rules`, and as `checkOptions` for their other options. */
export function checkKind(place: string, settings: unknown, rules: Readonly<Record<string, Rules>>): void {
  const kinds = Object.keys(rules);
  const { kind } = (settings ?? {}) as { readonly kind?: unknown };
  const rule = typeof kind === "string" && Object.hasOwn(rules, kind) ? rules[kind] : undefined;
  if (rule) return checkOptions(`${place} '${String(kind)}'`, settings, rule);
  const near = typeof kind === "string" ? suggestion(kind, kinds) : "";
  throw new Error(
    `${place}: the kind must be one of ${kinds.join(", ")}, not ${shown(kind ?? settings)}${near}`,
  );
}

/** Throws for an option that is not a whole number, 1 or more; `place` begins the error. */
export function checkWhole(place: string, options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (Number.isSafeInteger(value) && (value as number) >= 1) continue;
    throw new Error(`${place}: ${name} must be a whole number, 1 or more, not ${shown(value)}`);
  }
}

/** A value in an error, shortened. */
export function shown(value: unknown): string {
  if (typeof value === "string") return value.length > 40 ? `"${value.slice(0, 40)}…"` : `"${value}"`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return "a list";
  return "then" in value ? "a promise (await it first)" : "an object";
}

function example(rules: Rules): string {
  const name = Object.keys(rules).find((option) => rules[option] === "number");
  return name === undefined ? "" : `${name}: 1`;
}
