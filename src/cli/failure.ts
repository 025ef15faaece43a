// What can go wrong, as exit codes and as text on stderr. Knows no command.
import type { Terminal } from "./terminal.ts";

export const exitCodes = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** Something that the person at the command line gave is wrong; ends with code 2. */
export class InputError extends Error {
  override readonly name: string = "InputError";
}

/** Runs what depends on nothing but what was given, so that its errors are the giver's. */
export async function asInput<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputError || isFault(error) || isClosedPipe(error)) throw error;
    if (!(error instanceof Error)) throw error;
    throw new InputError(error.message, { cause: error });
  }
}

/** Says what went wrong and gives the exit code. */
export function reportFailure(error: unknown, terminal: Terminal): number {
  if (isClosedPipe(error)) return exitCodes.ok;
  const message = error instanceof Error ? error.message : String(error);
  terminal.say(`${terminal.paint("err", "red", "error:")} ${message}`);
  if (isFault(error)) terminal.say(`this is a fault of unrolled itself:\n${(error as Error).stack}`);
  return error instanceof InputError ? exitCodes.usage : exitCodes.failure;
}

/** The reader of stdout has read enough, as `head` does. */
export function isClosedPipe(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === "EPIPE";
}

/** Errors that only a mistake in the program throws. */
function isFault(error: unknown): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
}
