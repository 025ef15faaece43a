// Pointwise kernels as WebAssembly: a loop over rows around passes over columns, four floats at a time and a row's last
// few one by one. Knows the kernel and addresses, not what is computed.
import type { PointwiseOp } from "../../graph/ops.ts";
import type { Access, Pass, PointwiseKernel, Value } from "../../plan/plan.ts";
import { productsToFuse } from "../multiply-add.ts";
import type { Code } from "./assembler.ts";
import {
  columnShare,
  emitAddress,
  isLastPart,
  kernelParameters,
  type Range,
  type RunGlobals,
} from "./call.ts";
import { locate, type Location, type Locator } from "./layout.ts";
import { combineLanes, createMath, spelling, type Math4 } from "./math.ts";
import { maskBits, type NoiseFunctions } from "./noise.ts";

export interface PointwiseContext extends Locator {
  readonly globals: RunGlobals;
  readonly relaxed: boolean;
  readonly noise: NoiseFunctions;
}

/** Rows that the kernel walks along. Locals: the address of this row, and of the current column in it. */
interface Stream extends Location {
  readonly row: number;
  readonly at: number;
}

/** A kernel being emitted. */
interface Emission {
  readonly code: Code;
  readonly math: Math4;
  readonly kernel: PointwiseKernel;
  /** A local for each value of the kernel. */
  readonly locals: readonly number[];
  readonly streamOf: (access: Access) => Stream | undefined;
  /** The address of an access that all rows share. */
  readonly absolute: (access: Access) => number;
  /** Local: bytes into the row. */
  readonly j: number;
  /** Local: the number of this row in the call. */
  readonly rowIndex: number;
  /** Locals with the keys of masks, by salt. */
  readonly keys: ReadonlyMap<number, number>;
  /** Products that are part of a multiply-add. */
  readonly fused: ReadonlySet<number>;
  /** This call's whole vectors of columns, in bytes, where the columns can be divided. */
  readonly share: Range | undefined;
}

/**
 * The width of a kernel whose columns threads can divide: each value depends on its own column and on values that all
 * columns share, and all passes that store have this width. Undefined where a sum goes over the columns, or where widths
 * differ.
 */
export function dividableWidth({ values, passes }: PointwiseKernel): number | undefined {
  if (values.some(isReduction)) return undefined;
  const widths = new Set(passes.filter((p) => p.stores.length > 0).map((p) => p.width));
  const [width] = widths;
  return widths.size === 1 && width !== undefined && width > 1 ? width : undefined;
}

export function emitPointwise(code: Code, kernel: PointwiseKernel, context: PointwiseContext): void {
  const { globals } = context;
  const streams = new Map<string, Stream>();
  const keyOf = (a: Access): string => `${a.buffer.id}:${a.at}`;
  for (const access of accessesOf(kernel)) {
    const location = locate({ ...access, column: 0 }, context);
    if (location.stride === 0 || streams.has(keyOf(access))) continue;
    streams.set(keyOf(access), { ...location, row: code.local("i32"), at: code.local("i32") });
  }
  const [j, rowIndex, left] = code.locals("i32", 3);
  const math = createMath(code, context.relaxed);
  const width = dividableWidth(kernel);
  const share = width === undefined ? undefined : columnShare(code, width - (width % 4), 4);
  if (share) for (const edge of [share.from, share.to]) code.get(edge).i32(2).op("i32.shl").set(edge);
  const emission: Emission = {
    code,
    math,
    kernel,
    locals: kernel.values.map(() => code.local("v128")),
    streamOf: (a) => streams.get(keyOf(a)),
    absolute: (a) => locate(a, context).address,
    j,
    rowIndex,
    keys: maskKeys(code, kernel, context.noise),
    fused: new Set(productsToFuse(kernel).values()),
    share,
  };
  kernel.values.forEach((v, id) => {
    if (v.op === "number") code.splat(v.value).set(emission.locals[id] as number);
  });
  for (const stream of streams.values()) {
    emitAddress(code, stream, globals);
    code.set(stream.row);
  }
  code.get(kernelParameters.count).set(left);
  code.block(() => {
    code.get(left).op("i32.eqz").branchIf(0);
    code.loop(() => {
      for (const pass of kernel.passes) emitPass(emission, pass, [...streams.values()]);
      for (const { row, stride, origin } of streams.values()) {
        if (origin !== "thread") code.advance(row, stride);
      }
      code.advance(rowIndex, 1);
      code.get(left).i32(1).op("i32.sub").tee(left).branchIf(0);
    });
  });
}

function accessesOf(kernel: PointwiseKernel): Access[] {
  return [
    ...kernel.values.flatMap((v) => (v.op === "load" ? [v.access] : [])),
    ...kernel.passes.flatMap((p) => p.stores.map((s) => s.access)),
  ];
}

function maskKeys(code: Code, kernel: PointwiseKernel, noise: NoiseFunctions): Map<number, number> {
  const keys = new Map<number, number>();
  for (const v of kernel.values) {
    if (v.op !== "mask" || keys.has(v.salt)) continue;
    const key = code.local("v128");
    code.i32(v.salt).call(noise.maskKey).op("i32x4.splat").set(key);
    keys.set(v.salt, key);
  }
  return keys;
}

type Lanes = 1 | 4;

/** The locals of a sum or maximum over columns: four at a time, and the last few one by one. */
interface Reduction {
  readonly id: number;
  readonly op: "f32x4.add" | "f32x4.max";
  readonly four: number;
  readonly rest: number;
}

function emitPass(e: Emission, pass: Pass, streams: readonly Stream[]): void {
  const { code, j } = e;
  const reductions = startReductions(e, pass);
  const whole = pass.width - (pass.width % 4);
  const share = pass.width > 1 ? e.share : undefined;
  const columns = (lanes: Lanes, end: () => void): void => {
    code.loop(() => {
      for (const { row, at } of streams) code.get(row).get(j).op("i32.add").set(at);
      for (const id of pass.values) emitValue(e, id, pass, lanes, reductions);
      for (const { value, access } of pass.stores) emitStore(e, value, access, lanes);
      code.advance(j, 4 * lanes).get(j);
      end();
      code.op("i32.lt_s").branchIf(0);
    });
  };
  if (whole > 0 && share) {
    code.get(share.from).tee(j).get(share.to).op("i32.lt_s");
    code.if(() => columns(4, () => void code.get(share.to)));
  } else if (whole > 0) {
    code.i32(0).set(j);
    columns(4, () => void code.i32(4 * whole));
  }
  if (whole < pass.width) {
    const rest = (): void => {
      code.i32(4 * whole).set(j);
      columns(1, () => void code.i32(4 * pass.width));
    };
    if (share) {
      isLastPart(code);
      code.if(rest);
    } else {
      rest();
    }
  }
  for (const { id, op, four, rest } of reductions) {
    combineLanes(code, op, four);
    code
      .get(rest)
      .op(op)
      .set(e.locals[id] as number);
  }
}

function startReductions({ code, kernel }: Emission, pass: Pass): Reduction[] {
  const ids = pass.values.filter((id) => isReduction(kernel.values[id] as Value));
  const reductions = ids.map((id): Reduction => {
    const op = kernel.values[id]?.op === "sum" ? "f32x4.add" : "f32x4.max";
    return { id, op, four: code.local("v128"), rest: code.local("v128") };
  });
  for (const { op, four, rest } of reductions) {
    code
      .splat(op === "f32x4.add" ? 0 : -Infinity)
      .tee(four)
      .set(rest);
  }
  return reductions;
}

const isReduction = (v: Value): v is Value & { op: "sum" | "greatest" } =>
  v.op === "sum" || v.op === "greatest";

function emitValue(
  e: Emission,
  id: number,
  pass: Pass,
  lanes: Lanes,
  reductions: readonly Reduction[],
): void {
  const { code } = e;
  const value = e.kernel.values[id] as Value;
  const local = (v: number): number => e.locals[v] as number;
  if (e.fused.has(id)) return;
  switch (value.op) {
    case "number":
      return;
    case "load":
      emitLoad(e, value.access, value.width === 1, lanes, pass.width);
      break;
    case "mask":
      code.get(e.rowIndex);
      code.get(value.per === "step" ? kernelParameters.base : kernelParameters.first).op("i32.add");
      code.i32(value.width).op("i32.mul").get(e.j).i32(2).op("i32.shr_u").op("i32.add").op("i32x4.splat");
      if (lanes === 4) code.lanes(0, 1, 2, 3).op("i32x4.add");
      maskBits(code, e.keys.get(value.salt) as number, value.rate);
      break;
    case "sum":
    case "greatest": {
      const { op, four, rest } = reductions.find((r) => r.id === id) as Reduction;
      const total = lanes === 4 ? four : rest;
      code.get(total).get(local(value.arguments[0])).op(op).set(total);
      return;
    }
    default:
      emitOperation(e, value, local);
  }
  code.set(local(id));
}

type Operation = Extract<Value, { op: PointwiseOp }>;

function emitOperation(e: Emission, value: Operation, local: (v: number) => number): void {
  const product = value.arguments.find((a) => e.fused.has(a));
  if (product === undefined) {
    spelling[value.op](e.math, value.arguments.map(local));
    return;
  }
  const [a, b] = (e.kernel.values[product] as Operation).arguments as readonly [number, number];
  const other = value.arguments.find((v) => v !== product) as number;
  e.code.get(local(a)).get(local(b)).get(local(other));
  if (value.op === "add") e.math.madd();
  else e.math.nmadd();
}

/** Leaves the next values of a row on the stack; a single value fills all lanes. */
function emitLoad(e: Emission, access: Access, single: boolean, lanes: Lanes, width: number): void {
  const stream = e.streamOf(access);
  const op = single || lanes === 1 ? "v128.load32_splat" : "v128.load";
  const inRow = !single || width === 1;
  if (stream) e.code.get(inRow ? stream.at : stream.row).access(op, 4 * access.column);
  else if (inRow) e.code.get(e.j).access(op, e.absolute(access));
  else e.code.i32(e.absolute(access)).access(op);
}

function emitStore(e: Emission, value: number, access: Access, lanes: Lanes): void {
  const stream = e.streamOf(access);
  const offset = stream ? 4 * access.column : e.absolute(access);
  e.code.get(stream ? stream.at : e.j).get(e.locals[value] as number);
  if (lanes === 4) e.code.access("v128.store", offset);
  else e.code.storeLane(0, offset);
}
