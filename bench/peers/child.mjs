// The parent's side of the protocol of serve.mjs: one contender as a process that works on command.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { parseAnswer } from "./serve.mjs";

/** Starts a contender; resolves when it is ready. Rejects with its own error if it fails, or after `limit` seconds. */
export async function openChild({ command, words, environment }, limit) {
  const child = spawn(command, words, {
    env: { ...process.env, ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let messages = "";
  child.stderr.on("data", (chunk) => (messages = (messages + chunk).slice(-2000)));
  const answers = [];
  let receive;
  const deliver = (answer) => {
    answers.push(answer);
    receive?.();
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const answer = parseAnswer(line);
    if (answer) deliver(answer);
  });
  child.on("error", (error) => deliver({ error: error.message }));
  child.on("close", (code) => deliver({ error: lastLine(messages) ?? `it ended with code ${code}` }));
  child.stdin.on("error", () => {});

  const next = async (seconds) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      deliver({ error: `it took longer than ${seconds} s` });
    }, 1000 * seconds);
    while (answers.length === 0) await new Promise((resolve) => (receive = resolve));
    clearTimeout(timer);
    const answer = answers.shift();
    if (answer.error === undefined) return answer;
    child.kill("SIGKILL");
    throw new Error(answer.error);
  };
  const { versions, note } = await next(limit);
  return {
    versions,
    /** A remark on how it works, if there is one. */
    note,
    /** Milliseconds per call, of at least one call, made one after the other for this many seconds. */
    async work(seconds) {
      child.stdin.write(`${JSON.stringify({ seconds })}\n`);
      return (await next(limit + 2 * seconds)).milliseconds;
    },
    close() {
      child.stdin.end();
      child.kill("SIGTERM");
    },
  };
}

const lastLine = (text) => text.trim().split("\n").at(-1) || undefined;
