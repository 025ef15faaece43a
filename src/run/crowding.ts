// How many threads a run should have on a machine that others use as well. Threads meet many times in a run, and where
// another process keeps a core busy each meeting waits for that core's turn, so that fewer threads, or one, can be many
// times as fast. Nothing tells beforehand; so runs are timed, and other numbers of threads are tried now and then. Results do
// not depend on the number.

/** The choice for runs of one kind: of a program's phase. */
export interface ThreadChoice {
  /** The threads that the next run should have. */
  next(): number;
  /** Tells how long a run took: `work` is what it had to do, in any unit that is proportional to its time. */
  took(threads: number, milliseconds: number, work: number): void;
}

/** The most of the time that trials of slower numbers may cost. */
const shareOfTrials = 0.03;

/** The weight of the latest run in the mean of its number of threads: trials are few, and tell what has changed. */
const weightOf = { run: 0.2, trial: 0.7 } as const;

/** Another number must be faster by this factor to be preferred, so that noise alone changes nothing. */
const clearly = 0.95;

/** A number of threads under trial. */
interface Candidate {
  readonly threads: number;
  /** Milliseconds per unit of work; undefined before it was tried. */
  pace: number | undefined;
}

/** Among numbers of threads, the first of which is what an idle machine should have. */
export function chooseThreads(numbers: readonly number[]): ThreadChoice {
  const candidates: Candidate[] = numbers.map((threads) => ({ threads, pace: undefined }));
  let best = candidates[0] as Candidate;
  let isFirst = true;
  let [spent, latestWork, tried] = [0, 0, 0];

  /** The candidate that was tried longest ago, if a trial costs little enough beside the time since the last one. */
  const dueTrial = (): Candidate | undefined => {
    const others = candidates.filter((one) => one !== best);
    const untried = others.find(({ pace }) => pace === undefined);
    if (untried || best.pace === undefined) return best.pace === undefined ? undefined : untried;
    const other = others[tried % Math.max(1, others.length)];
    const excess = ((other?.pace ?? 0) - best.pace) * latestWork;
    return other && excess <= shareOfTrials * spent ? other : undefined;
  };

  return {
    next() {
      const trial = dueTrial();
      if (!trial) return best.threads;
      [spent, tried] = [0, tried + 1];
      return trial.threads;
    },
    took(threads, milliseconds, work) {
      // The first run also touches its memory for the first time.
      if (isFirst || !(work > 0)) return void (isFirst = false);
      const candidate = candidates.find((one) => one.threads === threads);
      if (!candidate) return;
      const pace = milliseconds / work;
      candidate.pace =
        candidate.pace === undefined
          ? pace
          : candidate.pace + weightOf[candidate === best ? "run" : "trial"] * (pace - candidate.pace);
      [spent, latestWork] = [spent + milliseconds, work];
      const paceOf = (one: Candidate): number => one.pace ?? Infinity;
      const fastest = candidates.reduce((a, b) => (paceOf(b) < paceOf(a) ? b : a));
      if (best.pace === undefined || paceOf(fastest) < clearly * best.pace) best = fastest;
    },
  };
}
