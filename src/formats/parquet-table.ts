// Tables from Parquet files, by hyparquet. Columns of numbers, text, booleans, dates and times, or lists of them; knows no
// meaning of them.
import { parquetReadObjects } from "hyparquet";
import { makeTable, type Cell, type Table } from "./table.ts";

/**
 * A Parquet file's bytes as a table, uncompressed or compressed by Snappy. Dates and times become ISO text in UTC
 * (2024-01-31T00:00:00.000Z), whole numbers and decimals numbers, true and false 1 and 0, and a list
 * is its text in JSON. Throws at a file that is no whole Parquet file, other compression, columns of structures, bytes that
 * are no text, and whole numbers above 2^53.
 */
export async function decodeParquet(source: string, bytes: Uint8Array): Promise<Table> {
  const magic = (at: number): boolean =>
    String.fromCharCode(...bytes.subarray(Math.max(0, at), at + 4)) === "PAR1";
  if (!magic(0))
    throw new Error(
      `${source}: this is no Parquet file: it must begin with PAR1; check that it is the right one`,
    );
  if (bytes.length < 12 || !magic(bytes.length - 4))
    throw new Error(
      `${source}: the Parquet file must end with PAR1, and does not; it was cut short, fetch it again`,
    );
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
  const file = bytes.slice().buffer; // its own buffer, for hyparquet takes whole ones
  try {
    return await parquetReadObjects({ file });
  } catch (error) {
    const message = (error as Error).message;
    const remedy = /compression/.test(message)
      ? "write it with Snappy or without compression"
      : "it is damaged or of a newer kind; write it again";
    throw new Error(`${source}: cannot be read as Parquet (${message}); ${remedy}`, { cause: error });
  }
}

function cellOf(place: string, name: string, value: unknown): Cell {
  const plain = plainOf(place, name, value);
  return Array.isArray(plain) ? JSON.stringify(plain) : plain;
}

type Plain = Cell | Plain[];

function plainOf(place: string, name: string, value: unknown): Plain {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "string") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") {
    if (Number.isSafeInteger(Number(value))) return Number(value);
    throw new Error(
      `${place}: column '${name}' has ${value}, above 2^53 and not exact as a number; store it as text`,
    );
  }
  if (Array.isArray(value)) return value.map((part) => plainOf(place, name, part));
  throw new Error(
    `${place}: column '${name}' must have a number, a text or a list a row, not structures or bytes; flatten it`,
  );
}
