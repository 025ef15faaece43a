// Kernels that copy, add up and reverse columns, from which the connections between layers are built.
import { access, shiftColumns } from "./arena.ts";
import type { Access, Buffer, Kernel, Over, Pass, PointwiseKernel, Value } from "./plan.ts";

/** The values of each row's steps, last step first. */
export const reverseSteps = (from: Access, into: Access, width: number): Kernel => ({
  kind: "reverse",
  of: "values",
  from,
  into,
  width,
});

/** Copies columns from several buffers side by side into one. */
export function joinColumns(
  parts: readonly { readonly from: Access; readonly width: number }[],
  into: Buffer,
): PointwiseKernel {
  let column = 0;
  const values: Value[] = [];
  const passes = parts.map(({ from, width }): Pass => {
    const value = values.push({ op: "load", access: from, width }) - 1;
    const pass = { width, values: [value], stores: [{ value, access: access(into, column) }] };
    column += width;
    return pass;
  });
  return { kind: "pointwise", over: overOf(into), values, passes };
}

/** Values that are added to the columns `from` … `from + width` of a sum. */
export interface Summand {
  readonly access: Access;
  readonly from: number;
  readonly width: number;
}

/** The sum of parts, which may overlap; 0 in columns that no part covers. */
export function addParts(parts: readonly Summand[], into: Access, width: number): PointwiseKernel {
  const ends = [0, width, ...parts.flatMap((p) => [p.from, p.from + p.width])];
  const boundaries = [...new Set(ends)].sort((a, b) => a - b);
  const values: Value[] = [];
  const passes = boundaries.slice(1).map((end, i) => {
    const start = boundaries[i] as number;
    const covering = parts.filter((p) => p.from <= start && p.from + p.width >= end);
    const loads = covering.map((p) => shiftColumns(p.access, start - p.from));
    return sumPass(loads, shiftColumns(into, start), end - start, values);
  });
  return { kind: "pointwise", over: overOf(into.buffer), values, passes };
}

/** The sum of values of one width, for all tokens or all rows at once. */
export function addUp(parts: readonly Access[], into: Access, width: number): PointwiseKernel {
  return addParts(
    parts.map((part) => ({ access: part, from: 0, width })),
    into,
    width,
  );
}

/** One pass of a kernel; appends to the kernel's `values`. */
function sumPass(loads: readonly Access[], into: Access, width: number, values: Value[]): Pass {
  const passValues: number[] = [];
  const emit = (value: Value): number => {
    const id = values.push(value) - 1;
    passValues.push(id);
    return id;
  };
  const sum =
    loads.length === 0
      ? values.push({ op: "number", value: 0, width: 1 }) - 1
      : loads
          .map((load) => emit({ op: "load", access: load, width }))
          .reduce((a, b) => emit({ op: "add", arguments: [a, b], width }));
  return { width, values: passValues, stores: [{ value: sum, access: into }] };
}

const overOf = ({ extent }: Buffer): Over => (extent === "rows" ? "rows" : "tokens");
