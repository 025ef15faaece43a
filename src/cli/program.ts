// The command line as a whole: its commands, its help, and one exit code for whatever happens. What a command
// does is in `commands/`.
import { Command, CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { libraryVersion } from "../base/version.ts";
import { addBench } from "./commands/bench.ts";
import { addBuildNative } from "./commands/build-native.ts";
import { addCells } from "./commands/cells.ts";
import { addCheck } from "./commands/check.ts";
import { addHello } from "./commands/hello.ts";
import { addInfo } from "./commands/info.ts";
import { addStart } from "./commands/start.ts";
import { addTasks } from "./commands/tasks.ts";
import { exitCodes, reportFailure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

const commands = [addTasks, addHello, addCells, addCheck, addBench, addInfo, addBuildNative, addStart];

const manners = `
Data goes to stdout, talk to stderr; --json prints one JSON object a line.
Exit codes: 0 all is well, 1 failure, 2 wrong usage or bad input, 130 interrupted.`;

/** What a command is given besides its own options. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** What the process ends with. */
  readonly exitWith: (code: number) => void;
}

/** Runs one command line, without the program's name, and gives the exit code. Throws nothing. */
export async function runCommandLine(words: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const writes: Promise<void>[] = [];
  const program: CommandUnknownOpts = new Command("unrolled")
    .description("Recurrent neural networks: a cell is its equations.")
    .version(libraryVersion, "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("afterAll", manners)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void writes.push(terminal.out(text)),
      writeErr: (text) => terminal.say(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error:/u, terminal.paint("err", "red", "error:"))),
    });
  const context: CommandContext = { terminal, exitWith: (code) => void (exitCode = code) };
  for (const add of commands) add(program, context);
  try {
    await program.parseAsync(words, { from: "user" });
    await Promise.all(writes);
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(error, terminal);
    await Promise.all(writes).catch(() => {});
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  return exitCode;
}
