import { describe, expect, it } from "vitest";
import { areSpanTags, spanReport, spansOf, type SpanScores } from "../../../src/tasks/tag/spans.ts";
import { expectClose, readCases } from "../shared/goldens.ts";

type Row = readonly [precision: number, recall: number, f1: number, support: number];

interface Golden {
  readonly tagged: {
    readonly targets: readonly (readonly string[])[];
    readonly predictions: readonly (readonly string[])[];
    readonly expected: { readonly all: Row; readonly byType: Readonly<Record<string, Row>> };
  };
}

const goldens = readCases<Golden>("classification").map((golden, i) => [i, golden] as const);
const row = ({ precision, recall, f1, support }: SpanScores): number[] => [precision, recall, f1, support];

describe("scores of spans", () => {
  it.each(goldens)("agree with sets of spans in Python, case %i", (_, { tagged }) => {
    const { targets, predictions, expected } = tagged;
    const report = spanReport(targets, predictions);
    expectClose(row(report), expected.all);
    expect(Object.keys(report.byType)).toEqual(Object.keys(expected.byType));
    for (const [type, scores] of Object.entries(report.byType))
      expectClose(row(scores), expected.byType[type]!);
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
    expectClose(row(report.byType["LOC"]!), [1, 1 / 2, 2 / 3, 2]);
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
      "spans, sequence 1: expected 2 predictions, one per target, got 1",
    );
    expect(() => spanReport([["O"]], [])).toThrow(
      "spans: expected as many sequences of predictions as of targets, 1, got 0",
    );
  });
});
