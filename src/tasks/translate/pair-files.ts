// Pairs of texts, one to become the other, from a table or a text file with a tab between both. Knows no task.
import { extname } from "node:path";
import { placeOf } from "../../formats/table.ts";
import { readLines } from "../../formats/files.ts";
import { textColumn } from "../shared/sequence-files.ts";
import { readTableFile } from "../../formats/table-file.ts";

export interface ReadPair {
  readonly source: string;
  readonly target: string;
  readonly place: string;
}

/** Throws for a missing column, an empty cell and a line without its tab, by file and line. */
export async function readPairs(
  path: string,
  columns: { readonly source: string; readonly target: string },
): Promise<ReadPair[]> {
  if (extname(path).toLowerCase() === ".txt") return linesWithTabs(path);
  if (columns.source === columns.target)
    throw new Error(
      `${path}: '${columns.source}' cannot become itself; name another column as source or target`,
    );
  const table = await readTableFile(path);
  const [sources, targets] = [textColumn(table, columns.source), textColumn(table, columns.target)];
  return sources.map((source, i) => ({ source, target: targets[i] as string, place: placeOf(table, i) }));
}

async function linesWithTabs(path: string): Promise<ReadPair[]> {
  return (await readLines(path)).map(({ text, place }) => {
    const [source, target, ...more] = text.split("\t");
    if (source && target && more.length === 0) return { source, target, place };
    throw new Error(
      `${place}: it must be a text, a tab, and what it becomes, not '${text.slice(0, 40)}'; correct it`,
    );
  });
}
