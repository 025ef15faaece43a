// One WebAssembly memory and who has which part of it. Parts are handed out zeroed, on cache lines; a part that
// is given back serves the next that fits.

export interface Heap {
  readonly memory: WebAssembly.Memory;
  /** The address of `bytes` bytes, all zero. */
  allocate(bytes: number): number;
  free(address: number, bytes: number): void;
  /** A view that is good until the next allocation. */
  floats(address: number, count: number): Float32Array;
  integers(address: number, count: number): Int32Array;
  dispose(): void;
}

const pageBytes = 65536;
/** What 32-bit addresses reach. */
export const largestMemory: number = 2 ** 32;

/** A memory that may grow as far as addresses reach; or less far, where the engine has no room for that. */
function reserve(shared: boolean): WebAssembly.Memory {
  for (let maximum = largestMemory / pageBytes; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: 1, maximum, shared });
    } catch (error) {
      if (maximum < 1024) throw error;
    }
  }
}

/** `shared`: whether other threads may work in it too. */
export function createHeap({ shared = false }: { readonly shared?: boolean } = {}): Heap {
  const memory = reserve(shared);
  let free: { address: number; bytes: number }[] = [];
  // Address 0 stays unused, so that a forgotten address is noticed.
  let end = 64;
  const rounded = (bytes: number): number => Math.max(64, Math.ceil(bytes / 64) * 64);

  function grow(to: number): void {
    const pages = Math.ceil(to / pageBytes) - memory.buffer.byteLength / pageBytes;
    if (pages <= 0) return;
    try {
      memory.grow(pages);
    } catch (cause) {
      throw new Error(
        `the wasm device needs ${to} bytes in all and cannot have them (it can address ${largestMemory}); ` +
          "choose a smaller size, batch or window",
        { cause },
      );
    }
  }
  return {
    memory,
    allocate(bytes) {
      const wanted = rounded(bytes);
      const hole = free.find((f) => f.bytes >= wanted);
      if (hole) {
        free = free.filter((f) => f !== hole);
        if (hole.bytes > wanted) free.push({ address: hole.address + wanted, bytes: hole.bytes - wanted });
        new Uint8Array(memory.buffer, hole.address, wanted).fill(0);
        return hole.address;
      }
      const address = end;
      grow(address + wanted + 64);
      end = address + wanted;
      return address;
    },
    free(address, bytes) {
      const joined = [...free, { address, bytes: rounded(bytes) }].sort((a, b) => a.address - b.address);
      free = [];
      for (const part of joined) {
        const last = free.at(-1);
        if (last && last.address + last.bytes === part.address) {
          free[free.length - 1] = { address: last.address, bytes: last.bytes + part.bytes };
        } else {
          free.push(part);
        }
      }
    },
    floats: (address, count) => new Float32Array(memory.buffer, address, count),
    integers: (address, count) => new Int32Array(memory.buffer, address, count),
    dispose() {
      free = [];
    },
  };
}
