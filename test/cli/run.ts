// Runs the command line in this process, with streams that are kept; and in a process of its own, built.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect } from "vitest";
import { runCommandLine } from "../../src/cli/program.ts";
import { createTerminal, type Stream, type Terminal } from "../../src/cli/terminal.ts";

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunSettings {
  readonly isTTY?: boolean;
  /** Characters in a line. Default 100. */
  readonly columns?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with all of stderr whenever something is written there, and with what a Ctrl-C does. */
  readonly onTalk?: (stderr: string, interrupt: () => void) => void;
}

/** One command line in this process. */
export async function unrolled(words: readonly string[], settings: RunSettings = {}): Promise<Result> {
  const { isTTY = false, columns = 100, environment = {}, onTalk } = settings;
  let [stdout, stderr] = ["", ""];
  let handler = (): void => {};
  const stream = (write: (text: string) => void): Stream => ({
    isTTY,
    columns,
    write(text, done) {
      write(text);
      done();
      return true;
    },
  });
  const onInterrupt: Terminal["onInterrupt"] = (given) => {
    handler = given;
    return () => {
      handler = () => {};
    };
  };
  const terminal = createTerminal({
    stdout: stream((text) => (stdout += text)),
    stderr: stream((text) => {
      stderr += text;
      onTalk?.(stderr, () => handler());
    }),
    environment,
    onInterrupt,
  });
  const code = await runCommandLine(words, terminal);
  return { code, stdout, stderr };
}

/** One that must end well. */
export async function fine(...words: string[]): Promise<Result> {
  const result = await unrolled(words);
  expect(result.stderr.match(/^error:.*/mu)?.[0]).toBeUndefined();
  expect(result.code).toBe(0);
  return result;
}

/** One whose input must be refused, with this in what is said. */
export async function refused(words: string[], message: string): Promise<void> {
  const { code, stderr } = await unrolled(words);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain("bug in unrolled");
  expect(code).toBe(2);
}

/** The objects of JSON lines. */
export function objects(stdout: string): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A folder that is gone after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Builds the command line, in a folder from which its dependencies are found. Gives the path of `main.js`. */
export function build(): string {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  mkdirSync(join(root, "node_modules/.cache"), { recursive: true });
  const folder = mkdtempSync(join(root, "node_modules/.cache/unrolled-cli-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "-p", join(root, "tsconfig.build.json"), "--outDir", folder]);
  return join(folder, "cli/main.js");
}

export interface Running {
  readonly child: ChildProcess;
  readonly result: Promise<Result>;
  /** Resolves when stdout holds the text. */
  shows(text: string): Promise<void>;
}

/** One command line in a process of its own. */
export function start(
  main: string,
  words: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Running {
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [main, ...words], { cwd: folder, env });
  let [stdout, stderr] = ["", ""];
  const waiting: (() => void)[] = [];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const look of waiting) look();
  });
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const result = new Promise<Result>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return {
    child,
    result,
    shows: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => (stdout.includes(text) ? resolve() : undefined);
        waiting.push(look);
        look();
        void result.then(() => reject(new Error(`it ended before it showed ${text}: ${stderr}`)));
      }),
  };
}
