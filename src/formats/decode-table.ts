// A table from the bytes of a file; the extension of its name tells the format.
import { decodeCsv, type CsvSettings } from "./csv.ts";
import { decodeJsonLines, decodeJsonTable } from "./json-table.ts";
import type { Table } from "./table.ts";

/**
 * Decodes .csv and .txt, .tsv and .tab, .jsonl and .ndjson, .json, .parquet and .pq. `source` is the file's name or path,
 * also for errors; `settings` apply to CSV and TSV. Throws at other extensions, and as the formats' decoders do.
 */
export async function decodeTable(
  source: string,
  bytes: Uint8Array,
  settings: CsvSettings = {},
): Promise<Table> {
  const extension = /[^/\\](\.[^./\\]*)$/u.exec(source)?.[1]?.toLowerCase();
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
        `${source}: expected a .csv, .tsv, .jsonl, .json or .parquet file, got ` +
          `${extension ? `'${extension}'` : "one without an extension"}; convert or rename it`,
      );
  }
}
