// Whether the machine is idle, as far as its system tells: a measurement beside other work means little. Asked while
// no contender works, so whatever runs is somebody else's. Knows no contender.
import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

/** Others may use this share of the cores. */
const allowed = 0.1;
const window = 100;

/**
 * Waits until others leave the machine alone, `patience` seconds at the longest; gives their share of the cores at
 * the end, or undefined where the system does not tell.
 */
export async function idle(patience) {
  const end = performance.now() + 1000 * patience;
  for (;;) {
    const share = await sharesOfOthers();
    if (share === undefined || share <= allowed || performance.now() >= end) return share;
    await wait(window);
  }
}

export const isBusy = (share) => share !== undefined && share > allowed;

async function sharesOfOthers() {
  const before = await usedTicks();
  await wait(window);
  const after = await usedTicks();
  if (before === undefined || after === undefined) return undefined;
  return (after.used - before.used) / Math.max(1, after.all - before.all);
}

/** Of all cores since the start. What a hypervisor gave to others counts as used. */
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
