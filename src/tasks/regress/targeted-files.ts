// Sequences with their targets from a table: a row per sequence, whose series are lists in one column or several; or a row
// per step, and a column that names the sequence.
import { extname } from "node:path";
import { checkOptions, type OptionRules } from "../../base/options.ts";
import { numberColumn, numberRemedy } from "../../formats/number-column.ts";
import {
  column,
  isMissing,
  listNames,
  numberOf,
  placeOf,
  showCell,
  type Cell,
  type Column,
  type Table,
} from "../../formats/table.ts";
import { readTableFile } from "../../formats/table-file.ts";
import { chooseColumn, joinNames, splitNames } from "../shared/columns.ts";
import { numbersOf, readSequences, textColumn } from "../shared/sequence-files.ts";
import type { SequenceValue } from "../shared/sequence-input.ts";
import type { RegressItem } from "./design.ts";
import type { Target } from "./targets.ts";

/** The columns of a table of sequences and their targets. */
export interface TargetedColumns {
  /** The column of targets, or several. Default `target`, or the only one of numbers. */
  readonly target?: string | readonly string[] | undefined;
  /**
   * Columns of series, whose cells are lists of numbers, default all there are; in a table with a row per step, the columns
   * of numbers that are read, default all but the targets.
   */
  readonly series?: string | readonly string[] | undefined;
  /** The column of texts, instead of series. */
  readonly text?: string | undefined;
  /** In a table with a row per step, the column that names the sequence of each. Default `sequence`. */
  readonly sequence?: string | undefined;
}

const rules: OptionRules<TargetedColumns> = { target: "any", series: "any", text: "any", sequence: "any" };

/** A sequence read from a file, without targets where none were asked for. */
export interface ReadSequenceRow {
  readonly value: SequenceValue;
  readonly target: Readonly<Record<string, Target>>;
  readonly place: string;
  /** What a table with a row per step calls it. */
  readonly name?: string;
}

/**
 * Reads a table (.csv, .tsv, .jsonl, .json, .parquet). In a table with a row per step, a target that changes within a
 * sequence is one at every step. Empty cells and null are gaps. Throws for missing columns and wrong numbers, by file and
 * line.
 */
export async function readTargeted(path: string, columns: TargetedColumns = {}): Promise<RegressItem[]> {
  checkOptions("readTargeted", columns, rules);
  return (await readRows(path, columns, true)).items.map(({ value, target, place }) => ({
    value,
    target,
    place,
  }));
}

/** The sequences of a file, the columns that were found, and how numbers were read: a line of text each. */
export async function readRows(
  path: string,
  columns: TargetedColumns,
  hasTargets: boolean,
): Promise<{
  readonly items: readonly ReadSequenceRow[];
  readonly found: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}> {
  if (!hasTargets && extname(path).toLowerCase() === ".txt") {
    const items = (await readSequences(path)).map((item) => ({ ...item, target: {} }));
    return { items, found: {}, notes: [] };
  }
  const table = await readTableFile(path);
  const sequence = sequenceColumn(table, columns);
  const series = namesOf(table, columns.series);
  const taken = [sequence, columns.text, ...(series ?? [])];
  const targets = hasTargets ? targetColumns(table, columns.target, taken) : [];
  const both = targets.find((name) => taken.includes(name));
  if (both !== undefined)
    throw new Error(`${path}: '${both}' cannot be both a target and read; name another column`);
  const others = { targets: hasTargets ? targets : (namesOf(table, columns.target, false) ?? []), series };
  const read =
    sequence === undefined
      ? rowPerSequence(table, targets, { ...others, text: columns.text })
      : rowPerStep(table, targets, { ...others, sequence });
  return { ...read, found: { ...read.found, ...(hasTargets && { target: joinNames(targets) }) } };
}

/** The names of a list with commas, or of an array. Throws for one that the table lacks, if they `mustExist`. */
function namesOf(
  table: Table,
  names: string | readonly string[] | undefined,
  mustExist: boolean = true,
): string[] | undefined {
  if (names === undefined) return undefined;
  const known = table.columns.map(({ name }) => name);
  const list = typeof names === "string" ? splitNames(names, known) : [...names];
  const twice = list.find((name, i) => list.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`the column '${twice}' is named twice; name it once`);
  return mustExist ? list.map((name) => column(table, name).name) : list;
}

function targetColumns(
  table: Table,
  names: TargetedColumns["target"],
  taken: readonly (string | undefined)[],
): string[] {
  const fits = (candidate: Column): boolean => areNumbers(table, candidate);
  return namesOf(table, names) ?? [chooseColumn(table, { name: undefined, usual: "target", taken, fits })];
}

/** The column that names the sequence of each row; one called `sequence` only where names repeat. */
function sequenceColumn(table: Table, { sequence, text }: TargetedColumns): string | undefined {
  if (sequence !== undefined) return column(table, sequence).name;
  const usual = table.columns.find(({ name }) => name.trim().toLowerCase() === "sequence");
  if (!usual || text !== undefined || areLists(table, usual)) return undefined;
  return new Set(usual.cells).size < table.rows ? usual.name : undefined;
}

interface Read {
  readonly items: readonly ReadSequenceRow[];
  readonly found: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

interface Others {
  /** Names of targets, which are not read. */
  readonly targets: readonly string[];
  readonly series: readonly string[] | undefined;
}

function rowPerSequence(
  table: Table,
  targets: readonly string[],
  { targets: left, series, text }: Others & { readonly text: string | undefined },
): Read {
  const lists = table.columns.filter((one) => !left.includes(one.name) && areLists(table, one));
  const names =
    series ?? (text === undefined && lists.length > 0 ? lists.map(({ name }) => name) : undefined);
  const wanted = targets.map((name) => wholeOrList(table, name));
  const itemsOf = (valueOf: (row: number) => SequenceValue): ReadSequenceRow[] =>
    Array.from({ length: table.rows }, (_, row) => ({
      value: valueOf(row),
      target: Object.fromEntries(targets.map((name, k) => [name, wanted[k]?.targets[row] as Target])),
      place: placeOf(table, row),
    }));
  const notes = wanted.flatMap((one) => one.notes);
  if (names) {
    const channels = names.map((name) => column(table, name));
    return {
      items: itemsOf((row) => joined(table, channels, row)),
      found: { series: joinNames(names) },
      notes,
    };
  }
  const chosen = textsIn(table, text, left);
  const texts = textColumn(table, chosen);
  return { items: itemsOf((row) => texts[row] as string), found: { text: chosen }, notes };
}

/** The column of texts. Throws where there is none, and where the rows of the table may be steps. */
function textsIn(table: Table, name: string | undefined, left: readonly string[]): string {
  if (name !== undefined) return column(table, name).name;
  const free = table.columns.filter((one) => !left.includes(one.name));
  const numbers = free.filter((one) => areNumbers(table, one));
  const texts = free.filter((one) => !numbers.includes(one));
  if (texts.length > 0 && (numbers.length === 0 || texts.some((one) => one.name === "text")))
    return chooseColumn(table, { name, usual: "text", taken: left, fits: (one) => texts.includes(one) });
  throw new Error(
    `${table.source}: there is no column of series; name the one whose cells are lists of numbers (--series) or texts ` +
      "(--text), or in a table with a row per step the one that names the sequence (--sequence): the columns are " +
      listNames(table.columns.map((one) => one.name)),
  );
}

/** The series of a row side by side. Throws where they are not equally long. */
function joined(table: Table, channels: readonly Column[], row: number): number[][] {
  const place = placeOf(table, row);
  const lists = channels.map(({ name, cells }) =>
    numbersOf(cells[row] as Cell, `${place}: '${name}'`, NaN).map((step) =>
      typeof step === "number" ? [step] : step,
    ),
  );
  const [first] = lists as [number[][]];
  lists.forEach((list, k) => {
    if (list.length !== first.length) {
      throw new Error(
        `${place}: '${channels[k]?.name}' has ${list.length} steps, but '${channels[0]?.name}' ${first.length}; give the ` +
          "series of a row the same length",
      );
    }
    const odd = list.findIndex((step) => step.length !== list[0]?.length);
    if (odd < 0) return;
    throw new Error(
      `${place}: '${channels[k]?.name}', step ${odd} has ${list[odd]?.length} numbers, but the first ${list[0]?.length}; give ` +
        "all steps the same",
    );
  });
  return first.map((_, t) => lists.flatMap((list) => list[t] as number[]));
}

function rowPerStep(
  table: Table,
  targets: readonly string[],
  { targets: left, series, sequence }: Others & { readonly sequence: string },
): Read {
  const names =
    series ??
    table.columns
      .filter((one) => one.name !== sequence && !left.includes(one.name) && areNumbers(table, one))
      .map(({ name }) => name);
  if (names.length === 0) {
    throw new Error(
      `${table.source}: there is no column of numbers besides ${listNames([sequence, ...left])}; name those to read (--series)`,
    );
  }
  const channels = names.map((name) => numbersIn(table, name));
  const wanted = targets.map((name) => numbersIn(table, name));
  const groups = new Map<string, number[]>();
  column(table, sequence).cells.forEach((cell, row) => {
    if (isMissing(cell))
      throw new Error(`${placeOf(table, row)}: '${sequence}' is empty; name the sequence of the step`);
    const name = String(cell).trim();
    const rows = groups.get(name);
    if (rows) rows.push(row);
    else groups.set(name, [row]);
  });
  const known = (rows: readonly number[], { numbers }: NumberCells): number[] =>
    rows.map((row) => numbers[row] as number).filter((value) => !Number.isNaN(value));
  const varying = wanted.map((cells) =>
    [...groups.values()].some((rows) => new Set(known(rows, cells)).size > 1),
  );
  const targetOf = (rows: readonly number[], k: number): Target => {
    const cells = wanted[k] as NumberCells;
    return varying[k] === true
      ? rows.map((row) => cells.numbers[row] as number)
      : (known(rows, cells).at(-1) ?? NaN);
  };
  return {
    items: [...groups].map(([name, rows]) => ({
      value: rows.map((row) => channels.map(({ numbers }) => numbers[row] as number)),
      target: Object.fromEntries(targets.map((target, k) => [target, targetOf(rows, k)])),
      place: `${placeOf(table, rows[0] as number)}, sequence '${name}'`,
      name,
    })),
    found: { series: joinNames(names), sequence },
    notes: [...channels, ...wanted].flatMap(({ notes }) => notes),
  };
}

interface NumberCells {
  /** [rows] NaN where a cell is empty. */
  readonly numbers: readonly number[];
  readonly notes: readonly string[];
}

/** A column of numbers, some of them missing. Throws at others, with file and line. */
function numbersIn(table: Table, name: string): NumberCells {
  const { cells, notes } = numberColumn(table, column(table, name));
  return { numbers: cells.map((cell, row) => numberIn(cell, `${placeOf(table, row)}: '${name}'`)), notes };
}

function numberIn(cell: Cell, place: string): number {
  if (isMissing(cell)) return NaN;
  const value = numberOf(cell);
  if (value !== undefined) return value;
  throw new Error(`${place} must be a number, not ${showCell(cell)}; ${numberRemedy(cell)}`);
}

/** The targets of a column with a row per sequence: numbers, or lists with one per step. */
function wholeOrList(
  table: Table,
  name: string,
): { readonly targets: readonly Target[]; readonly notes: readonly string[] } {
  const { cells, notes } = numberColumn(table, column(table, name));
  const targets = cells.map((cell, row) => {
    const place = `${placeOf(table, row)}: '${name}'`;
    if (!isList(cell)) return numberIn(cell, place);
    const list = numbersOf(cell, place, NaN);
    if (typeof list[0] === "number") return list as number[];
    throw new Error(`${place} must be one number per step; name several targets as columns of their own`);
  });
  return { targets, notes };
}

/** Whether a cell is a list of numbers: in brackets, or two or more with spaces, commas or semicolons between them. */
function isList(cell: Cell): boolean {
  if (typeof cell !== "string") return false;
  const text = cell.trim();
  if (text.startsWith("[")) return true;
  const parts = text.split(/[\s,;]+/u);
  return (
    parts.length > 1 &&
    numberOf(cell) === undefined &&
    parts.some((part) => numberOf(part) !== undefined) &&
    parts.every((part) => isMissing(part) || numberOf(part) !== undefined)
  );
}

/** Whether half or more of the cells that are not missing are lists; one that is not is a mistake. */
function areLists(table: Table, one: Column): boolean {
  const present = numberColumn(table, one).cells.filter((cell) => !isMissing(cell));
  return present.length > 0 && 2 * present.filter(isList).length >= present.length;
}

/** Whether all cells that are not missing, one or more, are single numbers. */
function areNumbers(table: Table, one: Column): boolean {
  const present = numberColumn(table, one).cells.filter((cell) => !isMissing(cell));
  return present.length > 0 && present.every((cell) => numberOf(cell) !== undefined);
}
