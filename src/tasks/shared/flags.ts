// Flags of commands, typed: each with its help, its default and its check. Made of zod fields, so that one list gives the
// flags, the types and the errors.
import { z } from "zod";

/** What a person may give, by option name; each with `describe`d help. */
export type Fields = Readonly<Record<string, z.ZodType>>;

/** The names of the values in the help, by option: `--size <H>`. Default what the value is: `n` or `text`. */
export type ValueNames = Readonly<Record<string, string>>;

/** What a person gave, by name, as typed or as a settings file has it. */
export type Given = Readonly<Record<string, unknown>>;

/** A list of flags and how they are read. */
export interface Flags<T> {
  readonly fields: Fields;
  readonly valueNames: ValueNames;
  /** The values, with defaults. Throws a `FlagError` that lists every flag out of range; others are ignored. */
  parse(given: Given): T;
}

/** One or several flags are out of range. */
export class FlagError extends Error {
  override readonly name: string = "FlagError";
}

export function flags<const F extends Fields>(
  fields: F,
  valueNames: ValueNames = {},
): Flags<z.infer<z.ZodObject<F>>> {
  const schema = z.object(fields);
  return {
    fields,
    valueNames,
    parse(given) {
      const result = schema.safeParse(given);
      if (result.success) return result.data as z.infer<z.ZodObject<F>>;
      const lines = result.error.issues.map(({ path, message }) => {
        return path.length > 0 ? `${flagOf(String(path[0]))} ${message}` : message;
      });
      throw new FlagError(lines.join("\n       "));
    },
  };
}

/** The flags of both lists. */
export function joinFlags<A, B>(a: Flags<A>, b: Flags<B>): Flags<A & B> {
  return {
    fields: { ...a.fields, ...b.fields },
    valueNames: { ...a.valueNames, ...b.valueNames },
    parse: (given) => ({ ...a.parse(given), ...b.parse(given) }),
  };
}

/** `saveEvery` is `--save-every`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A number. `range` says in words which numbers `allowed` accepts. */
export function number(range: string, allowed: (value: number) => boolean): z.ZodType<number, string> {
  return z.union([z.string(), z.number()]).transform((text, context) => {
    const value = typeof text === "number" ? text : text.trim() === "" ? NaN : Number(text);
    if (allowed(value)) return value;
    context.issues.push({ code: "custom", message: `must be ${range}, not '${text}'`, input: text });
    return z.NEVER;
  }) as unknown as z.ZodType<number, string>;
}

/** A whole number, `least` or more. */
export function whole(least: number): z.ZodType<number, string> {
  return number(`a whole number, ${least} or more`, (n) => Number.isSafeInteger(n) && n >= least);
}

/** A whole number from `least` to `most`. */
export function wholeFrom(least: number, most: number): z.ZodType<number, string> {
  const range = `a whole number from ${least} to ${most}`;
  return number(range, (n) => Number.isSafeInteger(n) && n >= least && n <= most);
}

export const positive: z.ZodType<number, string> = number(
  "a number above 0",
  (n) => n > 0 && Number.isFinite(n),
);

export const zeroOrMore: z.ZodType<number, string> = number(
  "a number, 0 or more",
  (n) => n >= 0 && Number.isFinite(n),
);

/** A rate of dropout. */
export const dropRate: z.ZodType<number, string> = number(
  "a number from 0 to below 1",
  (n) => n >= 0 && n < 1,
);

/** A random seed. */
const seed: z.ZodType<number, string> = number("a whole number", Number.isSafeInteger);

/** One of several names. */
export function oneOf<const T extends string>(names: readonly T[]): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    const match = names.find((name) => name === text);
    if (match !== undefined) return match;
    const message = `must be one of ${names.join(", ")}, not '${text}'`;
    context.issues.push({ code: "custom", message, input: text });
    return z.NEVER;
  }) as unknown as z.ZodType<T, string>;
}

/** A switch without a value. */
export const flag: z.ZodType<boolean, boolean | undefined> = z.boolean().default(false);

/** A switch that is chosen where nobody sets it, and may be turned off: `--no-log`. */
export const choice: z.ZodType<boolean | undefined, boolean | undefined> = z.boolean().optional();

/** `--json`, which every command with results has. */
export const jsonFlag: z.ZodType<boolean, boolean | undefined> = flag.describe(
  "print results as JSON, one object per line",
);

/** `--seed`, where a command draws random numbers. */
export const seedFlag: z.ZodDefault<z.ZodType<number, string>> = seed.default(1).describe("random seed");

/** A flag that may be repeated, with a text each time. */
export const texts: z.ZodType<string[], string[] | undefined> = z.array(z.string()).default([]);

/** A file to write with this ending, which keeps a command from writing over files of another kind. */
export function outputFile(ending: string): z.ZodType<string, string> {
  return z.string().refine((path) => path.toLowerCase().endsWith(ending), {
    error: `must name a ${ending} file`,
  });
}

/** The largest width of a beam search; each beam takes a row of the network. */
export const mostBeams = 1000;

/** The flags of beam search; `grown` are grown, "captions", and made of `symbol`s: "word". */
export function searchFields(
  grown: string,
  symbol: string,
): {
  readonly beam: z.ZodDefault<z.ZodType<number, string>>;
  readonly lengthPenalty: z.ZodDefault<z.ZodType<number, string>>;
} {
  return {
    beam: wholeFrom(1, mostBeams)
      .default(1)
      .describe(`width of the beam search, in ${grown}; 1 takes the most likely ${symbol} each time`),
    lengthPenalty: zeroOrMore
      .default(0)
      .describe(`ranking of the beam search: 0 by total probability, 1 nearly by its mean per ${symbol}`),
  };
}

/** `--part`: the part of the training's data to score a model on. */
export const partNames = ["all", "train", "validation", "test"] as const;
export const partField: z.ZodOptional<z.ZodType<(typeof partNames)[number], string>> = oneOf(partNames)
  .optional()
  .describe(
    "part to score, as training divided the file: all, train, validation, test (default: the part that training left out)",
  );

/** Throws for an entry that is not a name, = and a whole number. */
export function parseSizes(text: string | undefined): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const entry of text === undefined ? [] : text.split(",")) {
    const [, name = "", value = ""] = /^\s*([^=\s]+)\s*=\s*(\d+)\s*$/u.exec(entry) ?? [];
    if (name === "" || Number(value) < 1)
      throw new Error(`--sizes: '${entry}' cannot be read; write it as in --sizes P=64,K=3`);
    sizes[name] = Number(value);
  }
  return sizes;
}
