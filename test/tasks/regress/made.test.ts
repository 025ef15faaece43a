// Made sequences: the same for the same two numbers, and what their targets say of their readings.
import { expect, test } from "vitest";
import { addingTable, batteryTable, waveTable } from "../../../src/tasks/regress/made-tables.ts";
import { batterySeries, waveSeries } from "../../../src/tasks/regress/made.ts";

test("a battery's core is heated by the current and cooled by the air, as its readings have them", () => {
  let gaps = 0;
  for (let index = 0; index < 20; index++) {
    const { value, target } = batterySeries(1, index);
    expect(value).toHaveLength(120);
    value.forEach(([current = NaN, air = NaN], t) => {
      if (Number.isNaN(current) || Number.isNaN(air)) return void gaps++;
      const before = t === 0 ? undefined : target.core[t - 1];
      if (before === undefined) return;
      const heat = 0.005 * (1 + 0.5 * Math.exp((20 - before) / 15)) * current ** 2;
      expect(Math.abs(before + heat - 0.03 * (before - air) - (target.core[t] as number))).toBeLessThan(0.2);
    });
  }
  expect(gaps / 2400).toBeGreaterThan(0.05);
  expect(gaps / 2400).toBeLessThan(0.11);
  expect(batterySeries(1, 3)).toEqual(batterySeries(1, 3));
  expect(batterySeries(2, 3)).not.toEqual(batterySeries(1, 3));
});

test("a wave is one of its frequency, but for noise", () => {
  for (let index = 0; index < 20; index++) {
    const { value, target } = waveSeries(1, index);
    const angle = (t: number): number => 2 * Math.PI * target.frequency * t;
    const [a, b] = [Math.sin, Math.cos].map(
      (part) => (2 / 80) * value.reduce((sum, v, t) => sum + v * part(angle(t)), 0),
    ) as [number, number];
    const rest = value.reduce(
      (sum, v, t) => sum + (v - a * Math.sin(angle(t)) - b * Math.cos(angle(t))) ** 2,
      0,
    );
    expect(rest / value.reduce((sum, v) => sum + v * v, 0)).toBeLessThan(0.2);
  }
});

test("tables have the sequences that they are asked for", () => {
  const rows = batteryTable(2, 5).trimEnd().split("\n");
  expect(rows[0]).toBe("battery,current,air,core");
  expect(rows).toHaveLength(1 + 2 * 120);
  expect(rows.at(-1)?.startsWith("2,")).toBe(true);
  expect(rows.some((row) => row.includes(",,"))).toBe(true);
  expect(waveTable(3, 5)).toMatch(/^series,frequency\n(?:(?:-?[\d.]+ ){79}-?[\d.]+,0\.\d+\n){3}$/u);
  const lines = addingTable(4, 5).trimEnd().split("\n");
  for (const line of lines) {
    const { series, sum } = JSON.parse(line) as { series: [number, number][]; sum: number };
    expect(series.filter(([, mark]) => mark === 1)).toHaveLength(2);
    expect(series.reduce((total, [x, mark]) => total + x * mark, 0)).toBeCloseTo(sum, 3);
  }
});
