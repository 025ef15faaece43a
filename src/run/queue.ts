// Work on one device in the order of the calls, some of it beside the caller. Knows nothing of devices.

export interface WorkQueue {
  /** Whether work goes on or waits. */
  readonly busy: boolean;
  /** Does the work after all that was given before: at once if there is none. A promise is waited for. */
  add(work: () => Promise<void> | void): void;
  /** The result of `read`, after all work that was given before. */
  settled<T>(read: () => T): Promise<T>;
}

export function workQueue(): WorkQueue {
  let last: Promise<void> | undefined;
  /** Errors belong to who added the work; the queue goes on. */
  const after = (before: Promise<void> | undefined, work: () => Promise<void> | void): void => {
    const result = before ? before.then(work) : work();
    if (!result) return;
    const ended: Promise<void> = result.finally(() => {
      if (last === ended) last = undefined;
    });
    last = ended;
  };
  return {
    get busy() {
      return last !== undefined;
    },
    add: (work) => after(last, work),
    settled(read) {
      if (last) return last.then(read);
      try {
        return Promise.resolve(read());
      } catch (error) {
        return Promise.reject(error as Error);
      }
    },
  };
}
