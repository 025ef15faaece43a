// A small WebAssembly assembler: opcodes, functions with locals and structured control, and the module's bytes.
// Knows the binary format (core specification 2.0, relaxed SIMD, threads) and nothing of what is computed.

export type ValueType = "i32" | "f32" | "f64" | "v128";
const typeBytes: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/** Instructions without immediates; two-byte ones begin with 0xfd (SIMD). */
export type Plain =
  | "return"
  | "unreachable"
  | "drop"
  | "select"
  | "i32.eqz"
  | "i32.eq"
  | "i32.ne"
  | "i32.lt_s"
  | "i32.gt_s"
  | "i32.ge_s"
  | "i32.add"
  | "i32.sub"
  | "i32.mul"
  | "i32.div_u"
  | "i32.rem_u"
  | "i32.and"
  | "i32.xor"
  | "i32.shl"
  | "i32.shr_u"
  | "f32.eq"
  | "f32.add"
  | "f32.sub"
  | "f32.sqrt"
  | "f64.sqrt"
  | "f64.add"
  | "f64.sub"
  | "f64.mul"
  | "f64.div"
  | "f64.promote_f32"
  | "f32.demote_f64"
  | "i32.trunc_sat_f32_s"
  | "i32x4.splat"
  | "f32x4.splat"
  | "f32x4.eq"
  | "f32x4.lt"
  | "f32x4.gt"
  | "i32x4.ge_u"
  | "i32x4.all_true"
  | "v128.and"
  | "v128.or"
  | "v128.xor"
  | "v128.bitselect"
  | "i32x4.shl"
  | "i32x4.shr_s"
  | "i32x4.shr_u"
  | "i32x4.add"
  | "i32x4.sub"
  | "i32x4.mul"
  | "f32x4.abs"
  | "f32x4.neg"
  | "f32x4.sqrt"
  | "f32x4.add"
  | "f32x4.sub"
  | "f32x4.mul"
  | "f32x4.div"
  | "f32x4.pmin"
  | "f32x4.pmax"
  | "f32x4.convert_i32x4_s"
  | "f32x4.relaxed_madd"
  | "f32x4.relaxed_nmadd";

const plain: Readonly<Record<Plain, readonly number[]>> = {
  return: [0x0f],
  unreachable: [0x00],
  drop: [0x1a],
  select: [0x1b],
  "i32.eqz": [0x45],
  "i32.eq": [0x46],
  "i32.ne": [0x47],
  "i32.lt_s": [0x48],
  "i32.gt_s": [0x4a],
  "i32.ge_s": [0x4e],
  "i32.add": [0x6a],
  "i32.sub": [0x6b],
  "i32.mul": [0x6c],
  "i32.div_u": [0x6e],
  "i32.rem_u": [0x70],
  "i32.and": [0x71],
  "i32.xor": [0x73],
  "i32.shl": [0x74],
  "i32.shr_u": [0x76],
  "f32.eq": [0x5b],
  "f32.add": [0x92],
  "f32.sub": [0x93],
  "f32.sqrt": [0x91],
  "f64.sqrt": [0x9f],
  "f64.add": [0xa0],
  "f64.sub": [0xa1],
  "f64.mul": [0xa2],
  "f64.div": [0xa3],
  "f64.promote_f32": [0xbb],
  "f32.demote_f64": [0xb6],
  "i32.trunc_sat_f32_s": [0xfc, 0x00],
  "i32x4.splat": [0xfd, 0x11],
  "f32x4.splat": [0xfd, 0x13],
  "f32x4.eq": [0xfd, 0x41],
  "f32x4.lt": [0xfd, 0x43],
  "f32x4.gt": [0xfd, 0x44],
  "i32x4.ge_u": [0xfd, 0x40],
  "i32x4.all_true": [0xfd, 0xa3, 0x01],
  "v128.and": [0xfd, 0x4e],
  "v128.or": [0xfd, 0x50],
  "v128.xor": [0xfd, 0x51],
  "v128.bitselect": [0xfd, 0x52],
  "i32x4.shl": [0xfd, 0xab, 0x01],
  "i32x4.shr_s": [0xfd, 0xac, 0x01],
  "i32x4.shr_u": [0xfd, 0xad, 0x01],
  "i32x4.add": [0xfd, 0xae, 0x01],
  "i32x4.sub": [0xfd, 0xb1, 0x01],
  "i32x4.mul": [0xfd, 0xb5, 0x01],
  "f32x4.abs": [0xfd, 0xe0, 0x01],
  "f32x4.neg": [0xfd, 0xe1, 0x01],
  "f32x4.sqrt": [0xfd, 0xe3, 0x01],
  "f32x4.add": [0xfd, 0xe4, 0x01],
  "f32x4.sub": [0xfd, 0xe5, 0x01],
  "f32x4.mul": [0xfd, 0xe6, 0x01],
  "f32x4.div": [0xfd, 0xe7, 0x01],
  "f32x4.pmin": [0xfd, 0xea, 0x01],
  "f32x4.pmax": [0xfd, 0xeb, 0x01],
  "f32x4.convert_i32x4_s": [0xfd, 0xfa, 0x01],
  "f32x4.relaxed_madd": [0xfd, 0x85, 0x02],
  "f32x4.relaxed_nmadd": [0xfd, 0x86, 0x02],
};

/** Loads and stores, with the exponent of the natural alignment. */
export type MemoryOp =
  | "i32.load"
  | "f32.load"
  | "f64.load"
  | "i32.store"
  | "f32.store"
  | "f64.store"
  | "v128.load"
  | "v128.load32_splat"
  | "v128.store"
  | "i32.atomic.load"
  | "i32.atomic.store"
  | "i32.atomic.rmw.add"
  | "memory.atomic.notify";

const memory: Readonly<Record<MemoryOp, readonly [readonly number[], number]>> = {
  "i32.load": [[0x28], 2],
  "f32.load": [[0x2a], 2],
  "f64.load": [[0x2b], 3],
  "i32.store": [[0x36], 2],
  "f32.store": [[0x38], 2],
  "f64.store": [[0x39], 3],
  "v128.load": [[0xfd, 0x00], 4],
  "v128.load32_splat": [[0xfd, 0x09], 2],
  "v128.store": [[0xfd, 0x0b], 4],
  "i32.atomic.load": [[0xfe, 0x10], 2],
  "i32.atomic.store": [[0xfe, 0x17], 2],
  "i32.atomic.rmw.add": [[0xfe, 0x1e], 2],
  "memory.atomic.notify": [[0xfe, 0x00], 2],
};

export interface Code {
  /** Parameters come first, then locals. */
  local(type: ValueType): number;
  get(local: number): Code;
  set(local: number): Code;
  tee(local: number): Code;
  getGlobal(global: number): Code;
  setGlobal(global: number): Code;
  /** Adds a number to an i32 local. */
  advance(local: number, by: number): Code;
  op(name: Plain): Code;
  i32(value: number): Code;
  f32(value: number): Code;
  f64(value: number): Code;
  /** Four times one 32-bit float. */
  splat(value: number): Code;
  /** Four 32-bit integers. */
  lanes(a: number, b: number, c: number, d: number): Code;
  access(name: MemoryOp, offset?: number): Code;
  storeLane(lane: number, offset: number): Code;
  extract(lane: number): Code;
  /** Lanes of two vectors by byte quadruple: 0 to 3 of the first, 4 to 7 of the second. */
  shuffle(lanes: readonly [number, number, number, number]): Code;
  block(body: () => void): Code;
  loop(body: () => void): Code;
  /** Takes a condition from the stack. */
  if(then: () => void, otherwise?: () => void): Code;
  branch(depth: number): Code;
  branchIf(depth: number): Code;
  call(target: number): Code;
  /** (address, expected): sleeps while the integer there is as expected, until notified; leaves why it ended. */
  waitForever(): Code;
  memoryCopy(): Code;
  memoryFill(): Code;
}

export interface Module {
  /** An i32 that every function sees, 0 at first. */
  global(): number;
  /** Adds a function and returns its index. */
  func(
    parameters: number | readonly ValueType[],
    result: ValueType | undefined,
    body: (code: Code) => void,
  ): number;
  export(name: string, index: number): void;
  bytes(): Uint8Array<ArrayBuffer>;
}

export interface ModuleOptions {
  /** Whether its memory is shared between threads; it may then be as large as addresses reach. */
  readonly shared?: boolean;
  /** Functions (i32) of `env` to be called; their indices are 0 and on, in this order. */
  readonly imports?: readonly string[];
}

/** A module that imports its memory as `env.memory`. */
export function createModule({ shared = false, imports = [] }: ModuleOptions = {}): Module {
  const types: string[] = [];
  const typeBodies: number[][] = [];
  let globals = 0;
  const functions: { type: number; body: number[] }[] = [];
  const exported: number[][] = [];

  function typeIndex(parameters: readonly ValueType[], result: ValueType | undefined): number {
    const key = `${parameters.join()}>${result ?? ""}`;
    const known = types.indexOf(key);
    if (known >= 0) return known;
    const results = result ? [result] : [];
    typeBodies.push([
      0x60,
      ...vector(parameters.map((p) => [typeBytes[p]])),
      ...vector(results.map((r) => [typeBytes[r]])),
    ]);
    return types.push(key) - 1;
  }
  const importedType = imports.length > 0 ? typeIndex(["i32"], undefined) : 0;
  return {
    global: () => globals++,
    func(parameters, result, body) {
      const given = typeof parameters === "number" ? Array<ValueType>(parameters).fill("i32") : parameters;
      const index = imports.length + functions.length;
      const entry = { type: typeIndex(given, result), body: [] as number[] };
      functions.push(entry);
      entry.body = assemble(given.length, body);
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
        [1, vector(typeBodies)],
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

function assemble(parameters: number, write: (code: Code) => void): number[] {
  const out: number[] = [];
  const locals: ValueType[] = [];
  const push = (...bytes: readonly number[]): Code => {
    for (const b of bytes) out.push(b);
    return code;
  };
  const float = (value: number): number[] => [...new Uint8Array(Float32Array.of(value).buffer)];
  const code: Code = {
    local: (type) => parameters + locals.push(type) - 1,
    get: (local) => push(0x20, ...unsigned(local)),
    set: (local) => push(0x21, ...unsigned(local)),
    tee: (local) => push(0x22, ...unsigned(local)),
    getGlobal: (global) => push(0x23, ...unsigned(global)),
    setGlobal: (global) => push(0x24, ...unsigned(global)),
    advance: (local, by) => code.get(local).i32(by).op("i32.add").set(local),
    op: (name) => push(...plain[name]),
    i32: (value) => push(0x41, ...signed(value | 0)),
    f32: (value) => push(0x43, ...float(value)),
    f64: (value) => push(0x44, ...new Uint8Array(Float64Array.of(value).buffer)),
    splat: (value) => push(0xfd, 0x0c, ...float(value), ...float(value), ...float(value), ...float(value)),
    lanes: (...values) => push(0xfd, 0x0c, ...new Uint8Array(Int32Array.from(values).buffer)),
    access: (name, offset = 0) => {
      const [bytes, alignment] = memory[name];
      return push(...bytes, Math.min(alignment, 2), ...unsigned(offset));
    },
    storeLane: (lane, offset) => push(0xfd, 0x5a, 2, ...unsigned(offset), lane),
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
    waitForever: () => push(0x42, ...signed(-1), 0xfe, 0x01, 2, ...unsigned(0)),
    memoryCopy: () => push(0xfc, 0x0a, 0x00, 0x00),
    memoryFill: () => push(0xfc, 0x0b, 0x00),
  };
  function nest(opcode: number, body: () => void): Code {
    push(opcode, 0x40);
    body();
    return push(0x0b);
  }
  write(code);
  return concat([vector(locals.map((l) => [0x01, typeBytes[l]])), out, [0x0b]]);
}

function concat(parts: readonly (readonly number[])[]): number[] {
  const all: number[] = [];
  for (const part of parts) for (const byte of part) all.push(byte);
  return all;
}

const vector = (items: readonly (readonly number[])[]): number[] =>
  concat([unsigned(items.length), ...items]);
const text = (value: string): number[] => {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
};

/** LEB128. */
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
