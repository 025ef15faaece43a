// The command line as a whole: its commands, its help, and one exit code for whatever happens. What a command does is in
// `commands/`.
import { Command, CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { libraryVersion } from "../base/version.ts";
import { addBench } from "./commands/bench.ts";
import { addBuildNative } from "./commands/build-native.ts";
import { addCells } from "./commands/cells.ts";
import { addCheck } from "./commands/check.ts";
import { addCompletion } from "./commands/completion.ts";
import { addData } from "./commands/data.ts";
import { addHello } from "./commands/hello.ts";
import { addInfo } from "./commands/info.ts";
import { addSlim } from "./commands/slim.ts";
import { addStart } from "./commands/start.ts";
import { addTasks, withTask } from "./commands/tasks.ts";
import type { CommandContext } from "./context.ts";
import { asInput, exitCodes, reportFailure } from "./failure.ts";
import { remedyFor, renamedCommand } from "./renamed.ts";
import { answerTo, withoutSynonyms } from "./synonyms.ts";
import type { Terminal } from "./terminal.ts";

const commands = [
  addTasks,
  addData,
  addHello,
  addCells,
  addCheck,
  addBench,
  addInfo,
  addSlim,
  addBuildNative,
  addCompletion,
  addStart,
];

const examples = `
Examples:
  unrolled train book.txt
  unrolled sample book-lstm.safetensors --prompt "Once "
  unrolled classify train reviews.csv --unit word
  unrolled eval reviews-gru.safetensors reviews.csv --part validation --baseline
  unrolled cells gru`;

const manners = `
Results go to stdout, messages to stderr; --json prints results as JSON, one object per line.
Exit codes: 0 success, 1 failure, 2 wrong usage or bad input, 130 interrupted.`;

/** Runs one command line, without the program's name, and resolves to the exit code. Throws nothing. */
export async function runCommandLine(typed: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const writes: Promise<void>[] = [];
  const context: CommandContext = { terminal, exitWith: (code) => void (exitCode = code) };
  try {
    const words = withoutSynonyms(typed);
    const answer = answerTo(words) ?? renamedCommand(words);
    if (answer !== undefined) throw new CommanderError(exitCodes.usage, "unrolled.answer", answer);
    const routed = await asInput(() => withTask(words));
    const program = createProgram(context, (text) => void writes.push(terminal.out(text)), routed);
    await program.parseAsync(routed, { from: "user" });
    await Promise.all(writes);
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(error, terminal);
    if (error.code === "unrolled.answer") return reportFailure(error, terminal, exitCodes.usage);
    await Promise.all(writes).catch(() => {});
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  return exitCode;
}

/** The program with all of its commands. `writeOut` takes help and versions; errors are about the command in `words`. */
export function createProgram(
  context: CommandContext,
  writeOut: (text: string) => void,
  words: readonly string[] = [],
): CommandUnknownOpts {
  const { terminal } = context;
  const program: CommandUnknownOpts = new Command("unrolled")
    .description("Recurrent neural networks whose cells are given by their equations.")
    .version(libraryVersion, "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .commandsGroup("Cells, devices and tools:")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", examples)
    .addHelpText("afterAll", manners)
    .exitOverride()
    .configureOutput({
      writeOut,
      writeErr: (text) => terminal.say(text.trimEnd()),
      outputError: (text, write) =>
        write(
          remedyFor(text, words, program, terminal.program).replace(
            /^error:/u,
            terminal.paint("err", "red", "error:"),
          ),
        ),
    });
  for (const add of commands) add(program, context);
  return program;
}
