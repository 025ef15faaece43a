// The labels that a network tells apart: gathered from data, and as its classes.
import { nearest } from "../../base/nearest.ts";

/** In alphabetical order, each once. Throws for fewer than two; `task` and `count` sequences are for the error. */
export function gatherLabels(given: Iterable<string>, task: string, count: number): string[] {
  const labels = [...new Set(given)].sort();
  if (labels.length >= 2) return labels;
  throw new Error(
    `${task} needs two labels or more, and the ${count} sequences have ${labels.length} ` +
      `(${labels.join("")}); give sequences of other classes too`,
  );
}

/** A line that names the labels with one example, which cannot be both learned and tested; none where there is no such label. */
export function rareLabels(labels: readonly string[], example: string): string[] {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const rare = [...counts].filter(([, count]) => count === 1).map(([label]) => `'${label}'`);
  if (rare.length === 0) return [];
  return [`with one ${example} only: ${listed(rare, 5)}`];
}

/** Names with commas between them, the first `most` of them. */
function listed(names: readonly string[], most = 20): string {
  const more = names.length - most;
  return [...names.slice(0, most), ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

/** The class of a label by its name. Throws for an unknown label, naming its place and the nearest one. */
export function classFinder(labels: readonly string[]): (label: string, place: string) => number {
  const classes = new Map(labels.map((label, i) => [label, i]));
  return (label, place) => {
    const found = classes.get(label);
    if (found !== undefined) return found;
    const near = nearest(label, labels);
    const remedy = near === undefined ? `it has ${listed(labels)}` : `did you mean '${near}'?`;
    throw new Error(`${place}: there is no label '${label}' among the ${labels.length} learned; ${remedy}`);
  };
}
