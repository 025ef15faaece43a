// Checks the settings of synthetic problems, with one message for all.

/** The value if it is a whole number from `least` to `most`; otherwise throws, naming the problem and the setting. */
export function wholeSetting(
  problem: string,
  name: string,
  value: number,
  least: number,
  most: number = Infinity,
): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const range = most === Infinity ? `${least} or more` : `from ${least} to ${most}`;
  throw new Error(`${problem}: ${name} must be a whole number, ${range}, got ${value}`);
}
