// The synthetic problems by name, with their default settings. A new one takes its file and a line in `list.ts`.
import { suggestion } from "../base/nearest.ts";
import * as list from "./list.ts";
import type { SyntheticProblem } from "./problem.ts";

/** All synthetic problems, in the order of their names. */
export const syntheticProblems: readonly SyntheticProblem[] = Object.values(list).map((make) => make());

/** The problem of this name. Throws for an unknown name, listing the names. */
export function syntheticProblemNamed(name: string): SyntheticProblem {
  const problem = syntheticProblems.find((p) => p.name === name);
  if (problem) return problem;
  const names = syntheticProblems.map((p) => p.name);
  throw new Error(
    `unknown synthetic problem '${name}'${suggestion(name, names)} (the problems are ${names.join(", ")})`,
  );
}
