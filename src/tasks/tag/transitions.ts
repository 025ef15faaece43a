// Which tags may follow each other: what the scheme of the labels says, where all tags to learn from keep to it.
import { transitionsBetween, type Transitions } from "../../model/crf.ts";
import { schemeName, spanScheme, type SpanMark } from "./spans.ts";

/** The rule of tags in a row: a scheme of spans, or `any`, that every tag may follow every other. */
export type TagOrder = "any" | "IOB1" | "IOB2" | "BIOES" | "BILOU" | "BMES" | "BMEW";

/** All orders. */
export const tagOrders: readonly TagOrder[] = ["any", "IOB1", "IOB2", "BIOES", "BILOU", "BMES", "BMEW"];

/** The order that all sequences keep; `any` where their tags mark no spans, or one sequence breaks its scheme. */
export function orderOf(labels: readonly string[], sequences: readonly (readonly string[])[]): TagOrder {
  const scheme = spanScheme(labels);
  const order = tagOrders.find((name) => scheme && name === schemeName(scheme, sequences));
  if (!scheme || order === undefined) return "any";
  const keeps = sequences.every((tags) => {
    const marks = tags.map((tag) => scheme.read(tag));
    return [...marks, undefined].every((mark, i) => follows(order, marks[i - 1], mark));
  });
  return keeps ? order : "any";
}

/** The transitions of a tagger with these labels. */
export function transitionsOf(labels: readonly string[], order: TagOrder): Transitions {
  const scheme = spanScheme(labels);
  const mark = (label: number | undefined): SpanMark | undefined =>
    label === undefined ? undefined : scheme?.read(labels[label] as string);
  return transitionsBetween(labels.length, (before, after) => follows(order, mark(before), mark(after)));
}

/** Whether a tag may come after another in this order; outside of spans, and beyond the ends, there is no mark. */
function follows(order: TagOrder, before: SpanMark | undefined, after: SpanMark | undefined): boolean {
  const isSameType = before !== undefined && before.type === after?.type;
  switch (order) {
    case "any":
      return true;
    case "IOB1":
      return after?.at !== "begin" || isSameType;
    case "IOB2":
      return after?.at !== "inside" || isSameType;
    case "BIOES":
    case "BILOU":
    case "BMES":
    case "BMEW": {
      const isOpen = before?.at === "begin" || before?.at === "inside";
      const goesOn = after?.at === "inside" || after?.at === "end";
      return isOpen ? goesOn && isSameType : !goesOn;
    }
  }
  return order satisfies never;
}
