// The parent's side of the conversation: one contender as a process that works when told. Knows the marks of
// serve.mjs and no library.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { marked } from "./serve.mjs";

/**
 * Starts a contender; resolves when it is ready. Rejects with what it says where it cannot, or after `limit`
 * seconds.
 */
export async function openChild({ command, words, environment }, limit) {
  const child = spawn(command, words, {
    env: { ...process.env, ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let talk = "";
  child.stderr.on("data", (chunk) => (talk = (talk + chunk).slice(-2000)));
  const answers = [];
  let receive;
  const hand = (answer) => {
    answers.push(answer);
    receive?.();
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const answer = marked(line);
    if (answer) hand(answer);
  });
  child.on("error", (error) => hand({ error: error.message }));
  child.on("close", (code) => hand({ error: lastLine(talk) ?? `it ended with code ${code}` }));
  child.stdin.on("error", () => {});

  const next = async (seconds) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      hand({ error: `it took longer than ${seconds} s` });
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
    /** What there is to say about how it works, or nothing. */
    note,
    /** Milliseconds of calls made one after the other for so many seconds; one call at least. */
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
