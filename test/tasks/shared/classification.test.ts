import { describe, expect, it } from "vitest";
import { classificationReport, type ClassScores } from "../../../src/tasks/shared/classification.ts";
import { expectClose, readCases } from "./goldens.ts";

type Row = readonly [precision: number, recall: number, f1: number, support: number];

interface Golden {
  readonly classified: {
    readonly classes: number;
    readonly targets: readonly number[];
    readonly predictions: readonly number[];
    readonly expected: {
      readonly accuracy: number;
      readonly each: readonly Row[];
      readonly macroF1: number;
      readonly weightedF1: number;
      readonly confusion: readonly (readonly number[])[];
    };
  };
}

const goldens = readCases<Golden>("classification").map((golden, i) => [i, golden] as const);
const row = ({ precision, recall, f1, support }: ClassScores): number[] => [precision, recall, f1, support];

describe("scores of classes", () => {
  it.each(goldens)("agree with definitions on sets in Python, case %i", (_, { classified }) => {
    const { classes, targets, predictions, expected } = classified;
    const names = Array.from({ length: classes }, (_, k) => `class ${k}`);
    const report = classificationReport(targets, predictions, names);
    expect(report.confusion).toEqual(expected.confusion);
    expect(report.classes.map(({ name }) => name)).toEqual(names);
    report.classes.forEach((scores, k) => expectClose(row(scores), expected.each[k]!));
    expectClose(
      [report.accuracy, report.macroF1, report.weightedF1],
      [expected.accuracy, expected.macroF1, expected.weightedF1],
    );
  });

  it("by hand, with a class that never occurs and targets that do not count", () => {
    // cat: 2 of 3 found, 2 of 2 right, F1 4/5. dog: 1 of 1 found, 1 of 2 right, F1 2/3. cow: nothing, all 0.
    const report = classificationReport([0, 0, 0, 1, -1], Int32Array.of(0, 0, 1, 1, 9), [
      "cat",
      "dog",
      "cow",
    ]);
    expect(report.confusion).toEqual([
      [2, 1, 0],
      [0, 1, 0],
      [0, 0, 0],
    ]);
    expect(report.classes.map(row)).toEqual([
      [1, 2 / 3, 4 / 5, 3],
      [1 / 2, 1, 2 / 3, 1],
      [0, 0, 0, 0],
    ]);
    expectClose(
      [report.accuracy, report.macroF1, report.weightedF1],
      [3 / 4, (4 / 5 + 2 / 3) / 3, (3 * (4 / 5) + 2 / 3) / 4],
    );
  });

  it("refuses ids without a name, unequal lengths and nothing to count", () => {
    const names = ["a", "b"];
    expect(() => classificationReport([0, 2], [0, 1], names)).toThrow(
      "classification, target 1: must be a class from 0 to 1, not 2; name every class",
    );
    expect(() => classificationReport([0], [-1], names)).toThrow(
      "classification, prediction 0: must be a class",
    );
    expect(() => classificationReport([0.5], [0], names)).toThrow("not 0.5");
    expect(() => classificationReport([NaN], [0], names)).toThrow("not NaN");
    expect(() => classificationReport([0], [0, 1], names)).toThrow("1 targets need 1 predictions, not 2");
    expect(() => classificationReport([-1], [0], names)).toThrow("needs one example or more");
    expect(() => classificationReport([], [], names)).toThrow("needs one example or more");
  });
});
