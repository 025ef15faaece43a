import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import type { CommandContext } from "../program.ts";
export function addSample(_program: CommandUnknownOpts, _context: CommandContext): void {}
