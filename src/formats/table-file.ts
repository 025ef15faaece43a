// Tables from files.
import { basename } from "node:path";
import type { CsvSettings } from "./csv.ts";
import { decodeTable } from "./decode-table.ts";
import { readBytes } from "./files.ts";
import type { Table } from "./table.ts";

/**
 * Reads a CSV, TSV, JSON, JSON Lines or Parquet file; its extension tells the format. `settings` apply to CSV and TSV.
 * Errors name the file without its folder. Throws as `decodeTable`, and if the file cannot be read.
 */
export async function readTableFile(path: string, settings: CsvSettings = {}): Promise<Table> {
  return decodeTable(basename(path), await readBytes(path), settings);
}
