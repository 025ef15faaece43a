// Every example runs, as whoever reads it would run it, and reaches the number it states: it throws if not.
import { readdirSync } from "node:fs";
import { expect, test, vi } from "vitest";

const folder = new URL("../../examples/", import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith(".ts"));

test("there are examples", () => {
  expect(names.length).toBeGreaterThan(4);
});

test.each(names)("%s reaches its number and says it last", async (name) => {
  const said: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
  await import(new URL(name, folder).href).finally(() => log.mockRestore());
  expect(said.at(-1)).toMatch(/\d/);
});
