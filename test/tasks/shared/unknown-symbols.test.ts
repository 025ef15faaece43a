// Which symbols a model does not know, and from which share on that is said.
import { expect, test } from "vitest";
import { fitSequenceInput } from "../../../src/tasks/shared/sequence-input.ts";
import { unknownInWords } from "../../../src/tasks/shared/unknown-symbols.ts";

const words = fitSequenceInput(["one two three"], { unit: "word", lowerCase: true });

test("unknown symbols are counted, and the first ones named, where they are more than a tenth", () => {
  const known = Array.from({ length: 9 }, () => "one");
  expect(unknownInWords(words, [[...known, "four"]], "tokens")).toEqual([]);
  expect(unknownInWords(words, [known, ["four", "Four"]], "tokens")).toEqual([
    "2 of 11 tokens (18.2 %) are unknown to the model, such as 'four'",
  ]);
  expect(unknownInWords(words, ["ONE, two", "a\u001bb c"], "symbols")).toEqual([
    "5 of 7 symbols (71.4 %) are unknown to the model, such as ',', 'a', '\\u001b'",
  ]);
});

test("symbols are split and lower-cased as the model reads them, and <unk> is one that the file names", () => {
  const letters = fitSequenceInput(["abc"], { unit: "char" });
  expect(unknownInWords(letters, ["abc"], "symbols")).toEqual([]);
  expect(unknownInWords(letters, ["aB"], "symbols")).toEqual([
    "1 of 2 symbols (50.0 %) are unknown to the model, such as 'B'",
  ]);
  expect(unknownInWords(words, [["<unk>", "One"]], "tokens")).toEqual([]);
  expect(unknownInWords(words, [], "tokens")).toEqual([]);
  expect(unknownInWords(fitSequenceInput([[1, 2]]), [[3, 4]], "symbols")).toEqual([]);
});
