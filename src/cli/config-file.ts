// Settings from a YAML or JSON file, named as a command's options are.
import { suggestion } from "../base/nearest.ts";
import { readUtf8 } from "../formats/files.ts";
import type { Flags, Given } from "../tasks/shared/flags.ts";
import { isSwitch } from "./settings.ts";

/**
 * The settings of a file, as if they had been typed: `save-every` or `saveEvery`. Throws for text that is not a mapping, for
 * a setting that the command does not have, and for a value that could not be typed.
 */
export async function readConfig(path: string, { fields }: Flags<unknown>): Promise<Given> {
  const content = await parsed(path, await readUtf8(path));
  const given: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(content)) {
    const name = key.replace(/-([a-z])/gu, (_, letter: string) => letter.toUpperCase());
    const field = name === "config" ? undefined : fields[name];
    if (!field) {
      throw new Error(
        `${path}: this command has no setting '${key}'${suggestion(name, Object.keys(fields))}`,
      );
    }
    const fits = isSwitch(field) ? typeof value === "boolean" : /^(string|number)$/u.test(typeof value);
    if (!fits) {
      const expected = isSwitch(field) ? "true or false" : "a text or a number, as the option is typed";
      throw new Error(`${path}: ${key} must be ${expected}, not ${JSON.stringify(value)}`);
    }
    given[name] = typeof value === "number" ? String(value) : value;
  }
  return given;
}

async function parsed(path: string, text: string): Promise<object> {
  const { parse } = await import("yaml"); // no other command has to load it
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new Error(`${path}: ${(cause as Error).message.split("\n")[0]}; write it as YAML or JSON`, {
      cause,
    });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new Error(`${path}: expected a setting per line, such as size: 64`);
}
