// A plan as the words that the native engine decodes: the same data, without names. A pure function; the order of
// words is that of `native/plan.cpp`, which checks every one of them.
import type { Access, Buffer, Kernel, Loop, MatrixPlace, PhaseName, Plan } from "../../plan/plan.ts";
import { instructionsOf, operations, type Place } from "./instructions.ts";

/** The phases in the engine's order. */
export const phaseNames: readonly PhaseName[] = [
  "forward",
  "backward",
  "update",
  "carry",
  "train",
  "prepare",
];

const magic = 0x756e726c;
const version = 2;
const extents = ["tokens", "states", "rows", "once"] as const;
const origins = ["now", "lag", "initial"] as const;
const overs = ["step", "tokens", "rows", "once"] as const;
const forms = ["product", "pullback", "table"] as const;
const placeKinds = ["none", "slot", "memory", "row", "number"] as const;
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

type Form = (typeof forms)[number];

interface Packing {
  readonly form: Form;
  readonly matrices: readonly MatrixPlace[];
}

export function encodePlan(plan: Plan): Int32Array {
  const kernels = [...new Set(Object.values(plan.phases).flatMap((items) => items.flatMap(kernelsOf)))];
  const packings = new Map<string, Packing>();
  const packingOf = (form: Form, matrices: readonly MatrixPlace[]): number => {
    const places = matrices.map((m) => `${m.buffer.id},${m.offset},${m.rows},${m.columns}`);
    const key = `${form}:${places.join(";")}`;
    if (!packings.has(key)) packings.set(key, { form, matrices });
    return [...packings.keys()].indexOf(key);
  };
  const encoded = kernels.map((kernel) => encodeKernel(kernel, packingOf));
  const noise = (name: string): number =>
    plan.buffers.findIndex((b) => b.name === name && b.type === "integer" && b.extent === "once");
  return Int32Array.from(
    [
      [magic, version, plan.rows, plan.steps, plan.arena, plan.parameters.size],
      [plan.buffers.length, ...plan.buffers.flatMap(encodeBuffer)],
      [noise("seed"), noise("step")],
      [packings.size, ...[...packings.values()].flatMap(encodePacking)],
      [kernels.length, ...encoded.flat()],
      ...phaseNames.map((name) => encodePhase(plan.phases[name], (k) => kernels.indexOf(k))),
    ].flat(),
  );
}

const kernelsOf = (item: Kernel | Loop): readonly Kernel[] => (item.kind === "loop" ? item.body : [item]);

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

const encodeAccess = ({ buffer, column, at }: Access): number[] => [buffer.id, column, origins.indexOf(at)];
const flag = (value: boolean): number => (value ? 1 : 0);

function encodeKernel(
  kernel: Kernel,
  packingOf: (form: Form, matrices: readonly MatrixPlace[]) => number,
): number[] {
  const over = "over" in kernel ? overs.indexOf(kernel.over) : -1;
  const access = encodeAccess;
  const body = (): number[] => {
    switch (kernel.kind) {
      case "pointwise":
        return [over, ...encodePointwise(kernel)];
      case "matmul": {
        const packing = packingOf(kernel.transposed ? "pullback" : "product", kernel.matrices);
        return [over, flag(kernel.transposed), packing, ...access(kernel.from), ...access(kernel.into)];
      }
      case "gather": {
        const packing = packingOf("table", kernel.matrices);
        return [over, packing, ...access(kernel.indices), ...access(kernel.into)];
      }
      case "outer":
      case "scatter": {
        const other = kernel.kind === "outer" ? kernel.vector : kernel.indices;
        const sizes = [kernel.m, kernel.n, flag(kernel.accumulate)];
        return [over, ...sizes, ...access(kernel.rows), ...access(other), ...access(kernel.into)];
      }
      case "columnSums":
        return [over, kernel.width, flag(kernel.accumulate), ...access(kernel.from), ...access(kernel.into)];
      case "stepSums":
      case "copyRows":
        return [kernel.width, ...access(kernel.from), ...access(kernel.into)];
      case "pick":
      case "place": {
        const sizes = [kernel.width, kernel.count];
        return [over, ...sizes, ...access(kernel.from), ...access(kernel.indices), ...access(kernel.into)];
      }
      case "reverse": {
        const isInteger = flag(kernel.from.buffer.type === "integer");
        const turned = [kernel.width, flag(kernel.of === "starts"), isInteger];
        return [...turned, ...access(kernel.from), ...access(kernel.into)];
      }
      case "oneHot": {
        const rows = kernel.into.buffer.extent === "rows" ? "rows" : "tokens";
        return [overs.indexOf(rows), kernel.width, ...access(kernel.indices), ...access(kernel.into)];
      }
      case "finals": {
        const [collect, carried] = [flag(kernel.direction === "collect"), flag(kernel.carried)];
        return [kernel.width, collect, carried, ...access(kernel.tokens), ...access(kernel.rows)];
      }
      case "crossEntropy":
        return [
          kernel.classes,
          floatBits(kernel.smoothing),
          flag(kernel.gradient !== undefined),
          ...access(kernel.logits),
          ...access(kernel.targets),
          ...access(kernel.weights),
          ...access(kernel.loss),
          ...(kernel.gradient ? access(kernel.gradient) : []),
        ];
      case "norm":
        return [kernel.width, ...access(kernel.of), ...access(kernel.into)];
      case "guard":
        return [...access(kernel.status), kernel.values.length, ...kernel.values.flatMap(access)];
    }
    return kernel satisfies never;
  };
  return [kinds.indexOf(kernel.kind), ...body()];
}

const bits = new DataView(new ArrayBuffer(4));
function floatBits(value: number): number {
  bits.setFloat32(0, value);
  return bits.getInt32(0);
}

function encodePointwise(kernel: Extract<Kernel, { kind: "pointwise" }>): number[] {
  const { streams, numbers, slots, rowValues, passes } = instructionsOf(kernel);
  const place = ({ kind, index }: Place): number[] =>
    kind === "none" ? [0] : [placeKinds.indexOf(kind), index];
  return [
    [streams.length, ...streams.flatMap((s) => [s.width, flag(s.own), ...encodeAccess(s.access)])],
    [numbers.length, ...numbers.map(floatBits)],
    [slots, rowValues, passes.length],
    ...passes.map(({ width, instructions }) => [
      width,
      instructions.length,
      ...instructions.flatMap(({ op, into, arguments: from, mask }) => {
        const head = [operations.indexOf(op), ...place(into)];
        if (mask) return [...head, mask.salt, Math.round(mask.rate * 2 ** 24), flag(mask.per === "step")];
        return [...head, ...[0, 1, 2].flatMap((i) => (from[i] ? place(from[i]) : [0]))];
      }),
    ]),
  ].flat();
}
