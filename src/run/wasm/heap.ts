// One WebAssembly memory, handed out in blocks of zeros that start on cache lines. A block that is freed serves the next
// allocation that fits.

export interface Heap {
  readonly memory: WebAssembly.Memory;
  /** The address of `bytes` bytes, all zero. Throws where memory cannot grow that far, with what to do. */
  allocate(bytes: number): number;
  /** `bytes`: as many as were allocated at this address. */
  free(address: number, bytes: number): void;
  /** A view that is valid until the next allocation. */
  floats(address: number, count: number): Float32Array;
  /** Likewise. */
  integers(address: number, count: number): Int32Array;
}

const pageBytes = 65536;
/** Bytes that 32-bit addresses reach. */
const largestMemory = 2 ** 32;

/** A memory that can grow as far as addresses reach, or less far where the engine does not have the room. */
function reserve(shared: boolean): WebAssembly.Memory {
  for (let maximum = largestMemory / pageBytes; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: 1, maximum, shared });
    } catch (error) {
      if (maximum < 1024) throw error;
    }
  }
}

function grow(memory: WebAssembly.Memory, bytes: number): void {
  const pages = Math.ceil(bytes / pageBytes) - memory.buffer.byteLength / pageBytes;
  if (pages <= 0) return;
  try {
    memory.grow(pages);
  } catch (cause) {
    throw new Error(
      `the wasm device cannot have ${bytes} bytes (addresses reach ${largestMemory}); ` +
        "dispose of models, programs and parameters that are no longer needed, or choose a smaller size, batch or window",
      { cause },
    );
  }
}

interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** `shared`: whether other threads use the memory, too. Default false. */
export function createHeap({ shared = false }: { readonly shared?: boolean } = {}): Heap {
  const memory = reserve(shared);
  let freeBlocks: readonly Block[] = [];
  // Address 0 stays unused, so that a missing address shows.
  let end = 64;
  const roundUp = (bytes: number): number => Math.max(64, Math.ceil(bytes / 64) * 64);
  return {
    memory,
    allocate(size) {
      const bytes = roundUp(size);
      const block = freeBlocks.find((f) => f.bytes >= bytes);
      if (block) {
        const { address } = block;
        const rest = { address: address + bytes, bytes: block.bytes - bytes };
        freeBlocks = [...freeBlocks.filter((f) => f !== block), ...(rest.bytes > 0 ? [rest] : [])];
        new Uint8Array(memory.buffer, address, bytes).fill(0);
        return address;
      }
      const address = end;
      grow(memory, address + bytes + 64);
      end = address + bytes;
      return address;
    },
    free(address, bytes) {
      freeBlocks = joined([...freeBlocks, { address, bytes: roundUp(bytes) }]);
    },
    floats: (address, count) => new Float32Array(memory.buffer, address, count),
    integers: (address, count) => new Int32Array(memory.buffer, address, count),
  };
}

/** The same blocks in order of their addresses, neighbours joined. */
function joined(blocks: readonly Block[]): Block[] {
  const result: Block[] = [];
  for (const block of [...blocks].sort((a, b) => a.address - b.address)) {
    const last = result.at(-1);
    if (last && last.address + last.bytes === block.address) {
      result[result.length - 1] = { address: last.address, bytes: last.bytes + block.bytes };
    } else {
      result.push(block);
    }
  }
  return result;
}
