// Writes files of tags to a folder of each test, and reads them.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach } from "vitest";
import type { TaggedItem } from "../../../src/tasks/tag/design.ts";
import {
  readTagged,
  readTaggedData,
  readTokens,
  type TaggedColumns,
} from "../../../src/tasks/tag/tagged-files.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unrolled-tagged-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

export const at = (name: string): string => join(folder, name);

export async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = at(name);
  await writeFile(path, content);
  return path;
}

export type Bare = readonly [tokens: unknown, tags: readonly string[]];

export async function tagged(
  name: string,
  content: string | Uint8Array,
  columns: TaggedColumns = {},
): Promise<Bare[]> {
  const items = await readTagged(await write(name, content), columns);
  return items.map(({ value, tags }) => [value, tags]);
}

export async function tokens(
  name: string,
  content: string,
  labels: readonly string[] = ["O"],
): Promise<unknown[]> {
  return (await readTokens(await write(name, content), { labels })).map((item) => item.value);
}

/** What is said of a file, and its sentences as `token/tag`. */
export async function told(
  name: string,
  content: string,
  columns: TaggedColumns = {},
): Promise<readonly [string[], string[]]> {
  const said: string[] = [];
  const context = { say: (line: string) => void said.push(line) };
  const { data } = await readTaggedData(await write(name, content), columns, context);
  const words = ({ value, tags }: TaggedItem): string =>
    (value as readonly string[]).map((token, i) => `${token}/${tags[i]}`).join(" ");
  return [data.map(words), said];
}

export const golden: string = fileURLToPath(new URL("../../goldens/tables/tagged.parquet", import.meta.url));
