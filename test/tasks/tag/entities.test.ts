import { describe, expect, it } from "vitest";
import { entitySentence } from "../../../src/tasks/tag/entities.ts";
import { spansOf } from "../../../src/tasks/tag/spans.ts";

const sentences = Array.from({ length: 3000 }, (_, i) => entitySentence(1, i));
const entities = sentences.flatMap(({ value, tags }) =>
  spansOf(tags).map(({ type, start, end }) => ({
    type,
    name: value.slice(start, end),
    before: value.slice(0, start).slice(-3).join(" "),
    after: value.slice(end).slice(0, 7).join(" "),
  })),
);

function typesBy(key: (entity: (typeof entities)[number]) => string): Map<string, Set<string>> {
  const types = new Map<string, Set<string>>();
  for (const entity of entities)
    types.set(key(entity), (types.get(key(entity)) ?? new Set()).add(entity.type));
  return types;
}

describe("sentences with entities", () => {
  it("are functions of the seed and the number", () => {
    expect(entitySentence(1, 7)).toEqual(sentences[7]);
    expect(entitySentence(2, 7)).not.toEqual(sentences[7]);
    expect(new Set(sentences.map(({ value }) => value.join(" "))).size).toBeGreaterThan(2500);
  });

  it("have a tag for each word, and one or two entities that begin with B", () => {
    for (const { value, tags } of sentences) {
      expect(tags).toHaveLength(value.length);
      expect(value.every((word) => /^\S+$/u.test(word))).toBe(true);
      const spans = spansOf(tags);
      expect([1, 2]).toContain(spans.length);
      for (const { start, end } of spans)
        expect(tags.slice(start, end).map((tag) => tag[0])).toEqual(["B", ..."I".repeat(end - start - 1)]);
    }
  });

  it("have names that say nothing of what they are", () => {
    const types = [...typesBy(({ name }) => name[0] as string).values()];
    expect(types.length).toBe(24);
    expect(types.every((ofName) => ofName.size === 3)).toBe(true);
  });

  it("need both sides of a name, neither of which says enough alone", () => {
    const sides = [...typesBy((e) => `${e.before} … ${e.name.includes("Sons") ? "& Sons" : ""} ${e.after}`)];
    expect(sides.filter(([, types]) => types.size > 1)).toEqual([]);
    expect(typesBy((e) => e.before).get("a letter for")).toEqual(new Set(["PER", "ORG"]));
    expect(typesBy((e) => e.after.slice(0, 9)).get("came late")).toEqual(new Set(["PER", "LOC", "ORG"]));
  });
});
