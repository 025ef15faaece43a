// The synthetic tasks by name, with their default settings. Adding one costs its file and a line in `list.ts`.
import { suggestion } from "../base/nearest.ts";
import * as list from "./list.ts";
import type { SyntheticTask } from "./problem.ts";

export const syntheticTasks: readonly SyntheticTask[] = Object.values(list).map((make) => make());

/** The task of this name, with its default settings. An error that lists the names if there is none. */
export function syntheticTaskNamed(name: string): SyntheticTask {
  const found = syntheticTasks.find((task) => task.name === name);
  if (found) return found;
  const names = syntheticTasks.map((task) => task.name);
  throw new Error(
    `there is no synthetic task '${name}'${suggestion(name, names)} (the tasks are ${names.join(", ")})`,
  );
}
