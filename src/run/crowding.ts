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

/** The share of the time that may be lost by runs with a slower number. */
const shareOfLoss = 0.03;

/** The most milliseconds that may stay unpaid: one pause of the whole process must not forbid trials for long. */
const mostDebt = 300;

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

/**
 * Among numbers of threads, the first of which is what an idle machine should have. What a run loses, measured against the
 * other numbers, is debt, which a share of the time pays off; a number is tried when what that is expected to lose is paid
 * for. So the loss is bounded even where trials mislead, because only some of them meet the other process.
 */
export function chooseThreads(numbers: readonly number[]): ThreadChoice {
  const candidates: Candidate[] = numbers.map((threads) => ({ threads, pace: undefined }));
  let best = candidates[0] as Candidate;
  let isFirst = true;
  /** Milliseconds. */
  let credit = 0;
  let [latestWork, tried] = [0, 0];

  const paceOf = ({ pace }: Candidate): number => pace ?? Infinity;

  /** The candidate that was tried longest ago, if a trial is paid for. */
  const dueTrial = (): Candidate | undefined => {
    if (best.pace === undefined) return undefined;
    const others = candidates.filter((one) => one !== best);
    const untried = others.find(({ pace }) => pace === undefined);
    const other = others[tried % Math.max(1, others.length)];
    if (untried || !other) return untried;
    const loss = Math.max(0, (paceOf(other) - best.pace) * latestWork);
    if (loss > credit) return undefined;
    credit = loss;
    return other;
  };

  /** Books what a run has lost against the fastest of the other numbers, and what its time pays. */
  const book = (candidate: Candidate, milliseconds: number, work: number): void => {
    const others = candidates.filter((one) => one !== candidate).map((one) => paceOf(one) * work);
    const loss = Math.max(0, milliseconds - Math.min(milliseconds, ...others));
    credit = Math.max(-mostDebt, credit + shareOfLoss * milliseconds - loss);
  };

  return {
    next() {
      const trial = dueTrial();
      if (!trial) return best.threads;
      tried++;
      return trial.threads;
    },
    took(threads, milliseconds, work) {
      // The first run also touches its memory for the first time.
      if (isFirst || !(work > 0)) return void (isFirst = false);
      const candidate = candidates.find((one) => one.threads === threads);
      if (!candidate) return;
      book(candidate, milliseconds, work);
      const pace = milliseconds / work;
      candidate.pace =
        candidate.pace === undefined
          ? pace
          : candidate.pace + weightOf[candidate === best ? "run" : "trial"] * (pace - candidate.pace);
      latestWork = work;
      const fastest = candidates.reduce((a, b) => (paceOf(b) < paceOf(a) ? b : a));
      if (best.pace === undefined || paceOf(fastest) < clearly * best.pace) best = fastest;
    },
  };
}
