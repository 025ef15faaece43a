// The part of a file that a command scores a model on, and the part that a baseline learns from.
import type { Model, Part } from "../task.ts";

/**
 * All of the data, or a part of them as training divided them. With `baseline` the training part, too. Throws for a part
 * that training did not have, and for a baseline that would be scored on data that it learned from.
 */
export async function scoredPart<D extends ArrayLike<unknown>>(
  model: Pick<Model<D, unknown>, "parts">,
  data: D,
  { part, baseline }: { readonly part: Part | "all"; readonly baseline?: boolean },
): Promise<{ readonly part: D; readonly training: D | undefined }> {
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
