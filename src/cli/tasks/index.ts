// The tasks that the command line has, in the order of its help.
import { caption } from "./caption.ts";
import { classify } from "./classify.ts";
import { forecast } from "./forecast.ts";
import { language } from "./language.ts";
import { music } from "./music.ts";
import { tag } from "./tag.ts";
import { translate } from "./translate.ts";
import type { TaskCommands } from "./task-commands.ts";

export const taskCommands: readonly TaskCommands[] = [
  language,
  caption,
  classify,
  forecast,
  music,
  tag,
  translate,
];
