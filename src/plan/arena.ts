// The arena: the list of a plan's buffers and, once all are known, their offsets. Knows capacities, not what a buffer
// is for.
import type { Access, Buffer, Extent } from "./plan.ts";

export interface Arena {
  readonly buffers: readonly Buffer[];
  /** Adds a buffer. Throws if the name is taken. */
  make(name: string, extent: Extent, width: number, type?: Buffer["type"]): Buffer;
  /** Adds the buffer of the shared parameters. */
  parameters(size: number): Buffer;
  /** Another name for the first rows of a buffer. */
  alias(name: string, extent: Extent, of: Buffer): Buffer;
  /** Reduces a buffer that was made for all steps to one row per sequence. */
  shrinkToRows(buffer: Buffer): void;
  /** Removes a buffer that no kernel uses. */
  remove(buffer: Buffer): void;
  /** Gives every buffer its offset; to be called once, last. Returns the size of the arena in elements. */
  layOut(): number;
}

/** Buffers start on a cache line: 16 elements of four bytes. */
const alignment = 16;
/**
 * Large buffers start at different offsets within a memory page. Otherwise buffers that are used together would compete
 * for the same lines of a cache, whose sets repeat every page.
 */
const page = 1024;
const stagger = 5 * alignment;

type MutableBuffer = { -readonly [Key in keyof Buffer]: Buffer[Key] };

export function createArena(rows: number, steps: number): Arena {
  const buffers: MutableBuffer[] = [];
  const names = new Set<string>();
  const aliases = new Map<Buffer, Buffer>();
  const counts: Record<Extent, number> = { tokens: rows * steps, states: rows * (steps + 1), rows, once: 1 };
  const add = (fields: Omit<Buffer, "id" | "offset" | "size">): Buffer => {
    if (names.has(fields.name)) throw new Error(`two buffers are named '${fields.name}'`);
    const size = counts[fields.extent] * fields.width;
    const buffer = { id: buffers.length, ...fields, offset: 0, size };
    buffers.push(buffer);
    names.add(buffer.name);
    return buffer;
  };
  return {
    buffers,
    make: (name, extent, width, type = "float") => add({ name, type, extent, width, space: "arena" }),
    parameters: (size) =>
      add({ name: "parameters", type: "float", extent: "once", width: size, space: "parameters" }),
    alias(name, extent, of) {
      const buffer = add({ name, type: of.type, extent, width: of.width, space: of.space });
      aliases.set(buffer, of);
      return buffer;
    },
    shrinkToRows(buffer) {
      const mutable = buffer as MutableBuffer;
      mutable.extent = "rows";
      mutable.size = counts.rows * buffer.width;
    },
    remove(buffer) {
      buffers.splice(buffer.id, 1);
      names.delete(buffer.name);
      buffers.forEach((b, id) => (b.id = id));
    },
    layOut() {
      let end = 0;
      for (const buffer of buffers) {
        if (buffer.space !== "arena" || aliases.has(buffer)) continue;
        buffer.offset = end;
        const lines = Math.ceil(buffer.size / alignment);
        end += lines * alignment + (buffer.size > page ? stagger : 0);
      }
      for (const [buffer, of] of aliases) (buffer as MutableBuffer).offset = of.offset;
      return end;
    },
  };
}

export const access = (buffer: Buffer, column = 0, at: Access["at"] = "now"): Access => ({
  buffer,
  column,
  at,
});

/** The same rows, further columns. */
export const shiftColumns = (a: Access, columns: number): Access => ({ ...a, column: a.column + columns });
