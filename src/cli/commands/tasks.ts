// The commands of all tasks: `train`, `eval` and `predict` below each task's name, some of them also by a short name; and
// `eval` and `predict` for a model of any task, whose file says which it is.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { taskOfFile } from "../../checkpoint/model-files.ts";
import { taskCommands } from "../../tasks/flags.ts";
import type { CommandContext } from "../context.ts";
import { addFurther } from "./further.ts";
import { addTrain } from "./train.ts";
import { addUse } from "./use.ts";

/** The commands that every task has for its models. */
const uses = ["eval", "predict"] as const;

const abouts = {
  eval: "score a model of any task; 'unrolled eval MODEL --help' shows its options",
  predict: "use a model of any task; 'unrolled predict MODEL --help' shows its options",
} as const;

export function addTasks(program: CommandUnknownOpts, context: CommandContext): void {
  for (const task of taskCommands) {
    const { kind, about, train, evaluate, predict, further, shortForms } = task;
    const command = program.command(kind).description(about);
    addTrain(command, "train", context, task, train);
    addUse(command, "eval", context, task, evaluate);
    addUse(command, "predict", context, task, predict);
    for (const one of further) addFurther(command, context, one);
    if (!shortForms) continue;
    addTrain(program, shortForms.train, context, task, train);
    addUse(program, shortForms.predict, context, task, predict);
  }
  for (const name of uses) {
    program
      .command(name)
      .description(abouts[name])
      .argument("<model>", "a model file")
      .argument("[file]", "data, as the model's task takes it")
      .allowUnknownOption();
  }
}

/** `eval MODEL …` as the command of the model's own task: `TASK eval MODEL …`. Other words stay as they are. */
export async function withTask(words: readonly string[]): Promise<readonly string[]> {
  const [name, ...rest] = words;
  const model = rest.find((word) => !word.startsWith("-"));
  if (!uses.some((use) => use === name) || model === undefined) return words;
  return [await taskOfFile(model), name as string, ...rest];
}
