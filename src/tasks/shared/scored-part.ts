// The part of a file that a command scores a model on, and the part that a baseline learns from.
import type { CommandContext } from "../command.ts";
import type { Model, Part, Parts } from "../task.ts";
import { grouped } from "./words.ts";

/** The part that training left out: the test part, or the validation part where there is no other. */
export function heldOutPart(parts: Parts<unknown>): "test" | "validation" | undefined {
  return parts.test === undefined ? (parts.validation === undefined ? undefined : "validation") : "test";
}

/** What a command scores, and what its baseline learns from. */
export interface ScoredPart<D> {
  readonly part: D;
  readonly training: D | undefined;
}

/**
 * The part with the name that was given; without one the held-out part of the training's own data, which `context` is
 * told, and all of any others. With `baseline` the training part, too. Throws for a part that training did not have, and
 * for a baseline that would be scored on data that it learned from.
 */
export async function scoredPart<D extends ArrayLike<unknown>>(
  model: Pick<Model<D, unknown>, "parts">,
  data: D,
  { part: given, baseline }: { readonly part?: Part | "all" | undefined; readonly baseline?: boolean },
  context: Pick<CommandContext, "say">,
): Promise<ScoredPart<D>> {
  const part = given ?? (await heldOutByDefault(model, data, context));
  if (baseline === true && part !== "validation" && part !== "test") {
    throw new Error("--baseline learns from the training part; give --part validation or --part test");
  }
  if (part === "all") return { part: data, training: undefined };
  const parts = await model.parts(data);
  const chosen = parts[part];
  if (chosen === undefined || chosen.length === 0) {
    throw new Error(`--part ${part}: training had no such part; choose another`);
  }
  return { part: chosen, training: baseline === true ? parts.train : undefined };
}

/** The held-out part where `data` are the training's own; `all` where they are not, or nothing was left out. */
export async function heldOutByDefault<D>(
  model: Pick<Model<D, unknown>, "parts">,
  data: D,
  { say }: Pick<CommandContext, "say">,
  lengthOf: (data: D) => number = (of) => (of as ArrayLike<unknown>).length,
): Promise<Part | "all"> {
  // It rejects for data that are not the training's own.
  const parts = await model.parts(data).catch(() => undefined);
  if (parts === undefined) return "all";
  const part = heldOutPart(parts);
  if (part === undefined) {
    say("the model was trained on all of these data, so the scores say little about others");
    return "all";
  }
  const [count, all] = [lengthOf(parts[part] as D), lengthOf(data)];
  say(
    `these are the data of the training; scored on the ${part} part, ${grouped(count)} of ${grouped(all)} (--part all scores everything)`,
  );
  return part;
}
