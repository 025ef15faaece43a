import { describe, expect, it } from "vitest";
import { classificationReport } from "../../../src/tasks/shared/classification.ts";
import { areSpanTags, spanReport, spansOf, type SpanScores } from "../../../src/tasks/tag/spans.ts";
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
  readonly tagged: {
    readonly targets: readonly (readonly string[])[];
    readonly predictions: readonly (readonly string[])[];
    readonly expected: { readonly all: Row; readonly byType: Readonly<Record<string, Row>> };
  };
}

const goldens = readCases<Golden>("classification").map((golden, i) => [i, golden] as const);
const row = ({ precision, recall, f1, support }: SpanScores): number[] => [precision, recall, f1, support];

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

describe("scores of spans", () => {
  it.each(goldens)("agree with sets of spans in Python, case %i", (_, { tagged }) => {
    const { targets, predictions, expected } = tagged;
    const report = spanReport(targets, predictions);
    expectClose(row(report), expected.all);
    expect([...report.byType.keys()]).toEqual(Object.keys(expected.byType));
    for (const [type, scores] of report.byType) expectClose(row(scores), expected.byType[type]!);
  });

  it("begins at B, at an I of another type and at an I after O", () => {
    expect(spansOf(["B-A", "I-A", "B-A", "I-B", "O", "I-B", "I-B"])).toEqual([
      { type: "A", start: 0, end: 2 },
      { type: "A", start: 2, end: 3 },
      { type: "B", start: 3, end: 4 },
      { type: "B", start: 5, end: 7 },
    ]);
    expect(spansOf([])).toEqual([]);
  });

  it("are for labels that are O, B and I, not all of them O", () => {
    expect(areSpanTags(["B-A", "I-A", "O"])).toBe(true);
    expect([["O"], [], ["B-A", "S-A"], ["NOUN", "O"], ["B-", "O"]].some(areSpanTags)).toBe(false);
  });

  it("counts a span only where both ends and the type are right", () => {
    const targets = [["B-PER", "I-PER", "O", "B-LOC", "B-LOC"]];
    const report = spanReport(targets, [["B-PER", "I-PER", "O", "B-PER", "B-LOC"]]);
    expectClose(row(report), [2 / 3, 2 / 3, 2 / 3, 3]);
    expectClose(row(report.byType.get("LOC")!), [1, 1 / 2, 2 / 3, 2]);
    expectClose(row(spanReport(targets, [["B-PER", "O", "O", "O", "O"]])), [0, 0, 0, 3]);
    expectClose(row(spanReport([["O"], []], [["O"], []])), [0, 0, 0, 0]);
    // The same place in another sequence is another span.
    expectClose(row(spanReport([["B-X"], ["O"]], [["O"], ["B-X"]])), [0, 0, 0, 1]);
  });

  it("refuses other schemes and lengths that do not fit", () => {
    expect(() => spansOf(["O", "S-PER"])).toThrow(
      'spans, token 1: a tag must be O, B-type or I-type, not "S-PER"; convert it',
    );
    expect(() => spansOf(["B-"])).toThrow('not "B-"');
    expect(() => spanReport([["O"], ["O", "O"]], [["O"], ["O"]])).toThrow(
      "spans, sequence 1: 2 targets need as many predictions, not 1",
    );
    expect(() => spanReport([["O"]], [])).toThrow(
      "1 sequences of targets need as many of predictions, not 0",
    );
  });
});
