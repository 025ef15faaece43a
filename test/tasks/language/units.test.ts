import { expect, test } from "vitest";
import { bits, natsPerUnit, perplexity } from "../../../src/tasks/language/units.ts";
import { expectClose } from "../shared/goldens.ts";

test("a fair draw between 8 symbols is 3 bits, perplexity 8", () => {
  expectClose([bits(Math.log(8)), perplexity(Math.log(8))], [3, 8]);
  expect([bits(0), perplexity(0), perplexity(Infinity)]).toEqual([0, 1, Infinity]);
});

test("a loss per token becomes one per character", () => {
  // 50 tokens of log 16 = 4 bits are 200 bits; over 160 characters 1.25.
  expectClose([bits(natsPerUnit(Math.log(16), 50, 160))], [1.25]);
});

test("losses and counts that cannot be are refused", () => {
  expect(() => perplexity(NaN)).toThrow(
    "perplexity: nats must be a number, 0 or more, not NaN; give the mean loss of a symbol",
  );
  expect(() => bits(-1)).toThrow("bits: nats must be a number, 0 or more, not -1");
  expect(() => natsPerUnit(1, 10, 0)).toThrow(
    "nats per unit: units must be a number above 0, not 0; count the text's",
  );
  expect(() => natsPerUnit(1, NaN, 5)).toThrow("symbols must be a number above 0, not NaN");
});
