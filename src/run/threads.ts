// The number of threads that a device may be asked for, the same on every device.

/** The most threads that a device can be asked for; it may use fewer. */
export const maximumThreads = 255;

/** The allowed numbers of threads, in words. */
export const threadRange: string = `a whole number from 1 to ${maximumThreads}`;

export const isThreadCount = (count: number): boolean =>
  Number.isInteger(count) && count >= 1 && count <= maximumThreads;

/** Throws for a number of threads out of range. */
export function checkThreads(count: number): void {
  if (!isThreadCount(count)) throw new Error(`threads must be ${threadRange}, not ${count}`);
}
