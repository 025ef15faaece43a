// The commands of all tasks: `train`, `eval` and `predict` below each task's name, some of them also by a short name; and
// `eval` and `predict` for a model of any task, whose file says which it is.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { taskOfFile } from "../../checkpoint/model-files.ts";
import { taskCommands } from "../../tasks/flags.ts";
import { flagOf, type Fields } from "../../tasks/shared/flags.ts";
import type { CommandContext } from "../context.ts";
import { deviceFields } from "../devices.ts";
import { isSwitch } from "../settings.ts";
import { addFurther } from "./further.ts";
import { addTrain } from "./train.ts";
import { addUse } from "./use.ts";

/** The commands that every task has for its models. */
export const uses = ["eval", "predict"] as const;

const abouts = {
  eval: "score a model; 'eval MODEL --help' shows its options",
  predict: "use a model; 'predict MODEL --help' shows its options",
} as const;

export function addTasks(program: CommandUnknownOpts, context: CommandContext): void {
  for (const task of taskCommands) {
    const { kind, about, train, evaluate, predict, further, shortForms } = task;
    const command = program
      .command(kind)
      .description(about)
      .helpGroup("Tasks, each with train, eval, predict:")
      .helpCommand("help [command]", "print the help of a command");
    addTrain(command, "train", context, task, train);
    addUse(command, "eval", context, task, evaluate);
    addUse(command, "predict", context, task, predict);
    for (const one of further) addFurther(command, context, one);
    if (!shortForms) continue;
    const heading = `Short for ${kind} train, ${kind} predict:`;
    addTrain(program, shortForms.train, context, task, train).helpGroup(heading);
    addUse(program, shortForms.predict, context, task, predict).helpGroup(heading);
  }
  for (const name of uses) {
    program
      .command(name)
      .description(abouts[name])
      .helpGroup("For a model of any task:")
      .argument("<model>", "a model file")
      .argument("[file]", "a data file, whose format depends on the model's task")
      .allowUnknownOption();
  }
}

/** `eval MODEL …` as the command of the model's own task: `TASK eval MODEL …`. Other words stay as they are. */
export async function withTask(words: readonly string[]): Promise<readonly string[]> {
  const [name, ...rest] = words;
  const model = rest.find((word, i) => !word.startsWith("-") && !takesValue(rest[i - 1]));
  if (!uses.some((use) => use === name) || model === undefined) return words;
  return [await taskOfFile(model), name as string, ...rest];
}

/** Whether a word is an option, of any task, that the next word is the value of. */
function takesValue(word: string | undefined): boolean {
  if (word?.startsWith("--") !== true) return false;
  const lists = taskCommands.flatMap(({ evaluate, predict }) => [evaluate.flags, predict.flags]);
  return [deviceFields as Fields, ...lists.map(({ fields }) => fields)].some((fields) =>
    Object.entries(fields).some(([name, field]) => flagOf(name) === word && !isSwitch(field)),
  );
}
