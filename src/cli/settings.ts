// Options of a command from one zod schema: the flags with their help, their types, defaults and checks.
// Knows no command.
import type { Command } from "@commander-js/extra-typings";
import { Option } from "@commander-js/extra-typings";
import { z } from "zod";
import { InputError } from "./failure.ts";

/** A number that a person types. `range` says in words what `allowed` accepts. */
function number(range: string, allowed: (value: number) => boolean) {
  return z.string().transform((text, context) => {
    const value = text.trim() === "" ? NaN : Number(text);
    if (allowed(value)) return value;
    context.issues.push({ code: "custom", message: `must be ${range}, not ${text || "empty"}`, input: text });
    return z.NEVER;
  });
}
