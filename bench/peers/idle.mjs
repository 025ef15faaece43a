// Waits for an idle machine, since other load spoils a measurement. Call it while no contender works: all load is then
// somebody else's.
import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

/** The share of the cores that others may use. */
const allowed = 0.1;
const samplingTime = 100; // milliseconds

/**
 * Waits until the machine is idle, at most `patience` seconds. Returns the share of the cores that others use in the end,
 * undefined if the system does not report it.
 */
export async function waitForIdle(patience) {
  const end = performance.now() + 1000 * patience;
  for (;;) {
    const share = await shareOfOthers();
    if (share === undefined || share <= allowed || performance.now() >= end) return share;
    await wait(samplingTime);
  }
}

export const isBusy = (share) => share !== undefined && share > allowed;

async function shareOfOthers() {
  const before = await usedTicks();
  await wait(samplingTime);
  const after = await usedTicks();
  if (before === undefined || after === undefined) return undefined;
  return (after.used - before.used) / Math.max(1, after.all - before.all);
}

/** Ticks of all cores since the start; those that a hypervisor gave to others count as used. */
async function usedTicks() {
  const text = await readFile("/proc/stat", "utf8").catch(() => undefined);
  const numbers = /^cpu +(.*)$/mu
    .exec(text ?? "")?.[1]
    ?.split(" ")
    .map(Number);
  if (!numbers) return undefined;
  // user, nice, system, idle, waiting for disks, interrupts, soft interrupts, stolen
  const all = numbers.slice(0, 8).reduce((sum, n) => sum + n, 0);
  return { all, used: all - numbers[3] - numbers[4] };
}
