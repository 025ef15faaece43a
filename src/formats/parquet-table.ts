// Tables from Parquet, by the package hyparquet: columns of numbers, text, booleans, dates and times, or lists of them.
import { parquetReadObjects } from "hyparquet";
import { checkParquet } from "./parquet-check.ts";
import { makeTable, type Cell, type Table } from "./table.ts";

/**
 * Decodes a Parquet file, uncompressed or compressed with Snappy. Dates and times become ISO text in UTC
 * (2024-01-31T00:00:00.000Z), integers and decimals numbers, true and false text, and lists their JSON text. Throws at
 * other and truncated files, other compressions, columns of structures or binary data, and integers above 2^53.
 */
export async function decodeParquet(source: string, bytes: Uint8Array): Promise<Table> {
  const hasMagic = (at: number): boolean =>
    String.fromCharCode(...bytes.subarray(Math.max(0, at), at + 4)) === "PAR1";
  if (!hasMagic(0))
    throw new Error(
      `${source}: not a Parquet file: it does not begin with PAR1; check that it is the right one`,
    );
  if (bytes.length < 12 || !hasMagic(bytes.length - 4))
    throw new Error(`${source}: the Parquet file does not end with PAR1, so it is cut short; fetch it again`);
  const rows = await parse(source, bytes);
  const [first] = rows;
  if (!first) throw new Error(`${source}: the file has no rows; check that it is the right one`);
  const columns = Object.keys(first).map((name) => ({
    name,
    cells: rows.map((row, i) => cellOf(`${source}, row ${i + 1}`, name, row[name])),
  }));
  return makeTable(source, columns, { unit: "row", lines: Int32Array.from(rows, (_, i) => i + 1) });
}

async function parse(source: string, bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  const file = bytes.slice().buffer; // hyparquet takes whole buffers
  try {
    checkParquet(file);
    return await parquetReadObjects({ file });
  } catch (error) {
    const message = (error as Error).message;
    const remedy = /compression/.test(message)
      ? "write it with Snappy or without compression"
      : "it is damaged or of a newer version; write it again";
    throw new Error(`${source}: cannot be read as Parquet (${message}); ${remedy}`, { cause: error });
  }
}

function cellOf(place: string, name: string, value: unknown): Cell {
  const plain = plainValue(place, name, value);
  return Array.isArray(plain) ? JSON.stringify(plain) : plain;
}

type Plain = Cell | Plain[];

/** A value, or each of a list's, as JSON has it. */
function plainValue(place: string, name: string, value: unknown): Plain {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") {
    if (Number.isSafeInteger(Number(value))) return Number(value);
    throw new Error(
      `${place}: column '${name}' has ${value}, above 2^53 and not exact as a number; store it as text`,
    );
  }
  if (Array.isArray(value)) return value.map((part) => plainValue(place, name, part));
  throw new Error(
    `${place}: column '${name}' must have numbers, text or lists, not structures or bytes; flatten it`,
  );
}
