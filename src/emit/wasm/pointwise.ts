// Pointwise kernels as WebAssembly: rows outside, columns inside, four floats at a time, and a row's last few
// one by one. Knows the kernel and addresses, not what is computed with them.
import type { PointwiseOp } from "../../graph/ops.ts";
import type { Access, Pass, Plan, PointwiseKernel, Value } from "../../plan/plan.ts";
import { productsToFuse } from "../fused.ts";
import type { Code } from "./assembler.ts";
import {
  columnShare,
  emitAddress,
  isLastPart,
  kernelParameters,
  type Range,
  type RunGlobals,
} from "./call.ts";
import { placeOf, type Bases, type Place, type ProgramLayout } from "./layout.ts";
import { createMath, spelling, type Math4 } from "./math.ts";
import { maskBits, type NoiseFunctions } from "./noise.ts";

export interface PointwiseContext {
  readonly plan: Plan;
  readonly bases: Bases;
  readonly layout: ProgramLayout;
  readonly globals: RunGlobals;
  readonly relaxed: boolean;
  readonly noise: NoiseFunctions;
}

/** A run of rows that the kernel walks along: where this row begins, and where the sweep stands in it. */
interface Stream extends Place {
  readonly row: number;
  readonly at: number;
}

interface Emission {
  readonly code: Code;
  readonly math: Math4;
  readonly kernel: PointwiseKernel;
  readonly locals: readonly number[];
  readonly streamOf: (access: Access) => Stream | undefined;
  readonly absolute: (access: Access) => number;
  /** Bytes into the row. */
  readonly j: number;
  readonly rowIndex: number;
  readonly keys: ReadonlyMap<number, number>;
  readonly fused: ReadonlySet<number>;
  /** This call's whole vectors of columns, in bytes, where the columns can be divided. */
  readonly share: Range | undefined;
}

/**
 * The width that the columns of a kernel can be divided at: each of its values is made of its own column and of
 * values that all columns share, and nothing but sweeps of that one width stores any. Undefined where a sum goes
 * over the columns, or where widths differ.
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
    const place = placeOf({ ...access, column: 0 }, context);
    if (place.stride === 0 || streams.has(keyOf(access))) continue;
    streams.set(keyOf(access), { ...place, row: code.local("i32"), at: code.local("i32") });
  }
  const [j, rowIndex, left] = [code.local("i32"), code.local("i32"), code.local("i32")];
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
    absolute: (a) => placeOf(a, context).address,
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

function emitPass(e: Emission, pass: Pass, streams: readonly Stream[]): void {
  const { code, j } = e;
  const reductions = pass.values.filter((id) => isReduction(e.kernel.values[id] as Value));
  const totals = reductions.map((id) => ({ id, four: code.local("v128"), rest: code.local("v128") }));
  for (const { id, four, rest } of totals) {
    const neutral = e.kernel.values[id]?.op === "sum" ? 0 : -Infinity;
    code.splat(neutral).tee(four).set(rest);
  }
  const sweep = (lanes: 1 | 4): void => {
    for (const { row, at } of streams) code.get(row).get(j).op("i32.add").set(at);
    for (const id of pass.values) emitValue(e, id, pass, lanes, totals);
    for (const { value, access } of pass.stores) emitStore(e, value, access, lanes);
  };
  const whole = pass.width - (pass.width % 4);
  const share = pass.width > 1 ? e.share : undefined;
  const columns = (lanes: 1 | 4, end: () => void): void => {
    code.loop(() => {
      sweep(lanes);
      code.advance(j, 4 * lanes).get(j);
      end();
      code.op("i32.lt_s").branchIf(0);
    });
  };
  if (whole > 0 && share) {
    const end = (): void => void code.get(share.to);
    code.get(share.from).tee(j);
    end();
    code.op("i32.lt_s").if(() => columns(4, end));
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
  for (const { id, four, rest } of totals) {
    combineLanes(e, e.kernel.values[id]?.op === "sum" ? "f32x4.add" : "f32x4.pmax", four);
    code
      .get(rest)
      .op(e.kernel.values[id]?.op === "sum" ? "f32x4.add" : "f32x4.pmax")
      .set(e.locals[id] as number);
  }
}

const isReduction = (v: Value): v is Value & { op: "sum" | "greatest" } =>
  v.op === "sum" || v.op === "greatest";

/** All lanes become the four lanes' sum or maximum, always in the same tree. Left on the stack. */
export function combineLanes({ code }: { code: Code }, op: "f32x4.add" | "f32x4.pmax", four: number): void {
  code.get(four).get(four).get(four).shuffle([2, 3, 0, 1]).op(op).set(four);
  code.get(four).get(four).get(four).shuffle([1, 0, 3, 2]).op(op);
}

interface Total {
  readonly id: number;
  readonly four: number;
  readonly rest: number;
}

function emitValue(e: Emission, id: number, pass: Pass, lanes: 1 | 4, totals: readonly Total[]): void {
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
    case "mask": {
      code.get(e.rowIndex);
      code.get(value.per === "step" ? kernelParameters.base : kernelParameters.first).op("i32.add");
      code.i32(value.width).op("i32.mul").get(e.j).i32(2).op("i32.shr_u").op("i32.add").op("i32x4.splat");
      if (lanes === 4) code.lanes(0, 1, 2, 3).op("i32x4.add");
      maskBits(code, e.keys.get(value.salt) as number, value.rate);
      break;
    }
    case "sum":
    case "greatest": {
      const { four, rest } = totals.find((t) => t.id === id) as Total;
      const total = lanes === 4 ? four : rest;
      code
        .get(total)
        .get(local(value.arguments[0]))
        .op(value.op === "sum" ? "f32x4.add" : "f32x4.pmax")
        .set(total);
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

/** Leaves the values on the stack; one value fills all lanes. */
function emitLoad(e: Emission, access: Access, single: boolean, lanes: 1 | 4, width: number): void {
  const stream = e.streamOf(access);
  const op = single || lanes === 1 ? "v128.load32_splat" : "v128.load";
  const inRow = !single || width === 1;
  if (stream) e.code.get(inRow ? stream.at : stream.row).access(op, 4 * access.column);
  else if (inRow) e.code.get(e.j).access(op, e.absolute(access));
  else e.code.i32(e.absolute(access)).access(op);
}

function emitStore(e: Emission, value: number, access: Access, lanes: 1 | 4): void {
  const stream = e.streamOf(access);
  const offset = stream ? 4 * access.column : e.absolute(access);
  e.code.get(stream ? stream.at : e.j).get(e.locals[value] as number);
  if (lanes === 4) e.code.access("v128.store", offset);
  else e.code.storeLane(0, offset);
}
