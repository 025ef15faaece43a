// The arena: hands each buffer its place, once. Knows capacities, not what a buffer is for.
import type { Access, Buffer, Extent } from "./plan.ts";

export interface Arena {
  readonly buffers: Buffer[];
  make(name: string, extent: Extent, width: number, type?: Buffer["type"]): Buffer;
  /** A buffer that stands in the shared parameters. */
  parameters(size: number): Buffer;
  /** Another name for the first rows of a buffer. */
  alias(name: string, extent: Extent, of: Buffer): Buffer;
  named(name: string): Buffer;
  /** Elements in all. */
  size(): number;
}

/** Buffers start on a cache line: 16 elements of four bytes. */
const alignment = 16;
/**
 * Large buffers begin at different places of their pages: what is worked on together would otherwise compete for the
 * same lines of a cache, whose sets repeat every page.
 */
const page = 1024;
const stagger = 5 * alignment;

export function createArena(rows: number, steps: number): Arena {
  const buffers: Buffer[] = [];
  let end = 0;
  const counts: Record<Extent, number> = { tokens: rows * steps, states: rows * (steps + 1), rows, once: 1 };
  const taken = (name: string): Buffer | undefined => buffers.find((b) => b.name === name);
  return {
    buffers,
    make(name, extent, width, type = "float") {
      if (taken(name)) throw new Error(`two buffers are named '${name}'`);
      const size = counts[extent] * width;
      const buffer: Buffer = {
        id: buffers.length,
        name,
        type,
        extent,
        width,
        space: "arena",
        offset: end,
        size,
      };
      end += Math.ceil(size / alignment) * alignment + (size > page ? stagger : 0);
      buffers.push(buffer);
      return buffer;
    },
    parameters(size) {
      const id = buffers.length;
      const buffer: Buffer = {
        id,
        name: "parameters",
        type: "float",
        extent: "once",
        width: size,
        space: "parameters",
        offset: 0,
        size,
      };
      buffers.push(buffer);
      return buffer;
    },
    alias(name, extent, of) {
      const buffer: Buffer = { ...of, id: buffers.length, name, extent, size: counts[extent] * of.width };
      buffers.push(buffer);
      return buffer;
    },
    named(name) {
      const found = taken(name);
      if (!found) throw new Error(`no buffer is named '${name}'`);
      return found;
    },
    size: () => end,
  };
}

export const access = (buffer: Buffer, column = 0, at: Access["at"] = "now"): Access => ({
  buffer,
  column,
  at,
});
