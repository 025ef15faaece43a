// What a sequence is to give: one number or several, for it as a whole or at every step. As people have them, and as rows
// of numbers.
import { shown } from "../../base/options.ts";
import { listNames } from "../../formats/table.ts";

/** A number for a whole sequence; or one per step, NaN where a step has none. */
export type Target = number | readonly number[];

/** One target, or several by their names. */
export type Targets = Target | Readonly<Record<string, Target>>;

/** Where the targets of sequences are: one for the whole of each, or one at every step. */
export type TargetPlace = "last" | "every";

export const targetPlaces: readonly TargetPlace[] = ["last", "every"];

/** A sequence's targets, and where they are from. */
export interface Targeted {
  readonly target: Targets;
  readonly place?: string;
}

/** The name of a target without one. */
const onlyName = "target";

export const placeAt = ({ place = "" }: { readonly place?: string }, i: number): string =>
  place || `sequence ${i}`;

/** By name, in the order of the first item. Throws where another item has other names. */
export function targetNames(items: readonly Targeted[]): string[] {
  const [first] = items;
  const names = first ? Object.keys(byName(first.target)) : [];
  if (names.length === 0) throw new Error("regress: the first sequence has no target; give a number or more");
  items.forEach((item, i) => {
    const others = Object.keys(byName(item.target));
    if (others.length === names.length && names.every((name) => others.includes(name))) return;
    throw new Error(
      `${placeAt(item, i)}: the targets are ${listNames(others)}, but those of the first sequence ${listNames(names)}; ` +
        "give all sequences the same",
    );
  });
  return names;
}

/** `every` where a target is a list in any of the items. */
export function foundPlace(items: readonly Targeted[]): TargetPlace {
  const isList = ({ target }: Targeted): boolean => Object.values(byName(target)).some(Array.isArray);
  return items.some(isList) ? "every" : "last";
}

/**
 * The targets of a sequence of `steps` as rows [steps, targets], or one row for the whole sequence: of a list its last
 * number, and of a number as many as there are steps. A row with a NaN does not count. Throws for lists of other lengths,
 * for what is no number, and where no row counts.
 */
export function targetRows(
  names: readonly string[],
  at: TargetPlace,
  target: Targets,
  steps: number,
  place: string,
): number[][] {
  const named = byName(target);
  const lists = names.map((name) => {
    const values = named[name];
    if (Array.isArray(values) && values.length !== steps) {
      throw new Error(
        `${place}: ${name} has ${values.length} numbers for ${steps} steps; give one per step, or one for the whole sequence`,
      );
    }
    const list: readonly unknown[] = Array.isArray(values) ? values : Array<unknown>(steps).fill(values);
    const wrong = list.find((value) => typeof value !== "number" || Math.abs(value) === Infinity);
    if (wrong !== undefined || list.includes(undefined))
      throw new Error(`${place}: ${name} must be finite numbers, not ${shown(wrong)}; correct it`);
    return list as readonly number[];
  });
  const rows = Array.from({ length: steps }, (_, t) => lists.map((list) => list[t] as number));
  const chosen = at === "every" ? rows : rows.slice(-1);
  if (chosen.some(isKnown)) return chosen;
  const without = names.find((_, j) => chosen.every((row) => Number.isNaN(row[j]))) ?? names.join(", ");
  throw new Error(`${place}: ${without} is missing; fill it in, or leave the sequence out`);
}

/** Whether a row has all of its numbers. */
export const isKnown = (row: readonly number[]): boolean => !row.some(Number.isNaN);

function byName(target: Targets): Readonly<Record<string, Target>> {
  if (typeof target === "object" && target !== null && !Array.isArray(target))
    return target as Readonly<Record<string, Target>>;
  return { [onlyName]: target as Target };
}
