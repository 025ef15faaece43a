// The settings of tasks, checked; one message for all of them.

/** The value if it is a whole number from `least` to `most`; else an error that names the task and the setting. */
export function wholeSetting(
  task: string,
  name: string,
  value: number,
  least: number,
  most: number = Infinity,
): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const range = most === Infinity ? `${least} or more` : `from ${least} to ${most}`;
  throw new Error(`${task}: ${name} must be a whole number, ${range}, not ${value}`);
}
