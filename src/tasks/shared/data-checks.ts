// Data as people hand them over, checked before they are used: lists, and items with the fields that a task needs.
import { shown } from "../../base/options.ts";

const isText = (value: unknown): boolean => typeof value === "string";

type FieldType = "text" | "texts" | "sequence" | "vector";

const fieldTypes: Readonly<Record<FieldType, { words: string; fits: (value: unknown) => boolean }>> = {
  text: { words: "a text", fits: isText },
  texts: { words: "a list of texts", fits: (value) => Array.isArray(value) && value.every(isText) },
  sequence: { words: "a text or a list", fits: (value) => isText(value) || Array.isArray(value) },
  vector: {
    words: "a list of numbers",
    fits: (value) => Array.isArray(value) || ArrayBuffer.isView(value),
  },
};

/** Throws unless data are a list of objects with these fields; `place` begins the error. */
export function checkItems(place: string, items: unknown, fields: Readonly<Record<string, FieldType>>): void {
  const names = Object.keys(fields).join(", ");
  if (!Array.isArray(items))
    throw new Error(`${place}: expected a list of items with ${names}, got ${shown(items)}`);
  items.forEach((item: Readonly<Record<string, unknown>> | null | undefined, i) => {
    for (const [name, type] of Object.entries(fields)) {
      const { words, fits } = fieldTypes[type];
      if (fits(item?.[name])) continue;
      const where = typeof item?.["place"] === "string" ? item["place"] : `${place}, item ${i}`;
      throw new Error(
        `${where}: ${name} must be ${words}, not ${shown(item?.[name])}; each item needs ${names}`,
      );
    }
  });
}

/** Throws unless it is a list. */
export function checkList(place: string, list: unknown): void {
  if (Array.isArray(list)) return;
  throw new Error(`${place}: expected a list, got ${shown(list)}; put brackets around a single one`);
}

/** Throws unless it is a list of texts. */
export function checkTexts(place: string, texts: unknown): void {
  checkList(place, texts);
  const wrong = (texts as readonly unknown[]).findIndex((text) => typeof text !== "string");
  if (wrong >= 0)
    throw new Error(`${place}: text ${wrong} must be a text, not ${shown((texts as unknown[])[wrong])}`);
}
