// Flags as options of a command, and their help.
import { Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { z } from "zod";
import { flagOf, type Flags } from "../tasks/shared/flags.ts";

/** Headings of the help, with the options below each; others stand below "Options:". */
export type Sections = Readonly<Record<string, readonly string[]>>;

/** Adds an option per flag. Nothing is checked, and no default is set, before `parse`. */
export function addOptions(
  command: CommandUnknownOpts,
  { fields, valueNames }: Flags<unknown>,
  sections: Sections = {},
): void {
  const below = Object.entries(sections).flatMap(([heading, names]) => names.map((name) => [name, heading]));
  const headings: Readonly<Record<string, string>> = Object.fromEntries(below);
  const own = Object.keys(fields).filter((name) => headings[name] === undefined);
  for (const name of [...own, ...below.map(([name = ""]) => name)]) {
    const field = fields[name];
    if (!field) continue;
    const value = isSwitch(field) ? "" : ` <${valueNames[name] ?? (isNumber(field) ? "n" : "text")}>`;
    const option = new Option(`${flagOf(name)}${value}`, helpOf(field));
    if (isList(field))
      option.argParser((text, before: unknown) => [...((before as string[] | undefined) ?? []), text]);
    command.addOption(headings[name] === undefined ? option : option.helpGroup(headings[name]));
    if (isChoice(field)) command.addOption(new Option(flagOf(name).replace("--", "--no-")).hideHelp());
  }
}

/** The description of a flag, and its default. */
function helpOf(field: z.ZodType): string {
  const byDefault = field.safeParse(undefined).data;
  const hasDefault = byDefault !== undefined && !isSwitch(field) && !isList(field);
  return `${field.description ?? ""}${hasDefault ? ` (default: ${String(byDefault)})` : ""}`;
}

/** Whether a flag has no value. */
export const isSwitch = (field: z.ZodType): boolean => field.safeParse(true).success;

/** Whether a switch may also be turned off: `--no-log`. */
const isChoice = (field: z.ZodType): boolean =>
  isSwitch(field) && field.safeParse(undefined).data === undefined;

const isList = (field: z.ZodType): boolean => field.safeParse(["text"]).success;

/** Flags of numbers read a number, or refuse it as out of range; others refuse its type. */
function isNumber(field: z.ZodType): boolean {
  const { success, error } = field.safeParse(-0.5);
  return success || error.issues.every(({ code }) => code === "custom");
}
