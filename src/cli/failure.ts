// Failures as exit codes and as text on stderr.
import { flagOf, type Flags } from "../tasks/shared/flags.ts";
import type { Terminal } from "./terminal.ts";

export const exitCodes = { ok: 0, failure: 1, usage: 2, interrupted: 130 } as const;

/** Bad input or wrong usage; ends with code 2. */
export class InputError extends Error {
  override readonly name: string = "InputError";
}

/**
 * Runs work whose errors can only come from what the person gave, and makes them `InputError`s. Options of the library that
 * they name are named as the command's flags.
 */
export async function asInput<T>(work: () => T | Promise<T>, flags?: Flags<unknown>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InputError || isFault(error) || isClosedPipe(error)) throw error;
    if (!(error instanceof Error)) throw error;
    const isFlag = (word: string): boolean => flags !== undefined && word in flags.fields;
    const message = error.message.replaceAll(/\b[a-z]+[A-Z][A-Za-z]*\b/gu, (word) => {
      return isFlag(word) ? flagOf(word) : word;
    });
    throw new InputError(message, { cause: error });
  }
}

/** Prints what went wrong and returns the exit code: `code`, or the one that fits the error. */
export function reportFailure(error: unknown, terminal: Terminal, code?: number): number {
  if (isClosedPipe(error)) return exitCodes.ok;
  const message = error instanceof Error ? error.message : String(error);
  terminal.say(`${terminal.paint("err", "red", "error:")} ${message}`);
  if (isFault(error)) terminal.say(`this is a bug in unrolled:\n${(error as Error).stack}`);
  return code ?? (error instanceof InputError ? exitCodes.usage : exitCodes.failure);
}

/** Whether the reader of stdout has stopped reading, as `head` does. */
export function isClosedPipe(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === "EPIPE";
}

/** Whether only a mistake in the program throws such an error. */
function isFault(error: unknown): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
}
