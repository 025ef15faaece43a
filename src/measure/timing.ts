// How long a call takes, on a machine that does other things too: after a warm-up, the median and the least of
// many samples. Knows nothing of what is called.

export interface Timing {
  /** Milliseconds of one call. */
  readonly median: number;
  readonly min: number;
  /** A sample of a short call is the mean of several. */
  readonly samples: number;
}

export interface TimingLimits {
  /** For the samples; a third of it, and three calls at least, go before them. Default 2. */
  readonly seconds?: number;
  /** Exactly so many samples after a single call, however long they take. */
  readonly repetitions?: number;
}

/** A sample lasts this long at least, in milliseconds: far above what the clock resolves. */
const sampleTime = 1;
const fewest = { warmUp: 3, samples: 5 } as const;

/** Times a call that resolves when its work is done. */
export async function timeCalls(
  call: () => Promise<unknown>,
  { seconds = 2, repetitions }: TimingLimits = {},
): Promise<Timing> {
  const quick = repetitions !== undefined;
  let latest = 0;
  const warm = performance.now();
  for (let n = 0; n < (quick ? 1 : fewest.warmUp) || (!quick && since(warm) < seconds * 333); n++) {
    const start = performance.now();
    await call();
    latest = since(start);
  }
  const perSample = Math.max(1, Math.ceil(sampleTime / Math.max(latest, 1e-3)));
  const samples: number[] = [];
  const begin = performance.now();
  const isEnough = (): boolean =>
    quick
      ? samples.length >= repetitions
      : samples.length >= fewest.samples && since(begin) >= seconds * 1000;
  while (!isEnough()) {
    const start = performance.now();
    for (let n = 0; n < perSample; n++) await call();
    samples.push(since(start) / perSample);
  }
  return { median: medianOf(samples), min: Math.min(...samples), samples: samples.length };
}

const since = (start: number): number => performance.now() - start;

/** The middle of the values in order, or the mean of the two in the middle; NaN of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
