// The tasks of the command line, in the order of its help.
import type { TaskCommand } from "./command.ts";
import { captionCommand } from "./caption/flags.ts";
import { classifyCommand } from "./classify/flags.ts";
import { forecastCommand } from "./forecast/flags.ts";
import { languageCommand } from "./language/flags.ts";
import { musicCommand } from "./music/flags.ts";
import { regressCommand } from "./regress/flags.ts";
import { tagCommand } from "./tag/flags.ts";
import { translateCommand } from "./translate/flags.ts";

export const taskCommands: readonly TaskCommand[] = [
  languageCommand,
  captionCommand,
  classifyCommand,
  forecastCommand,
  musicCommand,
  regressCommand,
  tagCommand,
  translateCommand,
];
