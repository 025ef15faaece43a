// The life of a device, a store or a program, which its `dispose` ends.

export interface Lifetime {
  /** Throws once it has ended. */
  check(): void;
  /** Ends it; false if it had ended before. */
  end(): boolean;
}

/** `message`: the error of whoever uses it afterwards, with what to do instead. */
export function createLifetime(message: string): Lifetime {
  let hasEnded = false;
  return {
    check() {
      if (hasEnded) throw new Error(message);
    },
    end() {
      if (hasEnded) return false;
      hasEnded = true;
      return true;
    },
  };
}

export const deviceLifetime = (): Lifetime => createLifetime("this device has been disposed; create another");

export const programLifetime = (): Lifetime =>
  createLifetime("this program has been disposed; compile the plan again");

export const storeLifetime = (): Lifetime =>
  createLifetime("these parameters have been disposed; create another store");
