// Flags as options of a command: their help, and reading them together with a settings file.
import { Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import { flagOf, type Fields, type Flags } from "../tasks/shared/flags.ts";

/** Adds an option per flag. Nothing is checked, and no default is set, before `parse`. */
export function addOptions(command: CommandUnknownOpts, { fields, valueNames }: Flags<unknown>): void {
  for (const [name, field] of Object.entries(fields)) {
    const byDefault = field.safeParse(undefined).data;
    const isSwitch = typeof byDefault === "boolean";
    const value = isSwitch ? "" : ` <${valueNames[name] ?? (isNumber(field) ? "n" : "text")}>`;
    const option = new Option(`${flagOf(name)}${value}`, helpOf(field));
    if (isList(field))
      option.argParser((text, before: unknown) => [...((before as string[] | undefined) ?? []), text]);
    command.addOption(option);
  }
}

/** The description of a flag, and its default. */
function helpOf(field: Fields[string]): string {
  const byDefault = field.safeParse(undefined).data;
  const hasDefault = byDefault !== undefined && typeof byDefault !== "boolean" && !isList(field);
  return `${field.description ?? ""}${hasDefault ? ` (default: ${String(byDefault)})` : ""}`;
}

const isList = (field: z.ZodType): boolean => field.safeParse(["text"]).success;
const isNumber = (field: z.ZodType): boolean => field.safeParse("1").data === 1;
