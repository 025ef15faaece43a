// What a command is handed besides its options.
import type { Terminal } from "./terminal.ts";

export interface CommandContext {
  readonly terminal: Terminal;
  /** Sets the exit code of the process. */
  readonly exitWith: (code: number) => void;
}
