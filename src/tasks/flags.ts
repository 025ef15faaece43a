// The tasks of the command line, in the order of its help.
import { captionCommand } from "./caption/flags.ts";
import { classifyCommand } from "./classify/flags.ts";
import type { TaskCommand } from "./command.ts";
import { languageCommand } from "./language/flags.ts";
import { translateCommand } from "./translate/flags.ts";

export const taskCommands: readonly TaskCommand[] = [
  languageCommand,
  classifyCommand,
  translateCommand,
  captionCommand,
];
