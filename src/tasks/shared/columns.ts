// The column of a table that is meant, where a person names none: the one of the usual name, or the only one there is.
import { column, listNames, type Column, type Table } from "../../formats/table.ts";

export interface ColumnChoice {
  /** The column that the person named. */
  readonly name: string | undefined;
  /** The usual name, and the option by which to name another: `text`. */
  readonly usual: string;
  /** Columns that are taken already. */
  readonly taken?: readonly (string | undefined)[];
  /** Whether a column's cells can be meant. Default any. */
  readonly fits?: (column: Column) => boolean;
}

/**
 * The column `name`, or else the one of the usual name in any case, singular or plural, or the only one that fits. Throws
 * for a name that the table lacks, and where several columns or none could be meant, naming the option.
 */
export function chooseColumn(table: Table, { name, usual, taken = [], fits }: ColumnChoice): string {
  if (name !== undefined) return column(table, name).name;
  const free = table.columns.filter((c) => !taken.includes(c.name));
  if (free.some((c) => c.name === usual)) return usual;
  const [alike, ...others] = free.filter((c) => plain(c.name) === plain(usual));
  if (alike && others.length === 0) return alike.name;
  const [only, ...more] = free.filter((c) => fits?.(c) ?? true);
  if (only && more.length === 0) return only.name;
  const names = listNames(table.columns.map((c) => c.name));
  throw new Error(
    `${table.source}: there is no column '${usual}', and ${only ? "several columns" : "no other column"} could be meant; ` +
      `name one (--${usual}) of ${names}`,
  );
}

const plain = (name: string): string => name.trim().toLowerCase().replace(/s$/u, "");

/** The columns that were found rather than named or usual, in words: "text is the column 'review'". Empty for none. */
export function foundInWords(
  found: Readonly<Record<string, string | undefined>>,
  named: Readonly<Record<string, unknown>>,
): string {
  const told = Object.entries(found).filter(([option, name]) => {
    return name !== undefined && name !== option && named[option] === undefined;
  });
  return told.map(([option, name]) => `${option}: column '${name}'`).join(", ");
}

/**
 * The names in a list with commas between them. A name with a comma is in double quotes, `"Sales, net",rest`, or is one of
 * `known` and the whole text.
 */
export function splitNames(text: string, known: readonly string[] = []): string[] {
  if (known.includes(text)) return [text];
  const parts = text.match(/\s*"(?:[^"]|"")*"\s*(?=,|$)|[^,]+/gu) ?? [];
  return parts.map((part) => {
    const name = part.trim();
    return /^".*"$/su.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name;
  });
}

/** A list that `splitNames` splits again. */
export function joinNames(names: readonly string[]): string {
  return names.map((name) => (/[,"]/u.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(",");
}
