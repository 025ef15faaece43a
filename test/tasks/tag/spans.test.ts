import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { spanReport, spanScheme, spansOf, type Span, type SpanScores } from "../../../src/tasks/tag/spans.ts";
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

  it("know the scheme by the labels", () => {
    const schemes: readonly (readonly [string, string | undefined])[] = [
      ["B-A I-A O", "BIO"],
      ["I-A I-B O", "IO"],
      ["B_A I_A O", "BIO"],
      ["A-B A-I O", "BIO"],
      ["A-x-B A-x-I B-I O", "BIO"],
      ["B I O", "BIO"],
      ["I O", "IO"],
      ["B-A I-A E-A S-B O", "BIOES"],
      ["S-B O", "BIOES"],
      ["B-A I-A L-A U-B O", "BILOU"],
      ["B M E S", "BMES"],
      ["B-A M-A E-A W-A O", "BMEW"],
      ["O", undefined],
      ["NOUN O", undefined],
      ["B-A S-A U-A O", undefined],
      ["B-A I_A NE O", undefined],
      ["B- O", undefined],
      ["B", undefined],
      ["S L", undefined],
      ["N V O", undefined],
      ["B-A I O", undefined],
    ];
    for (const [labels, name] of schemes) expect(spanScheme(labels.split(" "))?.name, labels).toBe(name);
    expect(spanScheme([])).toBeUndefined();
  });

  it("are the same in every scheme", () => {
    const sequence = fc.array(
      fc.record({
        gap: fc.nat(2),
        length: fc.integer({ min: 1, max: 4 }),
        type: fc.constantFrom("PER", "B-x", "LOC"),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(
        sequence,
        fc.constantFrom(...Object.keys(writers)),
        fc.constantFrom(...forms),
        (parts, scheme, form) => {
          const tags: string[] = ["O"];
          const spans: Span[] = [];
          for (const { gap, length, type } of parts) {
            tags.push(...Array<string>(gap).fill("O"));
            const before = tags.at(-1) === "O" ? undefined : spans.at(-1)?.type;
            const touches = scheme === "IO" && before === type; // which IO cannot say
            if (touches) tags.push("O");
            spans.push({ type, start: tags.length, end: tags.length + length });
            for (let i = 0; i < length; i++) {
              const letter = writers[scheme]?.(i, length, before === type && !touches) as string;
              tags.push(form(letter, type));
            }
          }
          // The labels of the data tell the scheme, not those of one sequence.
          const labels = [...(letters[scheme] as string)].flatMap((letter) =>
            ["PER", "B-x", "LOC"].map((type) => form(letter, type)),
          );
          const found = spanScheme([...labels, "O"]);
          expect(found).toBeDefined();
          expect(spansOf(tags, found)).toEqual(spans);
          const { scheme: name, f1 } = spanReport([tags], [tags], found);
          expect(f1).toBe(spans.length > 0 ? 1 : 0);
          if (scheme === "IOB1" || scheme === "IOB2") expect(["IOB1", "IOB2"]).toContain(name);
          else expect(name).toBe(scheme);
        },
      ),
    );
  });

  it("say how the targets mark them", () => {
    const name = (...tags: string[]): string => spanReport([tags], [tags]).scheme;
    expect(name("O", "B-A", "I-A", "B-A")).toBe("IOB2");
    expect(name("O", "I-A", "I-A", "B-A")).toBe("IOB1");
    expect(name("O", "I-A", "O", "B-A")).toBe("BIO");
    expect(name("I-A", "O")).toBe("IO");
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

  it("of unlikely predictions begin as in conlleval", () => {
    const bioes = spanScheme(["B-A", "I-A", "E-A", "S-A", "O"]);
    expect(spansOf(["I-A", "E-A", "E-A", "B-A", "S-A", "I-A", "O", "E-B"], bioes)).toEqual([
      { type: "A", start: 0, end: 2 },
      { type: "A", start: 2, end: 3 },
      { type: "A", start: 3, end: 4 },
      { type: "A", start: 4, end: 5 },
      { type: "A", start: 5, end: 6 },
      { type: "B", start: 7, end: 8 },
    ]);
  });

  it("refuses other schemes and lengths that do not fit", () => {
    expect(() => spansOf(["O", "NOUN"])).toThrow(
      'spans: tags must mark spans in one scheme, such as B-PER, I-PER and O, not "NOUN"; convert them',
    );
    expect(() => spansOf(["B-"])).toThrow('not "B-"');
    expect(() => spansOf(["S-A"], spanScheme(["B-A", "O"]))).not.toThrow();
    expect(() => spansOf(["NE"], spanScheme(["B-A", "O"]))).toThrow(
      'spans: a tag must be O or like "B-A", not "NE"; convert it',
    );
    expect(() => spanReport([["O"], ["O", "O"]], [["O"], ["O"]])).toThrow(
      "spans, sequence 1: expected 2 predictions, one per target, got 1",
    );
    expect(() => spanReport([["O"]], [])).toThrow(
      "spans: expected as many sequences of predictions as of targets, 1, got 0",
    );
  });
});

/** The letter of token `i` of `length`, by scheme, for a span that comes right after one of its type or not. */
const writers: Readonly<Record<string, (i: number, length: number, follows: boolean) => string>> = {
  IO: () => "I",
  IOB1: (i, _, follows) => (i === 0 && follows ? "B" : "I"),
  IOB2: (i) => (i === 0 ? "B" : "I"),
  BIOES: (i, length) => (length === 1 ? "S" : i === 0 ? "B" : i === length - 1 ? "E" : "I"),
  BILOU: (i, length) => (length === 1 ? "U" : i === 0 ? "B" : i === length - 1 ? "L" : "I"),
  BMES: (i, length) => (length === 1 ? "S" : i === 0 ? "B" : i === length - 1 ? "E" : "M"),
  BMEW: (i, length) => (length === 1 ? "W" : i === 0 ? "B" : i === length - 1 ? "E" : "M"),
};
const letters: Readonly<Record<string, string>> = {
  IO: "I",
  IOB1: "BI",
  IOB2: "BI",
  BIOES: "BIES",
  BILOU: "BILU",
  BMES: "BMES",
  BMEW: "BMEW",
};
const forms = [
  (letter: string, type: string): string => `${letter}-${type}`,
  (letter: string, type: string): string => `${letter}_${type}`,
  (letter: string, type: string): string => `${type}-${letter}`,
];
