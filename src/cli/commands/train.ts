import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { CommandContext } from "../program.ts";
export function addTrain(_program: CommandUnknownOpts, _context: CommandContext): void {}
