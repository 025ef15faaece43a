// A small WebAssembly assembler: functions with locals and structured control flow, and the module's bytes. Knows the
// binary format only.
import {
  memoryOpcodes,
  plainOpcodes,
  typeBytes,
  type MemoryOp,
  type Plain,
  type ValueType,
} from "./opcodes.ts";

type Tuple<N extends number, T extends readonly number[] = []> = T["length"] extends N
  ? T
  : Tuple<N, readonly [...T, number]>;

/** The body of one function, written instruction by instruction. Locals and globals are given by index. */
export interface Code {
  /** Declares a local, which starts as 0; parameters come before all locals. */
  local(type: ValueType): number;
  /** Declares several locals of one type. */
  locals<N extends number>(type: ValueType, count: N): Tuple<N>;
  get(local: number): Code;
  set(local: number): Code;
  tee(local: number): Code;
  getGlobal(global: number): Code;
  setGlobal(global: number): Code;
  /** Adds a constant to an i32 local. */
  advance(local: number, by: number): Code;
  op(name: Plain): Code;
  i32(value: number): Code;
  f32(value: number): Code;
  f64(value: number): Code;
  /** A vector of four copies of one 32-bit float. */
  splat(value: number): Code;
  /** A vector of four 32-bit integers. */
  lanes(a: number, b: number, c: number, d: number): Code;
  access(name: MemoryOp, offset?: number): Code;
  storeLane(lane: number, offset: number): Code;
  extract(lane: number): Code;
  /** Chooses four lanes out of two vectors: 0 to 3 are the first vector's, 4 to 7 the second's. */
  shuffle(lanes: readonly [number, number, number, number]): Code;
  block(body: () => void): Code;
  loop(body: () => void): Code;
  /** Takes a condition from the stack. */
  if(then: () => void, otherwise?: () => void): Code;
  branch(depth: number): Code;
  branchIf(depth: number): Code;
  call(target: number): Code;
  /** (address, expected): sleeps until notified while the integer there equals `expected`; leaves why it woke. */
  waitForever(): Code;
  memoryCopy(): Code;
  memoryFill(): Code;
}

/** A module under construction. It imports its memory as `env.memory`. */
export interface Module {
  /** Declares an i32 that all functions share, 0 at first. */
  global(): number;
  /** Adds a function and returns its index. A number of parameters means that many of type i32. */
  func(
    parameters: number | readonly ValueType[],
    result: ValueType | undefined,
    body: (code: Code) => void,
  ): number;
  export(name: string, index: number): void;
  bytes(): Uint8Array<ArrayBuffer>;
}

export interface ModuleOptions {
  /** Whether threads share its memory, which may then be as large as addresses reach. Default false. */
  readonly shared?: boolean;
  /** Functions (i32) to import from `env`; their indices are 0 and up, in this order. Default none. */
  readonly imports?: readonly string[];
}

export function createModule({ shared = false, imports = [] }: ModuleOptions = {}): Module {
  const typeKeys: string[] = [];
  const types: number[][] = [];
  const functions: { type: number; body: number[] }[] = [];
  const exported: number[][] = [];
  let globals = 0;

  function typeIndex(parameters: readonly ValueType[], result: ValueType | undefined): number {
    const key = `${parameters.join()}>${result ?? ""}`;
    const known = typeKeys.indexOf(key);
    if (known >= 0) return known;
    const results = result ? [result] : [];
    types.push([
      0x60,
      ...vector(parameters.map((p) => [typeBytes[p]])),
      ...vector(results.map((r) => [typeBytes[r]])),
    ]);
    return typeKeys.push(key) - 1;
  }
  const importedType = imports.length > 0 ? typeIndex(["i32"], undefined) : 0;
  return {
    global: () => globals++,
    func(parameters, result, body) {
      const list = typeof parameters === "number" ? Array<ValueType>(parameters).fill("i32") : parameters;
      const index = imports.length + functions.length;
      const entry = { type: typeIndex(list, result), body: [] as number[] };
      functions.push(entry);
      entry.body = assemble(list.length, body);
      return index;
    },
    export(name, index) {
      exported.push([...text(name), 0x00, ...unsigned(index)]);
    },
    bytes() {
      const limits = shared ? [0x03, ...unsigned(0), ...unsigned(65536)] : [0x00, ...unsigned(0)];
      const imported = [
        [...text("env"), ...text("memory"), 0x02, ...limits],
        ...imports.map((name) => [...text("env"), ...text(name), 0x00, ...unsigned(importedType)]),
      ];
      const zero = [typeBytes.i32, 0x01, 0x41, 0x00, 0x0b];
      const sections: [number, number[]][] = [
        [1, vector(types)],
        [2, vector(imported)],
        [3, vector(functions.map((f) => unsigned(f.type)))],
        [6, vector(Array.from({ length: globals }, () => zero))],
        [7, vector(exported)],
        [10, vector(functions.map((f) => concat([unsigned(f.body.length), f.body])))],
      ];
      const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
      return Uint8Array.from(
        concat([header, ...sections.map(([id, body]) => concat([[id], unsigned(body.length), body]))]),
      );
    },
  };
}

/** Two to this power is the alignment in bytes that every access states: 4, which all numbers here have. */
const alignment = 2;

function assemble(parameters: number, write: (code: Code) => void): number[] {
  const out: number[] = [];
  const locals: ValueType[] = [];
  const push = (...bytes: readonly number[]): Code => {
    for (const b of bytes) out.push(b);
    return code;
  };
  const nest = (opcode: number, body: () => void): Code => {
    push(opcode, 0x40);
    body();
    return push(0x0b);
  };
  const code: Code = {
    local: (type) => parameters + locals.push(type) - 1,
    locals: <N extends number>(type: ValueType, count: N) =>
      Array.from({ length: count }, () => code.local(type)) as readonly number[] as Tuple<N>,
    get: (local) => push(0x20, ...unsigned(local)),
    set: (local) => push(0x21, ...unsigned(local)),
    tee: (local) => push(0x22, ...unsigned(local)),
    getGlobal: (global) => push(0x23, ...unsigned(global)),
    setGlobal: (global) => push(0x24, ...unsigned(global)),
    advance: (local, by) => code.get(local).i32(by).op("i32.add").set(local),
    op: (name) => push(...plainOpcodes[name]),
    i32: (value) => push(0x41, ...signed(value | 0)),
    f32: (value) => push(0x43, ...float(value)),
    f64: (value) => push(0x44, ...new Uint8Array(Float64Array.of(value).buffer)),
    splat: (value) => push(0xfd, 0x0c, ...float(value), ...float(value), ...float(value), ...float(value)),
    lanes: (...values) => push(0xfd, 0x0c, ...new Uint8Array(Int32Array.from(values).buffer)),
    access: (name, offset = 0) => push(...memoryOpcodes[name], alignment, ...unsigned(offset)),
    storeLane: (lane, offset) => push(0xfd, 0x5a, alignment, ...unsigned(offset), lane),
    extract: (lane) => push(0xfd, 0x1f, lane),
    shuffle: (lanes) => push(0xfd, 0x0d, ...lanes.flatMap((l) => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3])),
    block: (body) => nest(0x02, body),
    loop: (body) => nest(0x03, body),
    if(then, otherwise) {
      push(0x04, 0x40);
      then();
      if (otherwise) {
        push(0x05);
        otherwise();
      }
      return push(0x0b);
    },
    branch: (depth) => push(0x0c, ...unsigned(depth)),
    branchIf: (depth) => push(0x0d, ...unsigned(depth)),
    call: (target) => push(0x10, ...unsigned(target)),
    waitForever: () => push(0x42, ...signed(-1), 0xfe, 0x01, alignment, ...unsigned(0)),
    memoryCopy: () => push(0xfc, 0x0a, 0x00, 0x00),
    memoryFill: () => push(0xfc, 0x0b, 0x00),
  };
  write(code);
  return concat([vector(locals.map((l) => [0x01, typeBytes[l]])), out, [0x0b]]);
}

function concat(parts: readonly (readonly number[])[]): number[] {
  const all: number[] = [];
  for (const part of parts) for (const byte of part) all.push(byte);
  return all;
}

const float = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];

/** The items after their number, as all lists of the format are. */
const vector = (items: readonly (readonly number[])[]): number[] =>
  concat([unsigned(items.length), ...items]);

const text = (value: string): number[] => {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
};

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** Signed LEB128. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}
