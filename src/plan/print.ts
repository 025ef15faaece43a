// A plan as text: its kernels phase by phase with the shapes that they work on, and the bytes that it takes. Reads plans
// only; how a device runs them is not known here.
import { kernelsOf, loadsOf, storesOf } from "./accesses.ts";
import type {
  Access,
  Buffer,
  Kernel,
  Loop,
  MatrixPlace,
  Over,
  PhaseName,
  Plan,
  PointwiseKernel,
  Value,
} from "./plan.ts";

/** One line per kernel, with a heading for each phase; without `train`, which is all the others. */
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

/** Bytes at full capacity, four per number. */
export interface PlanBytes {
  readonly parameters: number;
  readonly gradients: number;
  readonly optimizer: number;
  /** Values stored for every step, for the backward pass or to be read. */
  readonly kept: number;
  /** Everything else: states at a boundary, values of one step, scalars. */
  readonly working: number;
  readonly total: number;
}

export function planBytes(plan: Plan): PlanBytes {
  const { ports } = plan;
  const aliases = new Set(ports.states.flatMap(({ initial, dinitial }) => [initial, dinitial]));
  const optimizer = new Set(Object.values(ports.optimizer));
  const bytesOf = (test: (buffer: Buffer) => boolean): number =>
    4 *
    plan.buffers
      .filter((b) => b.space === "arena" && !aliases.has(b.name) && test(b))
      .reduce((sum, b) => sum + b.size, 0);
  const named = {
    gradients: bytesOf((b) => b.name === ports.gradients),
    optimizer: bytesOf((b) => optimizer.has(b.name)),
    kept: bytesOf((b) => b.extent === "tokens" || b.extent === "states"),
  };
  const parameters = 4 * plan.parameters.size;
  const arena = 4 * plan.arena;
  const working = arena - named.gradients - named.optimizer - named.kept;
  return { parameters, ...named, working, total: parameters + arena };
}

function printItem(plan: Plan, item: Kernel | Loop): string[] {
  if (item.kind !== "loop") return [`  ${printKernel(plan, item)}`];
  const order = item.direction === "forward" ? "from the first to the last" : "from the last to the first";
  return [
    `  at each step, ${order}`,
    ...kernelsOf([item]).map((kernel) => `    ${printKernel(plan, kernel)}`),
  ];
}

function printKernel(plan: Plan, kernel: Kernel): string {
  const title = kernel.kind.replace(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`).padEnd(11);
  return `${title} ${describe(plan, kernel)}`;
}

function describe(plan: Plan, kernel: Kernel): string {
  switch (kernel.kind) {
    case "pointwise":
      return describePointwise(kernel);
    case "matmul":
    case "gather":
      return describeProduct(plan, kernel);
    case "outer":
    case "scatter":
    case "columnSums":
      return describeGradient(plan, kernel);
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
      return `${nameOf(kernel.into)} ${shape(kernel.over, kernel.width)} ← ${nameOf(kernel.from)} [${kernel.count}] added at ${nameOf(kernel.indices)}`;
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

function describePointwise(kernel: PointwiseKernel): string {
  const { over, values, passes } = kernel;
  const operations = values.filter((v) => v.op !== "load" && v.op !== "number").length;
  const [stores, loads] = [storesOf(kernel), loadsOf(kernel)].map((all) => all.map((c) => nameOf(c.access)));
  const width = Math.max(...passes.map((p) => p.width));
  const widths = passes.map((p) => p.width).join(", ");
  return (
    `${list(stores ?? [])} ${shape(over, width)} ← ${list(loads ?? [])}; ` +
    `${count(operations, "operation")} (${summary(values)}) in ${count(passes.length, "pass", "passes")} of ${widths}`
  );
}

function describeProduct(plan: Plan, kernel: Extract<Kernel, { kind: "matmul" | "gather" }>): string {
  const { over, into, matrices } = kernel;
  const [rows, columns] = sizeOf(matrices);
  const names = matrixNames(plan, matrices);
  if (kernel.kind === "gather") {
    return `${nameOf(into)} ${shape(over, rows)} ← columns of ${names} [${rows}, ${columns}] at ${nameOf(kernel.indices)}`;
  }
  const [inputs, outputs] = kernel.transposed ? [rows, columns] : [columns, rows];
  const matrix = `${names}${kernel.transposed ? "" : "ᵀ"} [${inputs}, ${outputs}]`;
  return `${nameOf(into)} ${shape(over, outputs)} ← ${nameOf(kernel.from)} ${shape(over, inputs)} · ${matrix}`;
}

function describeGradient(
  plan: Plan,
  kernel: Extract<Kernel, { kind: "outer" | "scatter" | "columnSums" }>,
): string {
  const sizes = kernel.kind === "columnSums" ? [kernel.width] : [kernel.m, kernel.n];
  const name = gradientName(
    plan,
    kernel.into,
    sizes.reduce((a, b) => a * b, 1),
  );
  const target = `${name} [${sizes.join(", ")}] ${kernel.accumulate ? "+←" : "←"}`;
  const over = `over ${shape(kernel.over)}`;
  switch (kernel.kind) {
    case "outer":
      return `${target} ${nameOf(kernel.rows)}ᵀ · ${nameOf(kernel.vector)} ${over}`;
    case "scatter":
      return `${target} ${nameOf(kernel.rows)} into columns ${nameOf(kernel.indices)}, ${over}`;
    case "columnSums":
      return `${target} Σ ${nameOf(kernel.from)} ${over}`;
  }
  return kernel satisfies never;
}

const count = (n: number, word: string, plural = `${word}s`): string => `${n} ${n === 1 ? word : plural}`;

/** `B`: rows; `T·B`: all tokens. */
function shape(over: Over, width?: number): string {
  const rows = { step: ["B"], tokens: ["T·B"], rows: ["B"], once: [] }[over];
  return `[${[...rows, ...(width === undefined ? [] : [width])].join(", ")}]`;
}

function nameOf({ buffer, column, at }: Access): string {
  const offset = buffer.space === "parameters" || column === 0 ? "" : `+${column}`;
  const step = buffer.extent === "states" && at === "lag" ? " of the step before" : "";
  // `lstm/7(i)` is an unnamed buffer of the layer that holds what the equations call i.
  const name = buffer.name.replace(/\/\d+\((.+)\)$/u, ".$1");
  return `${name}${offset}${step}`;
}

/** Without repetitions; of many names the first few. */
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

/** Of stacked matrices. */
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
  if (into.buffer.name !== plan.ports.gradients) return nameOf(into);
  const names = plan.parameters.places
    .filter((p) => p.offset < into.column + size && p.offset + p.size > into.column)
    .map((p) => `d${shortName(plan, p.name)}`);
  return names.length > 1 ? `[${names.join("; ")}]` : names.join("");
}

/** Without the layer's name if there is only one layer. */
function shortName(plan: Plan, name: string): string {
  const layers = new Set(plan.parameters.places.map((p) => p.name.split(".")[0]));
  return layers.size === 1 ? name.slice(name.indexOf(".") + 1) : name;
}
