// A plan as the words that the native engine decodes: the same data, without names. A pure function; `native/plan.cpp`
// reads the words in the same order and checks every one of them.
import type { Access, Buffer, Kernel, Loop, MatrixPlace, PhaseName, Plan } from "../../plan/plan.ts";
import { formOf, matricesKey, type MatrixForm } from "../matrices.ts";
import { planKernels } from "../plan-kernels.ts";
import { instructionsOf, operations, type Operand } from "./instructions.ts";

/** The phases in the order of the engine's numbers. */
export const phaseNames: readonly PhaseName[] = [
  "forward",
  "backward",
  "update",
  "carry",
  "train",
  "prepare",
];

/** The first word, `unrl`. */
const magic = 0x756e726c;
/** The second: raised with every change of the format, here and in `native/plan.cpp`. */
const version = 2;

// The engine's numbers of these names are their indices.
const extents = ["tokens", "states", "rows", "once"] as const;
const origins = ["now", "lag", "initial"] as const;
const overs = ["step", "tokens", "rows", "once"] as const;
const forms: readonly MatrixForm[] = ["product", "transposed", "table"];
const operandKinds = ["none", "slot", "memory", "row", "number"] as const;
const kinds: readonly Kernel["kind"][] = [
  "pointwise",
  "matmul",
  "gather",
  "outer",
  "scatter",
  "columnSums",
  "stepSums",
  "pick",
  "place",
  "reverse",
  "oneHot",
  "finals",
  "copyRows",
  "crossEntropy",
  "norm",
  "guard",
];

interface Packing {
  readonly form: MatrixForm;
  readonly matrices: readonly MatrixPlace[];
}

/** All words of a plan: its sizes, buffers, packings, kernels and phases. */
export function encodePlan(plan: Plan): Int32Array {
  const kernels = planKernels(plan);
  const packings = new Map<string, Packing>();
  const packingOf = (form: MatrixForm, matrices: readonly MatrixPlace[]): number => {
    const key = matricesKey(form, matrices);
    if (!packings.has(key)) packings.set(key, { form, matrices });
    return [...packings.keys()].indexOf(key);
  };
  const encoded = kernels.map((kernel) => encodeKernel(kernel, packingOf));
  const integerBuffer = (name: string): number =>
    plan.buffers.findIndex((b) => b.name === name && b.type === "integer" && b.extent === "once");
  return Int32Array.from(
    [
      [magic, version, plan.rows, plan.steps, plan.arena, plan.parameters.size],
      [plan.buffers.length, ...plan.buffers.flatMap(encodeBuffer)],
      [integerBuffer("seed"), integerBuffer("step")],
      [packings.size, ...[...packings.values()].flatMap(encodePacking)],
      [kernels.length, ...encoded.flat()],
      ...phaseNames.map((name) => encodePhase(plan.phases[name], (k) => kernels.indexOf(k))),
    ].flat(),
  );
}

function encodeBuffer({ type, extent, width, space, offset, size }: Buffer): number[] {
  return [
    type === "integer" ? 1 : 0,
    extents.indexOf(extent),
    width,
    space === "parameters" ? 1 : 0,
    offset,
    size,
  ];
}

function encodePacking({ form, matrices }: Packing): number[] {
  return [
    forms.indexOf(form),
    matrices.length,
    ...matrices.flatMap(({ buffer, offset, rows, columns }) => [buffer.id, offset, rows, columns]),
  ];
}

function encodePhase(
  items: readonly (Kernel | Loop)[] | undefined,
  indexOf: (kernel: Kernel) => number,
): number[] {
  if (!items) return [0];
  const encoded = items.map((item) =>
    item.kind === "loop"
      ? [1, item.direction === "forward" ? 1 : 0, item.body.length, ...item.body.map(indexOf)]
      : [0, indexOf(item)],
  );
  return [1, items.length, ...encoded.flat()];
}

const encodeAccesses = (...accesses: readonly Access[]): number[] =>
  accesses.flatMap(({ buffer, column, at }) => [buffer.id, column, origins.indexOf(at)]);
const flag = (value: boolean): number => (value ? 1 : 0);

/** The index of a packing, which kernels with the same matrices share. */
type PackingOf = (form: MatrixForm, matrices: readonly MatrixPlace[]) => number;

function encodeKernel(kernel: Kernel, packingOf: PackingOf): number[] {
  return [kinds.indexOf(kernel.kind), ...encodeFields(kernel, packingOf)];
}

function encodeFields(kernel: Kernel, packingOf: PackingOf): number[] {
  const over = "over" in kernel ? overs.indexOf(kernel.over) : -1;
  switch (kernel.kind) {
    case "pointwise":
      return [over, ...encodePointwise(kernel)];
    case "matmul": {
      const { transposed, matrices, from, into } = kernel;
      const packing = packingOf(formOf(kernel), matrices);
      return [over, flag(transposed), packing, ...encodeAccesses(from, into)];
    }
    case "gather":
      return [over, packingOf("table", kernel.matrices), ...encodeAccesses(kernel.indices, kernel.into)];
    case "outer":
    case "scatter": {
      const { m, n, accumulate, rows, into } = kernel;
      const other = kernel.kind === "outer" ? kernel.vector : kernel.indices;
      return [over, m, n, flag(accumulate), ...encodeAccesses(rows, other, into)];
    }
    case "columnSums":
      return [over, kernel.width, flag(kernel.accumulate), ...encodeAccesses(kernel.from, kernel.into)];
    case "stepSums":
    case "copyRows":
      return [kernel.width, ...encodeAccesses(kernel.from, kernel.into)];
    case "pick":
    case "place": {
      const { width, count, from, indices, into } = kernel;
      return [over, width, count, ...encodeAccesses(from, indices, into)];
    }
    case "reverse": {
      const { width, of, from, into } = kernel;
      return [
        width,
        flag(of === "starts"),
        flag(from.buffer.type === "integer"),
        ...encodeAccesses(from, into),
      ];
    }
    case "oneHot": {
      const rows = overs.indexOf(kernel.into.buffer.extent === "rows" ? "rows" : "tokens");
      return [rows, kernel.width, ...encodeAccesses(kernel.indices, kernel.into)];
    }
    case "finals": {
      const { width, direction, carried, tokens, rows } = kernel;
      return [width, flag(direction === "collect"), flag(carried), ...encodeAccesses(tokens, rows)];
    }
    case "crossEntropy": {
      const { classes, smoothing, gradient, logits, targets, weights, loss } = kernel;
      const accesses = [logits, targets, weights, loss, ...(gradient ? [gradient] : [])];
      return [classes, floatBits(smoothing), flag(gradient !== undefined), ...encodeAccesses(...accesses)];
    }
    case "norm":
      return [kernel.width, ...encodeAccesses(kernel.of, kernel.into)];
    case "guard":
      return [...encodeAccesses(kernel.status), kernel.values.length, ...encodeAccesses(...kernel.values)];
  }
  return kernel satisfies never;
}

const bits = new DataView(new ArrayBuffer(4));
function floatBits(value: number): number {
  bits.setFloat32(0, value);
  return bits.getInt32(0);
}

function encodePointwise(kernel: Extract<Kernel, { kind: "pointwise" }>): number[] {
  const { streams, numbers, slots, rowValues, passes } = instructionsOf(kernel);
  const operand = ({ kind, index }: Operand): number[] =>
    kind === "none" ? [0] : [operandKinds.indexOf(kind), index];
  return [
    [streams.length, ...streams.flatMap((s) => [s.width, flag(s.perThread), ...encodeAccesses(s.access)])],
    [numbers.length, ...numbers.map(floatBits)],
    [slots, rowValues, passes.length],
    ...passes.map(({ width, instructions }) => [
      width,
      instructions.length,
      ...instructions.flatMap(({ op, into, arguments: from, mask }) => {
        const head = [operations.indexOf(op), ...operand(into)];
        if (mask) return [...head, mask.salt, Math.round(mask.rate * 2 ** 24), flag(mask.per === "step")];
        return [...head, ...[0, 1, 2].flatMap((i) => (from[i] ? operand(from[i]) : [0]))];
      }),
    ]),
  ].flat();
}
