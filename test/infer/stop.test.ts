import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { watchStops } from "../../src/infer/stop.ts";

describe("stop strings", () => {
  it("hold back what could be the beginning of one", () => {
    const watch = watchStops(["\n\n", "END"]);
    expect(["ab\n", "c E", "N", "X E", "ND more"].map((piece) => watch.push(piece))).toEqual(
      ["ab", "\nc ", "", "ENX ", ""], // what follows the stop is not shown
    );
    expect(watch.found).toBe("END");
    expect([watch.push("x"), watch.end()]).toEqual(["", ""]);
  });

  it("show what was held where the text ends", () => {
    const watch = watchStops(["abc"]);
    expect([watch.push("xab"), watch.end(), watch.found]).toEqual(["x", "ab", undefined]);
  });

  it("do not show the beginning of a longer one", () => {
    const watch = watchStops(["bc", "abcd", "abc"]);
    expect([watch.push("xabcd"), watch.found]).toEqual(["x", "abc"]);
  });

  it("are found the same however a text is cut", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 30 });
    const stop = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 2, maxLength: 5 });
    const cut = (whole: string, at: readonly number[]): string[] => {
      const places = [0, ...at.map((place) => place % (whole.length + 1)), whole.length].sort(
        (a, b) => a - b,
      );
      return places.slice(1).map((to, i) => whole.slice(places[i], to));
    };
    fc.assert(
      fc.property(
        text,
        fc.array(stop, { minLength: 1, maxLength: 3 }),
        fc.array(fc.nat()),
        (whole, stops, at) => {
          const watch = watchStops(stops);
          const shown =
            cut(whole, at)
              .map((piece) => watch.push(piece))
              .join("") + watch.end();
          const ends = stops.map((one) => whole.indexOf(one) + (whole.includes(one) ? one.length : Infinity));
          const first = Math.min(...ends);
          const complete = stops.filter((_, i) => ends[i] === first).map((one) => one.length);
          expect(shown).toBe(first === Infinity ? whole : whole.slice(0, first - Math.max(...complete)));
          expect(watch.found?.length).toBe(first === Infinity ? undefined : Math.max(...complete));
        },
      ),
    );
  });

  it("must be some, and not empty", () => {
    expect(() => watchStops([])).toThrow("there are none; give one or more");
    expect(() => watchStops(["a", ""])).toThrow("one is empty, which would stop at once; leave it out");
  });
});
