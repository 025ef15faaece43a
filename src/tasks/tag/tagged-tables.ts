// Sequences of tokens, and their tags, from a table: a list of each per row, or a token per row below its sentence.
import { parseJson } from "../../base/json.ts";
import {
  column,
  numberOf,
  placeOf,
  showCell,
  type Cell,
  type Column,
  type Table,
} from "../../formats/table.ts";
import { chooseColumn } from "../shared/columns.ts";
import { sequencesOf, type PlacedSequence } from "../shared/sequence-files.ts";

/** The columns of a table of tagged sequences, where they are named. */
export interface TableColumns {
  readonly tokens?: string | undefined;
  readonly series?: string | undefined;
  readonly tags?: string | undefined;
}

/** A sequence of a table, and the tag of each token or step. */
interface TaggedRow {
  readonly value: readonly string[] | readonly number[] | readonly (readonly number[])[];
  readonly tags: readonly string[];
  readonly place: string;
  /** The places of the tokens, where each is in a row of its own. */
  readonly places?: readonly string[];
}

/** Sequences with tags, and the columns that they are from. Throws where a sequence has another number of tags, by row. */
export function taggedRows(
  table: Table,
  columns: TableColumns,
): {
  readonly items: TaggedRow[];
  readonly found: Record<string, string>;
  readonly notes: readonly string[];
} {
  const chosen = chooseColumns(table, columns);
  const { tags, ...sequence } = chosen;
  const sentence = "tokens" in sequence ? sentenceColumn(table, sequence.tokens) : undefined;
  if (sentence !== undefined && "tokens" in sequence) {
    return {
      items: groupedRows(table, sentence, sequence.tokens, tags),
      found: chosen,
      notes: [groupedNote(sentence)],
    };
  }
  const lists = listColumn(table, tags);
  const untagged = tokenRows(table, sequence);
  const items = untagged.items.map(({ value, place }, i) => {
    const list = lists[i] as string[];
    if (value.length === list.length) return { value, place, tags: list };
    throw new Error(
      `${place}: expected ${value.length} tags, one per token or step, got ${list.length}; tag each, or remove the ${table.unit}`,
    );
  });
  return { items, found: chosen, notes: untagged.notes };
}

/** Sequences without tags, and the column that they are from. */
export function tokenRows(
  table: Table,
  { tokens, series }: TableColumns,
): {
  readonly items: { readonly value: TaggedRow["value"]; readonly place: string }[];
  readonly found: Record<string, string>;
  readonly notes: readonly string[];
} {
  if (series !== undefined) {
    // Without `text`, sequences are numbers.
    const items = sequencesOf(table, { series }) as (PlacedSequence & TaggedRow)[];
    return { items, found: { series }, notes: [] };
  }
  const name = chooseTokens(table, tokens);
  const found = { tokens: name };
  const sentence = sentenceColumn(table, name);
  if (sentence !== undefined)
    return { items: groupedRows(table, sentence, name), found, notes: [groupedNote(sentence)] };
  const items = listColumn(table, name).map((value, i) => ({ value, place: placeOf(table, i) }));
  const isSingle = items.length > 1 && items.every(({ value }) => value.length === 1);
  const notes = isSingle
    ? ["every sequence has one token; for sentences put lists in the cells, or add a column 'sentence'"]
    : [];
  return { items, found, notes };
}

const groupedNote = (sentence: string): string => `a token per row; sentences: column ${showCell(sentence)}`;

type SequenceColumn = { readonly tokens: string } | { readonly series: string };

function chooseColumns(
  table: Table,
  { tokens, series, tags }: TableColumns,
): SequenceColumn & { readonly tags: string } {
  if (tokens !== undefined && series !== undefined) {
    throw new Error(
      `${table.source}: sequences are tokens ('${tokens}') or series ('${series}'), not both; name one column`,
    );
  }
  const usual = table.columns.some(({ name }) => name === "tokens") ? "tokens" : undefined;
  const taken = [series ?? tokens ?? usual];
  const chosen = chooseColumn(table, { name: tags, usual: "tags", taken, fits: hasText });
  if (series !== undefined)
    return { series: chooseColumn(table, { name: series, usual: "series" }), tags: chosen };
  return { tokens: chooseTokens(table, tokens, chosen), tags: chosen };
}

function chooseTokens(table: Table, name: string | undefined, tags?: string): string {
  return chooseColumn(table, { name, usual: "tokens", taken: [tags], fits: hasText });
}

/** Whether a column may have lists, in JSON or with blanks between items; one of numbers has none. */
const hasText = ({ cells }: Column): boolean =>
  cells.some((cell) => cell !== null && numberOf(cell) === undefined);

/**
 * The column that numbers sentences, where a table has a token per row: one called sentence, whose cells are empty or
 * repeated within a sentence. Undefined where cells of tokens have several.
 */
function sentenceColumn(table: Table, tokens: string): string | undefined {
  const named = table.columns.find(({ name }) =>
    /^sent(?:ence)?(?:[ _-]?(?:#|id|no\.?|number))?$/iu.test(name),
  );
  if (!named || named.name === tokens) return undefined;
  const { cells } = named;
  const isGrouped = cells.some((cell, i) => i > 0 && (cell === null || cell === cells[i - 1]));
  const hasLists = column(table, tokens).cells.some(
    (cell) => typeof cell === "string" && /^\[.*\]$|\s/su.test(cell.trim()) && cell.trim() !== "[]",
  );
  return isGrouped && !hasLists ? named.name : undefined;
}

/** Rows of one token as sequences: a new one where the column `sentence` has another text. */
function groupedRows(table: Table, sentence: string, tokens: string, tags?: string): TaggedRow[] {
  const groups: { value: string[]; tags: string[]; place: string; places: string[] }[] = [];
  const [names, words] = [column(table, sentence).cells, column(table, tokens).cells];
  const labels = tags === undefined ? undefined : column(table, tags).cells;
  let open: Cell = null;
  const textOf = (name: string, cell: Cell | undefined, place: string): string => {
    if (cell !== null && cell !== undefined && cell !== "") return String(cell);
    throw new Error(`${place}: '${name}' is empty; fill it in, or remove the ${table.unit}`);
  };
  words.forEach((word, i) => {
    const place = placeOf(table, i);
    const name = names[i] ?? null;
    if (groups.length === 0 || (name !== null && name !== open)) {
      groups.push({ value: [], tags: [], place, places: [] });
      open = name;
    }
    const group = groups.at(-1) as (typeof groups)[number];
    group.value.push(textOf(tokens, word, place));
    if (labels && tags !== undefined) group.tags.push(textOf(tags, labels[i], place));
    group.places.push(place);
  });
  return groups;
}

/** Lists of texts. Throws for an empty list, and for items that are neither texts nor numbers, with the place. */
function listColumn(table: Table, name: string): string[][] {
  return column(table, name).cells.map((cell, i) => {
    const place = `${placeOf(table, i)}: '${name}'`;
    const items = itemsOf(cell);
    if (items?.length === 0) throw new Error(`${place} is empty; fill it in, or remove the ${table.unit}`);
    const blank = items?.findIndex((item) => item === "") ?? -1;
    if (blank >= 0) {
      throw new Error(
        `${place}: item ${blank + 1} is an empty text; write it, or remove it together with its token or tag`,
      );
    }
    if (items?.every((item) => typeof item === "string" || typeof item === "number"))
      return items.map(String);
    throw new Error(
      `${place} must be a list of texts, such as ["in", "Paris"] or in Paris, not ${showCell(cell)}; correct it`,
    );
  });
}

/** The items of a list in JSON or as Python writes it, or of a text with blanks between them; undefined for no list. */
function itemsOf(cell: Cell): readonly unknown[] | undefined {
  const text = String(cell ?? "").trim();
  if (text.startsWith("[")) {
    try {
      return parseJson(text) as unknown[];
    } catch {
      // A token may begin with a bracket.
      if (/^\[\s*['"].*['"]\s*\]$/su.test(text)) return pythonList(text.slice(1, -1));
    }
  }
  return text.match(/\S+/gu) ?? [];
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

/** The texts of a list as Python shows it, `'a', "b's"`; undefined for anything else. */
function pythonList(text: string): string[] | undefined {
  const item = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*(,|$)/suy;
  const items: string[] = [];
  while (item.lastIndex < text.length) {
    const match = item.exec(text);
    if (!match) return undefined;
    const [, single, double = ""] = match;
    items.push(
      (single ?? double).replaceAll(
        /\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|(.))/gsu,
        (_, x?: string, u?: string, wide?: string, other = "") => {
          const code = x ?? u ?? wide;
          return code === undefined
            ? (escapes[other] ?? other)
            : String.fromCodePoint(Number.parseInt(code, 16));
        },
      ),
    );
  }
  return items;
}
