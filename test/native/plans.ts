// Encoded plans of several networks and modes; together they have every kind of kernel.
import { encodePlan } from "../../src/emit/native/encode.ts";
import { parseCell } from "../../src/language/equations.ts";
import { cellNetwork, sizesFor } from "../../src/model/single-cell.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { proofCells } from "../proof/cells.ts";
import { networks } from "../proof/networks.ts";
import { planOfCase, trainingCases } from "./training.ts";

/** A weight gradient with many more columns than rows: threads divide its columns. */
function wideGradient(): Plan {
  const cell = parseCell("head", "y = W x + b\noutput y\nwidth y = H");
  const network = cellNetwork(cell, { H: 19, I: 1000 });
  return buildPlan(network, { mode: "train", rows: 300, steps: 1 });
}

export function manyPlans(): Plan[] {
  const single = proofCells.map((cell) =>
    cellNetwork(cell, sizesFor(cell, { H: 5, I: 3, other: 2 }), { index: cell.name === "scalars" }),
  );
  return [
    ...trainingCases.map(planOfCase),
    wideGradient(),
    ...[...single, ...networks.map((n) => n.network)].flatMap((network) => [
      buildPlan(network, { mode: "train", rows: 3, steps: 4 }),
      buildPlan(network, { mode: "evaluate", rows: 2, steps: 3 }),
      // A reverse layer cannot run step by step.
      ...(network.layers.some((l) => l.direction === "reverse")
        ? []
        : [buildPlan(network, { mode: "step", rows: 2, steps: 1 })]),
    ]),
  ];
}

export const encodedPlans = (): Int32Array[] => manyPlans().map(encodePlan);
