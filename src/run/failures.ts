// Errors of runs, which the next read reports, once.

interface Failure {
  readonly error: Error;
  isReported: boolean;
}

/** The errors of one program, or of all programs that share a store. */
export interface Failures {
  latest?: Failure;
}

/** Keeps an error for the next read of any of these. An earlier one that nobody has seen yet comes first. */
export function addFailure(error: unknown, ...all: readonly Failures[]): void {
  const failure = { error: error as Error, isReported: false };
  for (const failures of all) {
    if (failures.latest?.isReported === false) continue;
    failures.latest = failure;
  }
}

/** Throws the error of an earlier run, once. */
export function reportFailure({ latest }: Failures): void {
  if (!latest || latest.isReported) return;
  latest.isReported = true;
  throw latest.error;
}
