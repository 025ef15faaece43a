// Columns of numbers as people write them: with a decimal comma, or with separators between thousands.
import { isMissing, numberOf, showCell, type Cell, type Column, type Table } from "./table.ts";

/** A column whose numbers are numbers. */
export interface NumberColumn {
  /** [rows] Cells in one way of writing numbers are numbers; others stay. */
  readonly cells: readonly Cell[];
  /** What was taken for what, and what looks wrong: a line of text each. */
  readonly notes: readonly string[];
}

interface Style {
  readonly words: string;
  readonly pattern: RegExp;
  /** A text that matches, as digits with a decimal point. */
  readonly plain: (text: string) => string;
}

const gaps = " \u00a0\u202f'’";

const decimalComma: Style = {
  words: "decimal commas",
  pattern: new RegExp(String.raw`^[+-]?(?:\d{1,3}(?:[.${gaps}]\d{3})+|\d+)(?:,\d+)?$`, "u"),
  plain: (text) => text.replaceAll(new RegExp(`[.${gaps}]`, "gu"), "").replace(",", "."),
};

const groupingComma: Style = {
  words: "commas between thousands",
  pattern: /^[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?$/u,
  plain: (text) => text.replaceAll(",", ""),
};

const groupingGaps: Style = {
  words: "gaps between thousands",
  pattern: new RegExp(String.raw`^[+-]?(?:\d{1,3}(?:[${gaps}]\d{3})+|\d+)(?:\.\d+)?$`, "u"),
  plain: (text) => text.replaceAll(new RegExp(`[${gaps}]`, "gu"), ""),
};

/**
 * A column with its numbers as numbers. Where cells are no plain numbers, but all in one other way of writing them, they
 * are read in that way, which is noted: with a decimal comma (`1000,5`, `1.000,5`), or with commas or gaps between
 * thousands (`1,000.5`). Where `1,000` may be both, it has a decimal comma in a file with semicolons, separates thousands
 * in one with commas, and stays text in others.
 */
export function numberColumn({ delimiter }: Table, { name, cells }: Column): NumberColumn {
  const texts = cells.flatMap((cell) => (typeof cell === "string" && !isMissing(cell) ? [normal(cell)] : []));
  const odd = texts.filter((text) => numberOf(text) === undefined);
  if (odd.length === 0) return { cells, notes: doubtful(name, cells, delimiter) };
  const style = styleOf(texts, odd, delimiter);
  if (!style) return { cells, notes: [] };
  let example: { readonly text: string; readonly value: number } | undefined;
  const read = cells.map((cell) => {
    if (typeof cell !== "string" || !style.pattern.test(normal(cell))) return cell;
    const value = Number(style.plain(normal(cell)));
    if (numberOf(cell) === undefined) example ??= { text: cell, value };
    return value;
  });
  const shown = example ? ` (${showCell(example.text)} is ${example.value})` : "";
  return {
    cells: read,
    notes: [`column '${name}' has ${style.words}${shown}`, ...doubtful(name, read, undefined)],
  };
}

const normal = (cell: string): string => cell.trim().replace(/^\u2212/u, "-");

/** The way of writing that some odd texts have, and no text contradicts; texts that are no numbers in any way do not count. */
function styleOf(texts: readonly string[], odd: readonly string[], delimiter?: string): Style | undefined {
  const styles = [decimalComma, groupingComma, groupingGaps];
  const isNumber = (text: string): boolean =>
    numberOf(text) !== undefined || styles.some(({ pattern }) => pattern.test(text));
  const numbers = texts.filter(isNumber);
  const fitting = styles.filter(
    ({ pattern }) => odd.some((text) => pattern.test(text)) && numbers.every((text) => pattern.test(text)),
  );
  // Gaps between thousands are the same number with a decimal comma that no cell has.
  const [first, second] = fitting;
  if (first === decimalComma && second === groupingComma)
    return delimiter === ";" ? decimalComma : delimiter === "," ? groupingComma : undefined;
  return fitting.at(-1);
}

/** Numbers that may mean something else: 1.500 as 1500 in a file with semicolons, and -999 as a missing value. */
function doubtful(name: string, cells: readonly Cell[], delimiter: string | undefined): string[] {
  const notes: string[] = [];
  const points = cells.filter((cell) => typeof cell === "string" && cell.includes("."));
  const isGrouped = (cell: Cell): boolean => /^\s*[+-]?[1-9]\d{0,2}(?:\.\d{3})+\s*$/u.test(String(cell));
  if (delimiter === ";" && points.length > 1 && points.every(isGrouped)) {
    const [point = null] = points;
    notes.push(
      `column '${name}': ${showCell(point)} is read as ${Number(point)}; if its point separates thousands, remove the points`,
    );
  }
  const isSentinel = (cell: Cell): boolean => /^-9{2,}(?:\.0*)?$/u.test(String(cell ?? "").trim());
  const sentinels = cells.filter(isSentinel);
  const [sentinel] = sentinels;
  const isAlone = cells.every((cell) => isSentinel(cell) || !((numberOf(cell) ?? 0) < 0));
  if (sentinel !== undefined && sentinels.length < cells.length && isAlone)
    notes.push(
      `column '${name}' has ${String(sentinel)} ${sentinels.length === 1 ? "once" : `${sentinels.length} times`} and no ` +
        "other number below 0; if it stands for a missing value, leave these cells empty",
    );
  return notes;
}

/** What to do with a cell that is no number, in words. */
export function numberRemedy(cell: Cell): string {
  const text = String(cell ?? "").trim();
  if (/^[+-]?0x/iu.test(text)) return "write it in decimal digits";
  if (/\p{Sc}/u.test(text)) return "remove the currency sign from the column";
  if (text.endsWith("%")) return "remove the percent sign from the column";
  if (/^\(.*\)$/su.test(text)) return "write a negative number with a minus sign";
  if (/^[+-]?inf(?:inity)?$/iu.test(text)) return "write a finite number, or leave the cell empty";
  if (/\d[,.\s'’]\d/u.test(text)) return "write it with a decimal point and without other separators";
  return "correct it, or leave the cell empty";
}
