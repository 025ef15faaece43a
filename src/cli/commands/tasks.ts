// The commands of all tasks: `train`, `eval` and `run`, for language as they stand, for others below the task's name;
// `eval` and `run` also for any model, whose file says what it is for.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { CommandContext } from "../program.ts";
import { taskCommands } from "../tasks/index.ts";
import { language } from "../tasks/language.ts";
import type { ModelUse, TaskCommands } from "../tasks/task-commands.ts";
import { addModelUse } from "./model-use.ts";
import { addShapes } from "./shapes.ts";
import { addTrain } from "./train.ts";

export function addTasks(program: CommandUnknownOpts, context: CommandContext): void {
  addTrain(program, context, language.training);
  addModelUse(program, context, {
    name: "sample",
    about: language.running.about,
    uses: { language: language.running },
  });
  addModelUse(program, context, {
    name: "eval",
    about: "measure how well a model does on data that it has not seen",
    uses: byKind((task) => task.evaluation),
  });
  addModelUse(program, context, {
    name: "run",
    about: "use a model for what it was trained for",
    uses: byKind((task) => task.running),
  });
  for (const { kind, command: name, about, training, evaluation, running } of taskCommands) {
    if (name === undefined) continue;
    const command = program.command(name).description(about);
    addTrain(command, context, training);
    addModelUse(command, context, { name: "eval", about: evaluation.about, uses: { [kind]: evaluation } });
    addModelUse(command, context, { name: "run", about: running.about, uses: { [kind]: running } });
    if (kind === "caption") addShapes(command, context);
  }
}

function byKind(useOf: (task: TaskCommands) => ModelUse): Partial<Record<TaskCommands["kind"], ModelUse>> {
  return Object.fromEntries(taskCommands.map((task) => [task.kind, useOf(task)]));
}
