// The order of what is asked of a device: everything happens in the order of the calls, at once where nothing is
// under way, else in its turn. Knows no memory and no threads.

export interface Queue {
  /** Whether nothing is under way. */
  readonly idle: boolean;
  /** Does work that is done when it returns; an error of work that had to wait is not reported here. */
  now(work: () => void): void;
  /** Begins work that goes on beside the caller. It must not reject. */
  begin(work: () => Promise<void>): void;
  /** What `work` gives in its turn. */
  after<T>(work: () => T): Promise<T>;
}

export function createQueue(): Queue {
  const waiting: (() => void | Promise<void>)[] = [];
  let busy = false;

  async function workThrough(first: () => Promise<void>): Promise<void> {
    busy = true;
    await first();
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const more = next();
      if (more) await more;
    }
    busy = false;
  }
  return {
    get idle() {
      return !busy;
    },
    now(work) {
      if (busy) waiting.push(work);
      else work();
    },
    begin(work) {
      if (busy) waiting.push(work);
      else void workThrough(work);
    },
    after(work) {
      if (!busy) return new Promise((resolve) => resolve(work()));
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
