// Checks of the rows of numbers that scores of forecasts take.

/** Throws unless all named rows are as long as the first, which has a number or more, and all numbers are finite. */
export function checkSeries(score: string, rows: Readonly<Record<string, ArrayLike<number>>>): void {
  const [first, ...others] = Object.entries(rows);
  if (!first) return;
  const [name, { length }] = first;
  if (length === 0) throw new Error(`${score}: ${name} must have one number or more, not 0; give some`);
  for (const [other, values] of others)
    if (values.length !== length)
      throw new Error(
        `${score}: ${length} ${name} need ${length} ${other}, not ${values.length}; give as many of both`,
      );
  for (const [row, values] of Object.entries(rows)) checkFinite(score, row, values);
}

export function checkFinite(score: string, row: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]))
      throw new Error(
        `${score}: ${row}[${i}] must be a finite number, not ${values[i]}; leave it out or mend it`,
      );
}

/** The mean of `term(i)` for i below `count`. */
export function meanOver(count: number, term: (index: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += term(i);
  return sum / count;
}
