// Made sequences as the text of files, for the command line.
import { encodeCsv } from "../../formats/csv.ts";
import { adding } from "../../synthetic/adding.ts";
import { batterySeries, waveSeries } from "./made.ts";

const digits = (value: number): number => Number(value.toFixed(4));

/** A line of JSON per sequence: its steps, each a number and a mark, and the sum of those that are marked. */
export function addingTable(count: number, seed: number): string {
  const problem = adding({ length: 50 });
  const lines = Array.from({ length: count }, (_, i) => {
    const { steps, inputs, targets } = problem.example(seed, i);
    const series = Array.from({ length: steps }, (_, t) => [
      digits(inputs.x[2 * t] as number),
      inputs.x[2 * t + 1],
    ]);
    return `${JSON.stringify({ series, sum: digits(targets[steps - 1] as number) })}\n`;
  });
  return lines.join("");
}

/** A row per step, with empty cells in gaps. */
export function batteryTable(count: number, seed: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const { value, target } = batterySeries(seed, i);
    return value.map((step, t) => [
      i + 1,
      ...step.map((reading) => (Number.isNaN(reading) ? null : digits(reading))),
      digits(target.core[t] as number),
    ]);
  });
  return encodeCsv([["battery", "current", "air", "core"], ...rows.flat()]);
}

/** A row per wave. */
export function waveTable(count: number, seed: number): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const { value, target } = waveSeries(seed, i);
    return [value.map(digits).join(" "), digits(target.frequency)];
  });
  return encodeCsv([["series", "frequency"], ...rows]);
}
