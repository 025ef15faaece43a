import { expect, test } from "vitest";
import { nearest, suggestion } from "../../src/base/nearest.ts";

test("a slip finds the word that was meant", () => {
  const words = ["tanh", "sigmoid", "softplus", "min", "max"];
  expect(nearest("tahn", words)).toBe("tanh");
  expect(nearest("sigmod", words)).toBe("sigmoid");
  expect(nearest("sotfpluss", words)).toBe("softplus");
  expect(nearest("Tanh", words)).toBe("tanh");
  expect(nearest("mx", words)).toBe("max");
});

test("what is far from every word finds none", () => {
  expect(nearest("frobnicate", ["tanh", "sigmoid"])).toBeUndefined();
  expect(nearest("q", ["b", "c"])).toBeUndefined();
  expect(nearest("", ["b"])).toBeUndefined();
  expect(nearest("tanh", [])).toBeUndefined();
  expect(nearest("a".repeat(65), ["a".repeat(66)])).toBeUndefined();
});

test("the nearer of two words wins, then the first", () => {
  expect(nearest("gradiant", ["gradual", "gradient"])).toBe("gradient");
  expect(nearest("bq", ["bi", "bf"])).toBe("bi");
});

test("a suggestion is ready to be added to a message", () => {
  expect(suggestion("lstn", ["lstm", "gru"])).toBe("; did you mean 'lstm'?");
  expect(suggestion("transformer", ["lstm", "gru"])).toBe("");
});
