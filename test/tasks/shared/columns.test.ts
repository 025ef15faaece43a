// Columns by their usual names, and lists of names.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeTable } from "../../../src/formats/table.ts";
import { chooseColumn, joinNames, splitNames } from "../../../src/tasks/shared/columns.ts";

const choose = (names: readonly string[], usual: string): string =>
  chooseColumn(
    makeTable(
      "a.csv",
      names.map((name) => ({ name, cells: ["x"] })),
      { unit: "line", lines: [1] },
    ),
    { name: undefined, usual },
  );

describe("the usual column", () => {
  it("is found in any case, singular or plural", () => {
    expect(choose(["id", "Label", "note"], "label")).toBe("Label");
    expect(choose(["Label", "label"], "label")).toBe("label");
    expect(choose(["id", "TAG", "word"], "tags")).toBe("TAG");
    expect(() => choose(["Label", "LABEL"], "label")).toThrow(
      "several columns could be meant; name one (--label)",
    );
  });

  it("is asked for with names that can be copied", () => {
    expect(() => choose(["time", "Sales, net", 'in "5"'], "value")).toThrow(
      `name one (--value) of time, "Sales, net", in "5"`,
    );
  });
});

describe("a list of names", () => {
  it("may have names with commas, in quotes or as the whole text", () => {
    expect(splitNames(" a, b ,c")).toEqual(["a", "b", "c"]);
    expect(splitNames('"Sales, net", rest,"5"" pipe"')).toEqual(["Sales, net", "rest", '5" pipe']);
    expect(splitNames("Sales, net")).toEqual(["Sales", "net"]);
    expect(splitNames("Sales, net", ["Sales, net", "Sales"])).toEqual(["Sales, net"]);
  });

  it("is split as it was joined", () => {
    const name = fc
      .string({ minLength: 1, unit: fc.constantFrom("a", ",", '"', " b", "é") })
      .filter((text) => text.trim() === text);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (names) => {
        expect(splitNames(joinNames(names))).toEqual(names);
      }),
    );
  });
});
