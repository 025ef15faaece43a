// The choice of threads, fed with times as machines have them.
import { expect, test } from "vitest";
import { chooseThreads } from "../../src/run/crowding.ts";

/** Runs with these milliseconds by number of threads; the share of the runs that each number had, and the time of all. */
function runs(
  count: number,
  milliseconds: (threads: number, run: number) => number,
  choice = chooseThreads([8, 7, 1]),
) {
  const had = new Map<number, number>();
  let time = 0;
  for (let run = 0; run < count; run++) {
    const threads = choice.next();
    const took = milliseconds(threads, run);
    choice.took(threads, took, 1);
    had.set(threads, (had.get(threads) ?? 0) + 1);
    time += took;
  }
  return { share: (threads: number) => (had.get(threads) ?? 0) / count, time, choice };
}

test("on an idle machine runs have all threads, and trials cost little", () => {
  const { share, time } = runs(1000, (threads) => 8 / threads);
  expect(share(8)).toBeGreaterThan(0.9);
  expect(time).toBeLessThan(1.05 * 1000);
});

test("where another process keeps a core busy, runs have fewer threads, and cost little more than the fastest", () => {
  const busy = runs(1000, (threads) => (threads === 8 ? 70 : 8 / threads));
  expect(busy.share(7)).toBeGreaterThan(0.95);
  expect(busy.time).toBeLessThan(1.1 * 1000 * (8 / 7) + 3 * 70);
  const crowded = runs(1000, (threads) => (threads > 1 ? 70 : 1.45), chooseThreads([2, 1]));
  expect(crowded.share(1)).toBeGreaterThan(0.99);
  expect(crowded.time).toBeLessThan(1.1 * 1000 * 1.45 + 3 * 70);
});

test("it follows what changes", () => {
  const first = runs(1000, (threads) => 8 / threads);
  const busy = runs(1000, (threads) => (threads > 1 ? 70 : 8), first.choice);
  expect(busy.share(1)).toBeGreaterThan(0.95);
  const idle = runs(5000, (threads) => 8 / threads, busy.choice);
  expect(idle.share(8)).toBeGreaterThan(0.5);
});

test("runs of other sizes are compared by their work", () => {
  const choice = chooseThreads([2, 1]);
  for (let run = 0; run < 200; run++) {
    const work = run % 2 === 0 ? 1 : 100;
    const threads = choice.next();
    choice.took(threads, work / threads, work);
  }
  expect(choice.next()).toBe(2);
});

test("where trials mislead, because only some meet the other process, the loss stays small", () => {
  // Two threads are fast eleven times, then wait for their core once.
  let withTwo = 0;
  const { time } = runs(
    3000,
    (threads) => {
      if (threads === 1) return 1.5;
      return withTwo++ % 12 === 11 ? 40 : 0.8;
    },
    chooseThreads([2, 1]),
  );
  expect(time).toBeLessThan(1.1 * 3000 * 1.5);
});

test("one long pause does not forbid trials for long", () => {
  const { share } = runs(10_000, (threads, run) => (run === 100 ? 5000 : 8 / threads), chooseThreads([2, 1]));
  expect(share(2)).toBeGreaterThan(0.6);
});
