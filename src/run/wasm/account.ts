// The time that a profiling program's work takes, by kind.
import { workKinds } from "../../emit/wasm/call.ts";
import type { WorkTimes } from "../device.ts";

/** Milliseconds by kind of work, in the order of `workKinds`. */
export type Spent = readonly number[];

export interface Account {
  /** Starts the clock, before work on the caller's thread. */
  start(): void;
  /** Counts the time since the start, or the mark before, as work of a kind. */
  mark(kind: number): void;
  /** Adds what the first of the other threads has spent. */
  add(spent: Spent): void;
  times(): WorkTimes;
}

export function createAccount(): Account {
  const total = workKinds.map(() => 0);
  let last = 0;
  const count = (kind: number, time: number): void => void (total[kind] = (total[kind] as number) + time);
  return {
    start: () => void (last = performance.now()),
    mark(kind) {
      const now = performance.now();
      count(kind, now - last);
      last = now;
    },
    add: (spent) => spent.forEach((time, kind) => count(kind, time)),
    times: () => Object.fromEntries(workKinds.map((kind, i) => [kind, total[i]])) as unknown as WorkTimes,
  };
}
