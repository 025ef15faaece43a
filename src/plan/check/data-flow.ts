// The flow of values through a plan: nothing is read before something wrote it, and nothing is overwritten while it is
// still to be read. Each phase runs on a few rows and steps, with marks in place of numbers.
import { kernelsOf } from "../accesses.ts";
import { access } from "../arena.ts";
import { overOf, ruleOf, type Operand } from "./kernel-rules.ts";
import {
  createMemory,
  expire,
  whyUnreadable,
  write,
  type MarkedMemory,
  type Region,
} from "./marked-memory.ts";
import { planFault, type KernelPosition } from "./fault.ts";
import type { Buffer, Kernel, Loop, PhaseName, Plan, Ports } from "../plan.ts";

/** In the order in which they run. */
export const phaseOrder = ["prepare", "forward", "backward", "update", "carry"] as const;

/** What the caller writes before a run, or what lasts from one run to the next. The parameters are always there. */
const writtenByCaller = (ports: Ports): readonly (string | undefined)[] => [
  ...Object.values(ports.inputs),
  ...Object.values(ports.numbers),
  ...Object.values(ports.optimizer),
  ...ports.states.flatMap(({ initial, dfinal }) => [initial, dfinal]),
  ports.resets,
  ports.targets,
  ports.weights,
  ports.seed,
  ports.step,
  ports.outputGradient,
];

/** What the caller may read after a phase, and after all that follow. */
const readByCaller: Readonly<Partial<Record<PhaseName, (ports: Ports) => readonly (string | undefined)[]>>> =
  {
    forward: (ports) => [...Object.values(ports.outputs), ...ports.states.map((s) => s.final), ports.loss],
    backward: (ports) => [
      ...Object.values(ports.inputGradients),
      ...ports.states.map((s) => s.dinitial),
      ports.gradients,
    ],
    update: (ports) => [...Object.values(ports.optimizer), ports.norm, ports.status],
    // Some are there after forward, others only after backward; carry is always the last phase.
    carry: (ports) => ports.kept,
  };

interface Run {
  readonly plan: Plan;
  readonly memory: MarkedMemory;
  readonly operands: ReadonlyMap<Kernel, readonly Operand[]>;
  /** Buffers whose rows are handed from step to step. */
  readonly carried: ReadonlySet<Buffer>;
  readonly regionOf: (name: string) => Region;
}

/** `aliases`: buffers that are other names for the first rows of others. */
export function checkDataFlow(plan: Plan, aliases: ReadonlyMap<Buffer, Buffer>): void {
  const phases = phaseOrder.filter((phase) => plan.phases[phase]);
  const kernels = phases.flatMap((phase) => kernelsOf(plan.phases[phase] ?? []));
  const operands = new Map(kernels.map((kernel) => [kernel, ruleOf(kernel).operands(kernel)]));
  const buffers = plan.buffers.filter((b) => b.space === "arena" && !aliases.has(b));
  const views = Object.values(plan.views);
  const memory = createMemory(plan, buffers, [...views, ...[...operands.values()].flat()]);
  const regionOf = (name: string): Region => regionNamed(plan, aliases, name);
  const run = { plan, memory, operands, carried: new Set(aliases.values()), regionOf };
  for (const name of writtenByCaller(plan.ports)) if (name !== undefined) write(memory, regionOf(name), 0);
  writeForeignGradients(run);
  for (const [i, phase] of phases.entries()) {
    runPhase(run, phase);
    for (const done of phases.slice(0, i + 1)) checkReadable(run, done, phase);
  }
}

/** Of a name that the caller reads or writes. */
function regionNamed(plan: Plan, aliases: ReadonlyMap<Buffer, Buffer>, name: string): Region {
  const view = plan.views[name];
  const named = plan.buffers.find((b) => b.name === name) as Buffer;
  const original = aliases.get(named);
  const at = original?.extent === "states" ? "initial" : "now";
  const { access: where, width } = view ?? { access: access(original ?? named, 0, at), width: named.width };
  const { extent } = where.buffer;
  const rows = where.at === "initial" || extent === "rows" ? "rows" : extent === "once" ? "once" : "tokens";
  return { access: where, width, rows };
}

/** Gradients of parameters that the plan does not derive by are 0, or written by the caller. */
function writeForeignGradients({ plan, memory, operands, regionOf }: Run): void {
  const { gradients } = plan.ports;
  if (gradients === undefined) return;
  const written = kernelsOf(plan.phases.backward ?? []).flatMap((kernel) =>
    (operands.get(kernel) ?? []).filter((o) => o.access.buffer.name === gradients && o.use !== "reads"),
  );
  const whole = regionOf(gradients);
  const bounds = memory.cells.get(whole.access.buffer)?.bounds ?? [];
  for (const [i, column] of bounds.slice(0, -1).entries()) {
    const isWritten = written.some((o) => o.access.column <= column && column < o.access.column + o.width);
    const width = (bounds[i + 1] as number) - column;
    if (!isWritten) write(memory, { ...whole, access: access(whole.access.buffer, column), width }, 0);
  }
}

function runPhase(run: Run, phase: PhaseName): void {
  let number = 0;
  for (const item of run.plan.phases[phase] ?? []) {
    const positions = kernelsOf([item]).map((kernel) => ({ phase, number: number++, kernel }));
    for (const step of item.kind === "loop" ? stepsOf(item, run) : [0]) {
      for (const position of positions) runKernel(run, position, step);
      if (item.kind === "loop") for (const { kernel } of positions) expireRows(run, kernel, step);
    }
  }
}

function stepsOf({ direction }: Loop, { memory }: Run): number[] {
  const steps = [...Array(memory.extents.steps).keys()];
  return direction === "forward" ? steps : steps.reverse();
}

function runKernel({ memory, operands }: Run, position: KernelPosition, step: number): void {
  const { kernel } = position;
  const all = operands.get(kernel) ?? [];
  const passes = Math.max(0, ...all.map((operand) => operand.pass)) + 1;
  for (let pass = 0; pass < passes; pass++) {
    const here = all.filter((operand) => operand.pass === pass);
    for (const operand of here) {
      if (operand.use === "writes") continue;
      const fault = whyUnreadable(memory, operand, step);
      if (fault) planFault(fault, operand.access.buffer.name, position);
    }
    for (const operand of here) if (operand.use !== "reads") write(memory, operand, step);
  }
  if (overOf(kernel) === "once") return;
  // A single row that a kernel over several writes is only for handing values from pass to pass.
  for (const operand of all) {
    if (operand.use === "writes" && operand.rows !== "once" && operand.access.buffer.extent === "once")
      expire(memory, operand, step);
  }
}

/** Values with one row per sequence are gone after their step, unless they are handed to the next. */
function expireRows({ memory, operands, carried }: Run, kernel: Kernel, step: number): void {
  for (const operand of operands.get(kernel) ?? []) {
    const { buffer } = operand.access;
    if (operand.use === "writes" && buffer.extent === "rows" && !carried.has(buffer))
      expire(memory, operand, step);
  }
}

function checkReadable({ plan, memory, regionOf }: Run, done: PhaseName, after: PhaseName): void {
  for (const name of readByCaller[done]?.(plan.ports) ?? []) {
    if (name === undefined) continue;
    const region = regionOf(name);
    const fault = whyUnreadable(memory, region, 0);
    if (fault) planFault(`the caller ${fault}`, region.access.buffer.name, after);
  }
}
