// The order of a device's work: everything happens in the order of the calls, at once where nothing is under way, else in
// its turn.
import type { Writable } from "./device.ts";

export interface Queue {
  /** Does work that is finished when it returns; an error of work that had to wait is not reported here. */
  now(work: () => void): void;
  /** Hands values to `use`: at once, or in its turn a copy of what they are now. */
  write<A extends Writable>(values: A, use: (values: A) => void): void;
  /** Begins work that goes on off the caller's thread. It must not reject. */
  begin(work: () => Promise<void>): void;
  /** Resolves to the result of `work`, done in its turn. */
  after<T>(work: () => T): Promise<T>;
}

export function createQueue(): Queue {
  const waiting: (() => void | Promise<void>)[] = [];
  let isBusy = false;

  async function workThrough(first: () => Promise<void>): Promise<void> {
    isBusy = true;
    await first();
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const more = next();
      if (more) await more;
    }
    isBusy = false;
  }
  return {
    now(work) {
      if (isBusy) waiting.push(work);
      else work();
    },
    write(values, use) {
      if (!isBusy) return use(values);
      const copy = values.slice() as typeof values;
      waiting.push(() => use(copy));
    },
    begin(work) {
      if (isBusy) waiting.push(work);
      else void workThrough(work);
    },
    after(work) {
      if (!isBusy) return new Promise((resolve) => resolve(work()));
      return new Promise((resolve, reject) => {
        waiting.push(() => {
          try {
            resolve(work());
          } catch (error) {
            reject(error as Error);
          }
        });
      });
    },
  };
}
