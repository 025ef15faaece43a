// A table from a file, its format by the extension. Knows the formats' names only; each has a file of its own.
import { basename, extname } from "node:path";
import type { Table } from "./table.ts";
import { decodeCsv, type CsvSettings } from "./csv.ts";
import { readBytes } from "./files.ts";
import { decodeJsonLines, decodeJsonTable } from "./json-table.ts";

/**
 * A file's bytes as a table: .csv and .txt, .tsv and .tab, .jsonl and .ndjson, .json, .parquet. `source` is the name or
 * path, which messages name. `settings` are for CSV and TSV alone. Throws at other extensions and as the formats do.
 */
export async function decodeTable(
  source: string,
  bytes: Uint8Array,
  settings: CsvSettings = {},
): Promise<Table> {
  const extension = extname(source).toLowerCase();
  switch (extension) {
    case ".csv":
    case ".txt":
      return decodeCsv(source, bytes, settings);
    case ".tsv":
    case ".tab":
      return decodeCsv(source, bytes, { delimiter: "\t", ...settings });
    case ".jsonl":
    case ".ndjson":
      return decodeJsonLines(source, bytes);
    case ".json":
      return decodeJsonTable(source, bytes);
    case ".parquet":
    case ".pq": {
      const { decodeParquet } = await import("./parquet-table.ts");
      return decodeParquet(source, bytes);
    }
    default:
      throw new Error(
        `${source}: a table must be a .csv, .tsv, .jsonl, .json or .parquet file, not ` +
          `${extension ? `'${extension}'` : "one without extension"}; convert or rename it`,
      );
  }
}

/** Reads a table file; messages name it without its folder. Throws as `decodeTable`, and where it cannot be read. */
export async function readTableFile(path: string, settings: CsvSettings = {}): Promise<Table> {
  return decodeTable(basename(path), await readBytes(path), settings);
}
