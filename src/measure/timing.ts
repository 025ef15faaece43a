// The time that a call takes on a machine that may be busy: the median and the minimum of many samples, after a warm-up.

/** The times of many samples. */
export interface Timing {
  /** Milliseconds per call. */
  readonly median: number;
  readonly min: number;
  /** Number of samples; a sample of a short call is the mean of several. */
  readonly samples: number;
}

/** How long to measure: for a time, or a number of samples. */
export interface TimingLimits {
  /** Time for the samples. The warm-up takes a third of it, and at least three calls. Default 2. */
  readonly seconds?: number;
  /** Takes exactly this number of samples after a warm-up of a single call, however long they take. */
  readonly repetitions?: number;
}

/** A sample lasts at least this long, in milliseconds: far above the clock's resolution. */
const sampleTime = 1;
const fewest = { warmUpCalls: 3, samples: 5 } as const;

/** Times a call that resolves when its work is done. */
export async function timeCalls(
  call: () => Promise<unknown>,
  { seconds = 2, repetitions }: TimingLimits = {},
): Promise<Timing> {
  const isCounted = repetitions !== undefined;
  let latest = 0;
  const warmUpStart = performance.now();
  const isWarm = (calls: number): boolean =>
    isCounted ? calls >= 1 : calls >= fewest.warmUpCalls && since(warmUpStart) >= seconds * 333;
  for (let calls = 0; !isWarm(calls); calls++) {
    const start = performance.now();
    await call();
    latest = since(start);
  }
  const perSample = Math.max(1, Math.ceil(sampleTime / Math.max(latest, 1e-3)));
  const samples: number[] = [];
  const samplingStart = performance.now();
  const isEnough = (): boolean =>
    isCounted
      ? samples.length >= repetitions
      : samples.length >= fewest.samples && since(samplingStart) >= seconds * 1000;
  while (!isEnough()) {
    const start = performance.now();
    for (let n = 0; n < perSample; n++) await call();
    samples.push(since(start) / perSample);
  }
  return { median: medianOf(samples), min: Math.min(...samples), samples: samples.length };
}

const since = (start: number): number => performance.now() - start;

/** The median: of an even number of values the mean of the two in the middle, of no values NaN. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
