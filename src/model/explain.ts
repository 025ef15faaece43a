// Explains a cell or a network: equations, LaTeX, parameters, the derived backward pass, plan and bytes, as data or text.
import { deriveBackward, type DerivedLine } from "../graph/backward.ts";
import type { Cell } from "../language/cell.ts";
import { latex } from "../language/latex.ts";
import type { Sizes } from "../graph/lower.ts";
import { buildPlan } from "../plan/build.ts";
import type { Network, NetworkLayer } from "../plan/network.ts";
import type { ParameterLayout } from "../plan/parameters.ts";
import type { Plan } from "../plan/plan.ts";
import { planBytes, printPlan, type PlanBytes } from "../plan/print.ts";
import type { UpdateRule } from "../plan/update.ts";
import { showBytes } from "./memory.ts";
import { cellNetwork, sizesFor } from "./single-cell.ts";

/** The sizes of a cell that is explained alone. */
export interface CellSizes {
  /** Hidden width, H. Default 128. */
  readonly size?: number;
  /** Input width, I. Default 64. */
  readonly input?: number;
}

/** The capacities and the optimiser of the plan that is shown. */
export interface PlanSizes {
  /** Rows, B. Default 32. */
  readonly batch?: number;
  /** Steps, T. Default 50. */
  readonly steps?: number;
  /** The optimiser, which adds the `update` phase and its bytes. Default: none. */
  readonly update?: UpdateRule;
}

/** A parameter and its size. */
export interface ParameterRow {
  readonly name: string;
  /** [rows, columns] of a matrix, with the columns of one block if it has blocks; [width] of a vector. */
  readonly shape: readonly number[];
  readonly count: number;
  readonly trained: boolean;
}

/** A cell at every stage, as data. Texts are lists of lines. */
export interface CellExplanation {
  readonly cell: string;
  readonly equations: readonly string[];
  readonly latex: string;
  readonly sizes: Sizes;
  readonly parameters: readonly ParameterRow[];
  /** The number of parameters, all together. */
  readonly count: number;
  /** The backward pass, see `deriveBackward`. */
  readonly backward: {
    readonly forward: readonly string[];
    readonly step: readonly string[];
    readonly parameters: readonly string[];
  };
  readonly plan: readonly string[];
  readonly bytes: PlanBytes;
}

/** Explains a cell; sizes are raised where its clauses require it. Throws unless sizes are whole numbers from 1. */
export function explainCell(cell: Cell, sizes: CellSizes & PlanSizes = {}): CellExplanation {
  const { size: H = 128, input: I = 64, batch = 32, steps = 50 } = sizes;
  const widths = sizesFor(cell, { H, I, other: H });
  // A layer's name ends at the first dot of a parameter's.
  const layer = cell.name.replace(/\+.*$/su, "").replaceAll(".", "-");
  const plan = buildPlan(cellNetwork(cell, widths, { layer }), { mode: "train", rows: batch, steps });
  const { forward, step, parameters } = deriveBackward(cell, widths);
  return {
    cell: cell.name,
    equations: cell.text.split("\n"),
    latex: latex(cell),
    sizes: widths,
    parameters: parameterRows(plan.parameters),
    count: plan.parameters.size,
    backward: { forward: align(forward), step: align(step), parameters: align(parameters) },
    plan: printPlan(plan),
    bytes: planBytes(plan),
  };
}

/** Explains a cell or a network as text; a network with each of its cells once and the plan of all layers together. */
export function explain(subject: Cell | Network, sizes: CellSizes & PlanSizes = {}): string {
  return "layers" in subject ? explainNetwork(subject, sizes) : showCell(explainCell(subject, sizes), sizes);
}

function showCell(c: CellExplanation, { batch = 32, steps = 50 }: PlanSizes): string {
  const sizes = Object.entries(c.sizes).map(([symbol, size]) => `${symbol} = ${size}`);
  return sections([
    [`${c.cell}: equations`, c.equations],
    ["LaTeX", c.latex.split("\n")],
    [`parameters, ${sizes.join(", ")}: ${grouped(c.count)}`, parameterTable(c.parameters)],
    ...backwardSections(c.backward),
    [`plan of a training step, B = ${batch} rows, T = ${steps} steps`, c.plan],
    ["bytes", byteTable(c.bytes)],
  ]);
}

function explainNetwork(network: Network, sizes: PlanSizes): string {
  const { batch = 32, steps = 50, update } = sizes;
  const plan = buildPlan(network, { mode: "train", rows: batch, steps, ...(update && { update }) });
  const { encoder } = network;
  const encoderPlan = encoder && buildPlan(network, { mode: "train", rows: batch, steps, part: "encoder" });
  const all = [...(encoder?.layers ?? []), ...network.layers];
  const shown = (layer: NetworkLayer): string => {
    const inputs = Object.values(layer.inputs).join(", ");
    return `${layer.name} = ${layer.cell.name}(${inputs}), ${Object.entries(layer.sizes)
      .map(([symbol, size]) => `${symbol} = ${size}`)
      .join(", ")}`;
  };
  const cells = all.filter((layer, i) => all.findIndex((other) => other.cell === layer.cell) === i);
  return sections([
    ...(encoder ? [["encoder, run first", encoder.layers.map(shown)] as const] : []),
    ["network", network.layers.map(shown)],
    ...cells.flatMap(({ cell, sizes: widths }): Section[] => {
      const { forward, step, parameters } = deriveBackward(cell, widths);
      const texts = { forward: align(forward), step: align(step), parameters: align(parameters) };
      return [[`${cell.name}: equations`, cell.text.split("\n")], ...backwardSections(texts)];
    }),
    [`parameters: ${grouped(plan.parameters.size)}`, parameterTable(parameterRows(plan))],
    ...(encoderPlan
      ? ([
          [`encoder: ${planTitle(encoderPlan)}`, printPlan(encoderPlan)],
          ["encoder: bytes", byteTable(planBytes(encoderPlan))],
        ] as const)
      : []),
    [planTitle(plan), printPlan(plan)],
    ["bytes", byteTable(planBytes(plan))],
  ]);
}

const planTitle = ({ rows, steps }: Plan): string =>
  `plan of a training step, B = ${rows} rows, T = ${steps} steps`;

type Section = readonly [title: string, lines: readonly string[]];

function sections(list: readonly Section[]): string {
  return list.map(([title, lines]) => [title, ...lines.map((l) => `  ${l}`)].join("\n")).join("\n\n");
}

function backwardSections({ forward, step, parameters }: CellExplanation["backward"]): Section[] {
  const shared: Section[] = forward.length > 0 ? [["kept from the forward pass", forward]] : [];
  return [
    ...shared,
    ["backward, at each step from the last to the first (∇: from outside, ⁺: of the step after)", step],
    ["backward, summed over all steps and rows", parameters],
  ];
}

function parameterRows(of: ParameterLayout | Plan): ParameterRow[] {
  const layout = "parameters" in of ? of.parameters : of;
  const single = new Set(layout.places.map((p) => p.name.split(".")[0])).size === 1;
  return layout.places.map(({ name, shape, size, trained }) => ({
    name: single ? name.slice(name.indexOf(".") + 1) : name,
    shape,
    count: size,
    trained,
  }));
}

function parameterTable(rows: readonly ParameterRow[]): string[] {
  const names = Math.max(0, ...rows.map((r) => r.name.length));
  const shapes = Math.max(0, ...rows.map((r) => showShape(r).length));
  const counts = Math.max(0, ...rows.map((r) => grouped(r.count).length));
  return rows.map(
    (r) =>
      `${r.name.padEnd(names)}  ${showShape(r).padEnd(shapes)}  ${grouped(r.count).padStart(counts)}` +
      (r.trained ? "" : "  fixed"),
  );
}

const showShape = ({ shape }: ParameterRow): string => `[${shape.join(", ")}]`;

function byteTable(bytes: PlanBytes): string[] {
  const rows = Object.entries(bytes).filter(([, size]) => size > 0);
  const names = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, size]) => `${name.padEnd(names)}  ${showBytes(size)}`);
}

/** Lines `dh' = …` with aligned equals signs. */
function align(lines: readonly DerivedLine[]): string[] {
  const width = Math.max(0, ...lines.map(({ name }) => name.length));
  return lines.map(({ name, expression }) => `${name.padEnd(width)} = ${expression}`);
}

/** A number with thousands separators, `1,003,854`. */
function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
