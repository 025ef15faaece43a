// How a new model stands on the part of its data that training left out.
import type { Standing, TaskCommand } from "../tasks/command.ts";
import { heldOutPart } from "../tasks/shared/scored-part.ts";
import type { Terminal } from "./terminal.ts";
import type { TrainingJob } from "./training.ts";

/** A standing, and the part that it is on. */
export type HeldOut = Standing & { readonly part: "validation" | "test" };

/** The score of the test part, or of the validation part where there is no other; undefined where there is neither. */
export async function standingOf(
  score: TaskCommand["score"],
  { run, summary: { parts } }: Pick<TrainingJob, "run" | "summary">,
  terminal: Terminal,
): Promise<HeldOut | undefined> {
  const part = heldOutPart(parts);
  if (part === undefined) return undefined;
  terminal.status(`scoring the ${part} part`);
  const model = (await run.best()) as { dispose(): void };
  try {
    return { part, ...(await score.beside(model, part, parts)) };
  } finally {
    model.dispose();
    terminal.status("");
  }
}
