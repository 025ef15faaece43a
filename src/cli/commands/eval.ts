import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { CommandContext } from "../program.ts";
export function addEval(_program: CommandUnknownOpts, _context: CommandContext): void {}
