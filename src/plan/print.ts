// A plan as text: its kernels phase by phase with the shapes they work on, and where the bytes go. Reads plans
// only; how a device runs them is not known here.
import type { Access, Buffer, Kernel, Loop, MatrixPlace, Over, PhaseName, Plan, Value } from "./plan.ts";

/** One line of text for each kernel, with a heading for each phase; `train` is left out, being all the others. */
export function printPlan(plan: Plan): string[] {
  return Object.entries(plan.phases).flatMap(([phase, items]) =>
    phase === "train"
      ? []
      : [phaseTitles[phase as PhaseName], ...items.flatMap((item) => printItem(plan, item))],
  );
}

const phaseTitles: Readonly<Record<PhaseName, string>> = {
  prepare: "prepare the matrices, before each forward pass",
  forward: "forward",
  backward: "backward",
  update: "update",
  carry: "carry the state to the next window",
  train: "train",
};

/** Bytes at full capacity, numbers of four bytes each. */
export interface PlanBytes {
  readonly parameters: number;
  readonly gradients: number;
  readonly optimizer: number;
  /** Values kept for every step, for the backward pass or to be read. */
  readonly kept: number;
  /** All else: states at a boundary, values of one step, scalars. */
  readonly working: number;
  readonly total: number;
}

export function planBytes(plan: Plan): PlanBytes {
  const own = plan.buffers.filter((b, i) => b.space === "arena" && !isAlias(plan.buffers, b, i));
  const sizeOf = (test: (b: Buffer) => boolean): number =>
    4 * own.filter(test).reduce((sum, b) => sum + b.size, 0);
  const isOptimizer = (b: Buffer): boolean => b.name.startsWith("optimizer.");
  const isKept = (b: Buffer): boolean => b.extent === "tokens" || b.extent === "states";
  const parameters = 4 * plan.parameters.size;
  const total = parameters + 4 * plan.arena;
  const named = {
    gradients: sizeOf((b) => b.name === "gradients"),
    optimizer: sizeOf(isOptimizer),
    kept: sizeOf(isKept),
  };
  const working = 4 * plan.arena - named.gradients - named.optimizer - named.kept;
  return { parameters, ...named, working, total };
}

const isAlias = (all: readonly Buffer[], buffer: Buffer, index: number): boolean =>
  all.slice(0, index).some((b) => b.space === buffer.space && b.offset === buffer.offset && b.size > 0);

function printItem(plan: Plan, item: Kernel | Loop): string[] {
  if (item.kind !== "loop") return [`  ${printKernel(plan, item)}`];
  const order = item.direction === "forward" ? "from the first to the last" : "from the last to the first";
  return [`  at each step, ${order}`, ...item.body.map((kernel) => `    ${printKernel(plan, kernel)}`)];
}

function printKernel(plan: Plan, kernel: Kernel): string {
  const title = kernel.kind.replace(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`).padEnd(11);
  return `${title} ${describe(plan, kernel)}`;
}

function describe(plan: Plan, kernel: Kernel): string {
  switch (kernel.kind) {
    case "pointwise": {
      const operations = kernel.values.filter((v) => v.op !== "load" && v.op !== "number").length;
      const loads = kernel.values.flatMap((v) => (v.op === "load" ? [nameOf(v.access)] : []));
      const stores = kernel.passes.flatMap((p) => p.stores.map((s) => nameOf(s.access)));
      const sweeps = kernel.passes.map((p) => p.width).join(", ");
      const [wide] = [...kernel.passes].sort((a, b) => b.width - a.width);
      return (
        `${list(stores)} ${shape(kernel.over, wide?.width ?? 1)} ← ${list(loads)}; ` +
        `${count(operations, "operation")} (${summary(kernel.values)}) in ${count(kernel.passes.length, "sweep")} of ${sweeps}`
      );
    }
    case "matmul": {
      const [rows, columns] = sizeOf(kernel.matrices);
      const [taken, given] = kernel.transposed ? [rows, columns] : [columns, rows];
      const from = `${nameOf(kernel.from)} ${shape(kernel.over, taken)}`;
      const matrix = `${matrixNames(plan, kernel.matrices)}${kernel.transposed ? "" : "ᵀ"} [${taken}, ${given}]`;
      return `${nameOf(kernel.into)} ${shape(kernel.over, given)} ← ${from} · ${matrix}`;
    }
    case "gather": {
      const [rows, columns] = sizeOf(kernel.matrices);
      const matrix = `${matrixNames(plan, kernel.matrices)} [${rows}, ${columns}]`;
      return `${nameOf(kernel.into)} ${shape(kernel.over, rows)} ← columns of ${matrix} at ${nameOf(kernel.indices)}`;
    }
    case "outer":
      return `${gradientName(plan, kernel.into, kernel.m * kernel.n)} [${kernel.m}, ${kernel.n}] ${assigns(kernel)} ${nameOf(kernel.rows)}ᵀ · ${nameOf(kernel.vector)} over ${shape(kernel.over)}`;
    case "scatter":
      return `${gradientName(plan, kernel.into, kernel.m * kernel.n)} [${kernel.m}, ${kernel.n}] ${assigns(kernel)} ${nameOf(kernel.rows)} into columns ${nameOf(kernel.indices)}, over ${shape(kernel.over)}`;
    case "columnSums":
      return `${gradientName(plan, kernel.into, kernel.width)} [${kernel.width}] ${assigns(kernel)} Σ ${nameOf(kernel.from)} over ${shape(kernel.over)}`;
    case "stepSums":
      return `${nameOf(kernel.into)} [B, ${kernel.width}] ← Σ over steps of ${nameOf(kernel.from)}`;
    case "oneHot":
      return `${nameOf(kernel.into)} [T·B, ${kernel.width}] ← ${nameOf(kernel.indices)}`;
    case "finals": {
      const [into, from] =
        kernel.direction === "collect" ? [kernel.rows, kernel.tokens] : [kernel.tokens, kernel.rows];
      return `${nameOf(into)} ← ${nameOf(from)}, each row's last step, [B, ${kernel.width}]`;
    }
    case "pick":
      return `${nameOf(kernel.into)} ${shape(kernel.over, kernel.count)} ← ${nameOf(kernel.from)} [${kernel.width}] at ${nameOf(kernel.indices)}`;
    case "place":
      return `${nameOf(kernel.into)} ${shape(kernel.over, kernel.width)} ← ${nameOf(kernel.from)} [${kernel.count}] placed at ${nameOf(kernel.indices)}`;
    case "reverse":
      return `${nameOf(kernel.into)} [T·B, ${kernel.width}] ← ${nameOf(kernel.from)}, each row's steps in the opposite order`;
    case "copyRows":
      return `${nameOf(kernel.into)} ← ${nameOf(kernel.from)} [B, ${kernel.width}]`;
    case "crossEntropy": {
      const into = [kernel.loss, ...(kernel.gradient ? [kernel.gradient] : [])].map(nameOf);
      return `${list(into)} ← softmax of ${nameOf(kernel.logits)} [T·B, ${kernel.classes}] at ${nameOf(kernel.targets)}`;
    }
    case "norm":
      return `${nameOf(kernel.into)} ← ${nameOf(kernel.of)} [${kernel.width}]`;
    case "guard":
      return `ends the phase unless ${kernel.values.map(nameOf).join(" and ")} are finite`;
  }
  return kernel satisfies never;
}

const assigns = (kernel: { readonly accumulate: boolean }): string => (kernel.accumulate ? "+←" : "←");
const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;

/** `B`: rows; `T·B`: all tokens. */
function shape(over: Over, width?: number): string {
  const rows = { step: ["B"], tokens: ["T·B"], rows: ["B"], once: [] }[over];
  return `[${[...rows, ...(width === undefined ? [] : [width])].join(", ")}]`;
}

function nameOf({ buffer, column, at }: Access): string {
  const place = buffer.space === "parameters" || column === 0 ? "" : `+${column}`;
  const step = buffer.extent === "states" && at === "lag" ? " of the step before" : "";
  // `lstm/7(i)` is a buffer of the layer's own that holds what the equations call i.
  const name = buffer.name.replace(/\/\d+\((.+)\)$/u, ".$1");
  return `${name}${place}${step}`;
}

/** Without repeats; of many the first few. */
function list(names: readonly string[]): string {
  const distinct = [...new Set(names)];
  const most = 6;
  const shown = distinct.slice(0, most).join(", ");
  return distinct.length > most ? `${shown} and ${distinct.length - most} more` : shown;
}

/** `12 mul, 5 add, 1 tanh`. */
function summary(values: readonly Value[]): string {
  const counts = new Map<string, number>();
  for (const { op } of values) {
    if (op !== "load" && op !== "number") counts.set(op, (counts.get(op) ?? 0) + 1);
  }
  return (
    [...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([op, n]) => `${n} ${op}`)
      .join(", ") || "copies"
  );
}

function sizeOf(matrices: readonly MatrixPlace[]): readonly [rows: number, columns: number] {
  return [matrices.reduce((sum, m) => sum + m.rows, 0), matrices[0]?.columns ?? 0];
}

function matrixNames(plan: Plan, matrices: readonly MatrixPlace[]): string {
  const nameAt = ({ buffer, offset }: MatrixPlace): string =>
    buffer.space === "parameters" ? shortName(plan, parameterAt(plan, offset)) : buffer.name;
  const names = [...new Set(matrices.map(nameAt))];
  return names.length === 1 ? (names[0] as string) : `[${names.join("; ")}]`;
}

function parameterAt(plan: Plan, offset: number): string {
  return plan.parameters.places.find((p) => offset >= p.offset && offset < p.offset + p.size)?.name ?? "?";
}

/** The parameters whose gradients a kernel writes. */
function gradientName(plan: Plan, into: Access, size: number): string {
  if (into.buffer.name !== "gradients") return nameOf(into);
  const names = plan.parameters.places
    .filter((p) => p.offset < into.column + size && p.offset + p.size > into.column)
    .map((p) => `d${shortName(plan, p.name)}`);
  return names.length > 1 ? `[${names.join("; ")}]` : names.join("");
}

/** Without the layer's name where there is only one layer. */
function shortName(plan: Plan, name: string): string {
  const layers = new Set(plan.parameters.places.map((p) => p.name.split(".")[0]));
  return layers.size === 1 ? name.slice(name.indexOf(".") + 1) : name;
}
