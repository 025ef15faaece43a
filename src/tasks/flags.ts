// The tasks of the command line, in the order of its help.
import { classifyCommand } from "./classify/flags.ts";
import type { TaskCommand } from "./command.ts";
import { languageCommand } from "./language/flags.ts";
import { musicCommand } from "./music/flags.ts";
import { tagCommand } from "./tag/flags.ts";

export const taskCommands: readonly TaskCommand[] = [
  languageCommand,
  classifyCommand,
  musicCommand,
  tagCommand,
];
