// Plants errors in the table of derivatives, one result of one row at a time, and finds those that can matter.
import type { Cell } from "../../src/language/cell.ts";
import { differentiate } from "../../src/graph/differentiate.ts";
import type { Node } from "../../src/graph/graph.ts";
import { lower } from "../../src/graph/lower.ts";
import {
  derivatives,
  type Derivative,
  type Derivatives,
  type DifferentiableOp,
} from "../../src/graph/ops.ts";
import { sizesFor } from "../../src/model/single-cell.ts";

/** The derivative by one argument of an operation; those by matrices and by parts of a product count on. */
export interface Plant {
  readonly op: DifferentiableOp;
  readonly position: number;
}

const factor = 1.01;

/** The table with one result of one row too large by 1 %. */
export function planted({ op, position }: Plant): Derivatives {
  const wrong: Derivative = (g, args, y, dy, deltas) =>
    derivatives[op](g, args, y, dy, deltas).map((value, i) =>
      value && i === position ? g.apply("mul", value, g.number(factor)) : value,
    );
  return { ...derivatives, [op]: wrong };
}

/** The results of rows that the gradient of a cell depends on. */
export function plantsOf(cell: Cell): Plant[] {
  const step = lower(cell, sizesFor(cell, { H: 3, I: 2, other: 2 }));
  const isTrained = (name: string): boolean => cell.parameters.some((p) => p.name === name && p.trained);
  const plants = new Map<string, Plant>();
  const watched = Object.entries(derivatives).map(([name, rule]): [string, Derivative] => {
    const op = name as DifferentiableOp;
    return [
      name,
      (g, args, y, dy, deltas) => {
        const results = rule(g, args, y, dy, deltas);
        // The results for the arguments are followed by those for the matrices.
        const matrices = y.op === "product" || y.op === "transposedProduct" ? y.matrices : [];
        const matters = (position: number): boolean => {
          const target = args[position];
          return target ? leadsToSource(target) : isTrained(matrices[position - args.length]?.name ?? "");
        };
        for (const [position, value] of results.entries()) {
          if (value && matters(position)) plants.set(`${op}:${position}`, { op, position });
        }
        return results;
      },
    ];
  });
  differentiate(step, {
    inputs: cell.inputs.map((input) => input.name),
    isTrained,
    derivatives: Object.fromEntries(watched) as Derivatives,
  });
  return [...plants.values()];
}

/** True if a derivative by this value reaches a quantity that is checked. */
function leadsToSource(value: Node): boolean {
  const seen = new Set<Node>();
  const leads = (node: Node): boolean => {
    if (seen.has(node) || node.op === "detach" || node.op === "greater") return false;
    seen.add(node);
    return node.op === "lag" || node.op === "parameter" || node.op === "input" || node.arguments.some(leads);
  };
  return leads(value);
}
