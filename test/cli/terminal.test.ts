// Manners: what goes where, colours, lines that are redrawn, help and exit codes.
import { expect, test } from "vitest";
import { createTerminal, type Stream } from "../../src/cli/terminal.ts";
import { unrolled } from "./run.ts";

// eslint-disable-next-line no-control-regex
const escape = "\u001b[";

test("help goes to stdout, with the exit codes, for each command", async () => {
  const whole = await unrolled(["--help"]);
  expect(whole.code).toBe(0);
  expect(whole.stderr).toBe("");
  expect(whole.stdout).toContain(
    "Exit codes: 0 success, 1 failure, 2 wrong usage or bad input, 130 interrupted.",
  );
  for (const name of ["train", "sample", "hello", "cells", "check", "bench", "info"]) {
    expect(whole.stdout).toMatch(new RegExp(`^  ${name} `, "mu"));
    const one = await unrolled([name, "--help"]);
    expect(one.code).toBe(0);
    expect(one.stdout).toContain("Exit codes:");
    expect(one.stdout).toContain("--json");
  }
  expect(whole.stdout).not.toContain("start");
});

test("no command at all is wrong usage, and shows the help on stderr", async () => {
  const { code, stdout, stderr } = await unrolled([]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("Usage: unrolled");
});

test.each([
  [["trian"], "unknown command 'trian'\n(Did you mean train?)"],
  [["cells", "--jsn"], "unknown option '--jsn'\n(Did you mean --json?)"],
  [["train"], "missing required argument 'files'"],
  [["sample", "a", "b", "c"], "too many arguments"],
  [["check", "gru", "--all"], "give a cell or --all, not both"],
  [["check", "--device", "wsam"], "--device must be one of auto, native, wasm, reference, not 'wsam'"],
])("%j is wrong usage", async (words, message) => {
  const { code, stdout, stderr } = await unrolled(words);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(`error: `);
  expect(stderr).toContain(message);
});

test("the version is that of the package", async () => {
  const { version } = (await import("../../package.json", { with: { type: "json" } })).default;
  expect((await unrolled(["--version"])).stdout).toBe(`${version}\n`);
});

test("colours are for terminals that want them", async () => {
  expect((await unrolled(["cells", "--no-costs"], { isTTY: true })).stdout).toContain(escape);
  expect((await unrolled(["cells", "--no-costs"])).stdout).not.toContain(escape);
  const plain = { isTTY: true, environment: { NO_COLOR: "1" } };
  expect((await unrolled(["cells", "--no-costs"], plain)).stdout).not.toContain(escape);
  expect((await unrolled(["nothing"], plain)).stderr).not.toContain(escape);
});

interface Kept {
  text: string;
}

function kept(isTTY: boolean): Stream & Kept {
  return {
    isTTY,
    columns: 20,
    text: "",
    write(text, done) {
      this.text += text;
      done();
      return true;
    },
  };
}

test("a status line is redrawn on a terminal, cut to its width, and makes way for other lines", async () => {
  const [stdout, stderr] = [kept(true), kept(true)];
  const terminal = createTerminal({ stdout, stderr, environment: {}, onInterrupt: () => () => {} });
  const clear = "\r\u001b[2K";
  terminal.status("a line that is longer than the terminal");
  terminal.say("message");
  await terminal.out("result\n");
  expect(stderr.text).toBe(`${clear}a line that is long${clear}message\n`);
  expect(stdout.text).toBe("result\n");
});

test("nothing is redrawn where stderr is no terminal", () => {
  const [stdout, stderr] = [kept(true), kept(false)];
  const terminal = createTerminal({ stdout, stderr, environment: {}, onInterrupt: () => () => {} });
  terminal.status("a line");
  terminal.say("message");
  expect(stderr.text).toBe("message\n");
});

// What a terminal would obey: a title, colours, an erased screen, a line that overprints itself, C1 controls, a backspace.
const hostile = "a\u001b]0;title\u0007b\u001b[31m\u001b[2Jc\roverprint\u009b2Jd\b\u007f\u0000";
const harmless = "a\\u001b]0;title\\u0007b\\u001b[31m\\u001b[2Jc\\roverprint\\u009b2Jd\\b\\u007f\\u0000";

test("control characters reach no terminal, but those of colours do", async () => {
  const [stdout, stderr] = [kept(true), { ...kept(true), columns: 200 }];
  const terminal = createTerminal({ stdout, stderr, environment: {}, onInterrupt: () => () => {} });
  terminal.say(`${terminal.paint("err", "red", `error: ${hostile}`)}\n${hostile}`);
  expect(stderr.text).toBe(`\u001b[31merror: ${harmless}\u001b[39m\n${harmless}\n`);
  stderr.text = "";
  terminal.status(`${hostile}\n`);
  terminal.status("");
  expect(stderr.text).toBe(`\r\u001b[2K${harmless}\\n\r\u001b[2K`);
  await terminal.out(`${terminal.paint("out", "bold", hostile)}\t${hostile}\n`);
  expect(stdout.text).toBe(`\u001b[1m${harmless}\u001b[22m\t${harmless}\n`);
});

test("a text in colours from another terminal is no colour of this one", () => {
  const stderr = kept(true);
  const settings = { stdout: kept(true), stderr, environment: {}, onInterrupt: () => () => {} };
  createTerminal(settings).say(createTerminal(settings).paint("err", "red", "x"));
  expect(stderr.text).not.toContain(escape);
});

test("results that go elsewhere keep every byte; messages have no control characters anywhere", async () => {
  const [stdout, stderr] = [kept(false), kept(false)];
  const terminal = createTerminal({ stdout, stderr, environment: {}, onInterrupt: () => () => {} });
  await terminal.out(terminal.paint("out", "bold", hostile));
  expect(stdout.text).toBe(hostile);
  terminal.say(terminal.paint("err", "bold", hostile));
  expect(stderr.text).toBe(`${harmless}\n`);
});

test("names of files are harmless in errors of a command, and so is what a file says", async () => {
  const { stderr } = await unrolled(["predict", `no${hostile.replace("\0", "")}.safetensors`], {
    isTTY: true,
  });
  expect(stderr).toContain("\\u001b]0;title\\u0007b");
  // eslint-disable-next-line no-control-regex
  expect(stderr.replaceAll(/\u001b\[\d+m/gu, "")).not.toMatch(/[^\P{Cc}\n]/u);
});

test("a reader that has gone ends a command quietly", async () => {
  const gone: Stream = {
    write(_text, done) {
      done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
      return false;
    },
  };
  const { runCommandLine } = await import("../../src/cli/program.ts");
  const stderr = kept(false);
  const terminal = createTerminal({ stdout: gone, stderr, environment: {}, onInterrupt: () => () => {} });
  expect(await runCommandLine(["cells", "--json", "--no-costs"], terminal)).toBe(0);
  expect(stderr.text).toBe("");
});
