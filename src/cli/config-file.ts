// Settings from a YAML or JSON file, named as a command's options are.
import { parse } from "yaml";
import { nearest } from "../base/nearest.ts";
import { readUtf8 } from "../formats/files.ts";
import type { Flags, Given } from "../tasks/shared/flags.ts";

/**
 * The settings of a file, as if they had been typed: `save-every` or `saveEvery`. Throws for text that is not a mapping and
 * for a setting that the command does not have, naming the nearest.
 */
export async function readConfig(path: string, { fields }: Flags<unknown>): Promise<Given> {
  const content = parsed(path, await readUtf8(path));
  const given: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(content)) {
    const name = key.replace(/-([a-z])/gu, (_, letter: string) => letter.toUpperCase());
    if (!(name in fields) || name === "config") {
      const near = nearest(name, Object.keys(fields));
      throw new Error(
        `${path}: there is no setting '${key}'${near === undefined ? "" : `; did you mean '${near}'?`}`,
      );
    }
    given[name] = typeof value === "number" ? String(value) : value;
  }
  return given;
}

function parsed(path: string, text: string): object {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new Error(`${path}: ${(cause as Error).message.split("\n")[0]}; write it as YAML or JSON`, {
      cause,
    });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new Error(`${path}: it must be settings, a name and a value per line, as size: 64`);
}
