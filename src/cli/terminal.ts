// The terminal of a command: results to stdout, messages to stderr, and one line that is redrawn while work goes on.
import { randomUUID } from "node:crypto";
import { styleText } from "node:util";
import { visible } from "../base/visible.ts";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

export interface Terminal {
  /** How this program was started: `unrolled`, or `npx unrolled`. */
  readonly program: string;
  /**
   * Prints results, unchanged except on a terminal, where control characters other than `\n` and `\t` are written as
   * escapes. Resolves when the stream has taken them; rejects with code EPIPE where the reader has gone.
   */
  out(text: string): Promise<void>;
  /** Prints a message, one line; control characters other than `\n` are written as escapes. */
  say(line: string): void;
  /** Prints a line that the next one replaces; nothing where stderr is not a terminal. */
  status(line: string): void;
  /** Whether stderr is a terminal, so that a line can be redrawn. */
  readonly isInteractive: boolean;
  /** Characters in a line of stderr; 80 where it is no terminal. */
  readonly columns: number;
  /** Styles text where its stream shows colours. */
  paint(stream: "out" | "err", style: Style, text: string): string;
  /** Calls `handler` at the first Ctrl-C, SIGTERM or SIGHUP from now on; the second one quits. Returns a function that stops it. */
  onInterrupt(handler: () => void): () => void;
}

/** The part of a stream that a terminal uses; `process.stdout` is one. */
export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string, done: (error?: Error | null) => void): boolean;
}

export interface TerminalSettings {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onInterrupt: Terminal["onInterrupt"];
}

const introducer = "\u001b["; // of a control sequence
const clearLine = `\r${introducer}2K`;

export function createTerminal({ stdout, stderr, environment, onInterrupt }: TerminalSettings): Terminal {
  // https://no-color.org: any value but the empty one.
  const plain = Boolean(environment["NO_COLOR"]) || environment["TERM"] === "dumb";
  const colours = { out: !plain && stdout.isTTY === true, err: !plain && stderr.isTTY === true };
  const isInteractive = stderr.isTTY === true && environment["TERM"] !== "dumb";
  let hasStatus = false;
  // Stands for the introducer in styled text until that is written. No file can have it, so all other control characters
  // are escaped.
  const painted = `\u001b${randomUUID()}`;
  const shown = (text: string, kept: string): string =>
    text
      .split(painted)
      .map((part) => visible(part, kept))
      .join(introducer);
  const write = (text: string): void => void stderr.write(text, () => {});
  const clear = (): void => {
    if (hasStatus) write(clearLine);
    hasStatus = false;
  };
  return {
    program: isNpx(environment) ? "npx unrolled" : "unrolled",
    isInteractive,
    get columns() {
      return stderr.columns ?? 80;
    },
    out(text) {
      clear();
      return new Promise((resolve, reject) => {
        const safe = stdout.isTTY === true ? shown(text, "\n\t") : text;
        stdout.write(safe, (error) => (error ? reject(error) : resolve()));
      });
    },
    say(line) {
      clear();
      write(`${shown(line, "\n")}\n`);
    },
    status(line) {
      if (!isInteractive) return;
      write(`${clearLine}${[...shown(line, "")].slice(0, (stderr.columns ?? 80) - 1).join("")}`);
      hasStatus = line !== "";
    },
    paint(stream, style, text) {
      if (!colours[stream]) return text;
      const styled = styleText(style, visible(text, "\n\t"), { validateStream: false });
      return styled.replaceAll(introducer, painted);
    },
    onInterrupt,
  };
}

/** npm tells the programs that it starts which of its commands it was: `exec` is npx, `run-script` runs `npm start`. */
function isNpx(environment: TerminalSettings["environment"]): boolean {
  return ["exec", "run", "run-script", "start"].includes(environment["npm_command"] ?? "");
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  // A write's own callback reports the error; without a listener it would end the process as well.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  return createTerminal({
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    onInterrupt(handler) {
      let count = 0;
      const onSignal = (): void => {
        count += 1;
        if (count > 1) process.exit(exitInterrupted);
        handler();
      };
      for (const signal of signals) process.on(signal, onSignal);
      return () => {
        for (const signal of signals) process.off(signal, onSignal);
      };
    },
  });
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const exitInterrupted = 130;
