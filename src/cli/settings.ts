// Options of a command from a record of zod fields: flags with their help, types, defaults and checks. Knows no
// command.
import { Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import { InputError } from "./failure.ts";

/** What a person may give, by option name; each with `describe`d help. */
export type Fields = Readonly<Record<string, z.ZodType>>;

/** A number that a person types. `range` says in words what `allowed` accepts. */
export function number(range: string, allowed: (value: number) => boolean): z.ZodType<number, string> {
  return z.string().transform((text, context) => {
    const value = text.trim() === "" ? NaN : Number(text);
    if (allowed(value)) return value;
    context.issues.push({ code: "custom", message: `must be ${range}, not '${text}'`, input: text });
    return z.NEVER;
  });
}

export function whole(least: number): z.ZodType<number, string> {
  return number(`a whole number, ${least} or more`, (n) => Number.isSafeInteger(n) && n >= least);
}

export function wholeFrom(least: number, most: number): z.ZodType<number, string> {
  const range = `a whole number from ${least} to ${most}`;
  return number(range, (n) => Number.isSafeInteger(n) && n >= least && n <= most);
}

export const positive: z.ZodType<number, string> = number(
  "a number above 0",
  (n) => n > 0 && Number.isFinite(n),
);

export function oneOf<const T extends string>(names: readonly T[]): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    const found = names.find((name) => name === text);
    if (found !== undefined) return found;
    const list = names.join(", ");
    context.issues.push({ code: "custom", message: `must be one of ${list}, not '${text}'`, input: text });
    return z.NEVER;
  });
}

/** A switch without a value. */
export const flag: z.ZodType<boolean, boolean | undefined> = z.boolean().default(false);

/** Given as often as wanted, a text each time. */
export const texts: z.ZodType<string[], string[] | undefined> = z.array(z.string()).default([]);

/** The values' names in the help, by option: `--size <H>`. Others are called by what they hold. */
export type ValueNames = Readonly<Record<string, string>>;

/** What an option does, and its default. */
export function helpOf(field: z.ZodType): string {
  const byDefault = field.safeParse(undefined).data;
  const hasDefault = byDefault !== undefined && typeof byDefault !== "boolean" && !isList(field);
  return `${field.description ?? ""}${hasDefault ? ` (default: ${String(byDefault)})` : ""}`;
}

const isList = (field: z.ZodType): boolean => field.safeParse(["text"]).success;

/**
 * Adds a flag for each field, with `helpOf` it or what `help` has for it. Nothing is checked and no default set before
 * `readSettings`.
 */
export function addOptions(
  command: CommandUnknownOpts,
  fields: Fields,
  names: ValueNames = {},
  help: Readonly<Record<string, string>> = {},
): void {
  for (const [name, field] of Object.entries(fields)) {
    const byDefault = field.safeParse(undefined).data;
    const isSwitch = typeof byDefault === "boolean";
    const value = isSwitch ? "" : ` <${names[name] ?? (typeof byDefault === "number" ? "n" : "text")}>`;
    const option = new Option(`${flagOf(name)}${value}`, help[name] ?? helpOf(field));
    if (isList(field))
      option.argParser((text, before: unknown) => [...((before as string[] | undefined) ?? []), text]);
    command.addOption(option);
  }
}

/** What was given, with its defaults. Throws an `InputError` with every option that is out of range. */
export function readSettings<T>(schema: z.ZodType<T>, given: Readonly<Record<string, unknown>>): T {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.map(({ path, message }) => {
    return path.length > 0 ? `${flagOf(String(path[0]))} ${message}` : message;
  });
  throw new InputError(lines.join("\n       "));
}

/** `saveEvery` is `--save-every`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
}
