// The arena: hands each buffer its place, once. Knows capacities, not what a buffer is for.
import type { Access, Buffer, Extent } from "./plan.ts";

export interface Arena {
  readonly buffers: readonly Buffer[];
  make(name: string, extent: Extent, width: number, type?: Buffer["type"]): Buffer;
  /** A buffer that stands in the shared parameters. */
  parameters(size: number): Buffer;
  /** Another name for the first rows of a buffer. */
  alias(name: string, extent: Extent, of: Buffer): Buffer;
  named(name: string): Buffer;
  /** Makes one row for each sequence do for a buffer that was made for all steps. */
  shrinkToRows(buffer: Buffer): void;
  /** Takes away a buffer that nothing works on. */
  drop(buffer: Buffer): void;
  /** Gives every buffer its place; to be called once, last. Returns the elements in all. */
  place(): number;
}

/** Buffers start on a cache line: 16 elements of four bytes. */
const alignment = 16;
/**
 * Large buffers begin at different places of their pages: what is worked on together would otherwise compete for the
 * same lines of a cache, whose sets repeat every page.
 */
const page = 1024;
const stagger = 5 * alignment;

type Draft = { -readonly [Key in keyof Buffer]: Buffer[Key] };

export function createArena(rows: number, steps: number): Arena {
  const buffers: Draft[] = [];
  const aliases = new Map<Draft, Buffer>();
  const counts: Record<Extent, number> = { tokens: rows * steps, states: rows * (steps + 1), rows, once: 1 };
  const taken = (name: string): Buffer | undefined => buffers.find((b) => b.name === name);
  const add = (buffer: Omit<Draft, "id" | "offset" | "size">): Draft => {
    const size = counts[buffer.extent] * buffer.width;
    const made = { id: buffers.length, ...buffer, offset: 0, size };
    buffers.push(made);
    return made;
  };
  return {
    buffers,
    make(name, extent, width, type = "float") {
      if (taken(name)) throw new Error(`two buffers are named '${name}'`);
      return add({ name, type, extent, width, space: "arena" });
    },
    parameters: (size) =>
      add({ name: "parameters", type: "float", extent: "once", width: size, space: "parameters" }),
    alias(name, extent, of) {
      const made = add({ name, type: of.type, extent, width: of.width, space: of.space });
      aliases.set(made, of);
      return made;
    },
    named(name) {
      const found = taken(name);
      if (!found) throw new Error(`no buffer is named '${name}'`);
      return found;
    },
    shrinkToRows(buffer) {
      const draft = buffer as Draft;
      draft.extent = "rows";
      draft.size = counts.rows * buffer.width;
    },
    drop(buffer) {
      buffers.splice(buffer.id, 1);
      buffers.forEach((b, id) => (b.id = id));
    },
    place() {
      let end = 0;
      for (const buffer of buffers) {
        if (buffer.space !== "arena" || aliases.has(buffer)) continue;
        buffer.offset = end;
        const lines = Math.ceil(buffer.size / alignment);
        end += lines * alignment + (buffer.size > page ? stagger : 0);
      }
      for (const [buffer, of] of aliases) buffer.offset = of.offset;
      return end;
    },
  };
}

export const access = (buffer: Buffer, column = 0, at: Access["at"] = "now"): Access => ({
  buffer,
  column,
  at,
});
