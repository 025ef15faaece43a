// Checks a plan against the rules that devices rely on, and names the kernel that breaks one: every access stays inside
// its buffer, kernels run where their rows are, and values are there when they are read. For tests; no device needs it.
import { kernelsOf } from "../accesses.ts";
import { checkKernel } from "./check-kernel.ts";
import { checkDataFlow, phaseOrder } from "./data-flow.ts";
import { planFault } from "./fault.ts";
import type { Buffer, Extent, Loop, PhaseName, Plan, Ports } from "../plan.ts";

/** Throws for the first broken rule, with the phase, the kernel's number and kind, the buffer and the rule. */
export function checkPlan(plan: Plan): void {
  const names = new Map(plan.buffers.map((buffer) => [buffer.name, buffer]));
  plan.buffers.forEach((buffer, id) => checkBuffer(plan, names, buffer, id));
  checkViews(plan);
  checkPorts(plan, names);
  for (const phase of phaseOrder) checkPhase(plan, phase);
  checkTrain(plan);
  checkDataFlow(plan, aliasesOf(plan, names));
}

type BuffersByName = ReadonlyMap<string, Buffer>;

function checkBuffer(plan: Plan, names: BuffersByName, buffer: Buffer, id: number): void {
  const { rows, steps } = plan;
  const { name, extent, width, space, offset, size } = buffer;
  const fault = (rule: string): never => planFault(rule, name);
  if (buffer.id !== id) fault(`its id is ${buffer.id}, but it is number ${id} of the buffers`);
  if (names.get(name) !== buffer) fault("another buffer has the same name");
  const counts: Record<Extent, number> = { tokens: rows * steps, states: rows * (steps + 1), rows, once: 1 };
  const expected = counts[extent] * width;
  if (size !== expected) fault(`its size is ${size}, but ${extent} of width ${width} take ${expected}`);
  const end = space === "arena" ? plan.arena : plan.parameters.size;
  if (!(offset >= 0 && offset + size <= end))
    fault(`takes elements ${offset} to ${offset + size} of ${end} (${space})`);
}

function checkViews({ views, buffers }: Plan): void {
  for (const [name, { access, width }] of Object.entries(views)) {
    const { buffer, column } = access;
    if (buffers[buffer.id] !== buffer)
      planFault(`view '${name}' is not of a buffer of the plan`, buffer.name);
    if (column + width > buffer.width)
      planFault(
        `view '${name}' takes columns ${column} to ${column + width} of ${buffer.width}`,
        buffer.name,
      );
  }
}

/** Names that the caller writes must be buffers; names that it reads may be views as well. */
function checkPorts({ ports, views }: Plan, names: BuffersByName): void {
  const readable = [...Object.values(ports.outputs), ...Object.values(ports.inputGradients), ...ports.kept];
  for (const name of readable) {
    if (!names.has(name) && !(name in views)) planFault(`no buffer or view has the name of a port`, name);
  }
  for (const name of buffersOf(ports))
    if (!names.has(name)) planFault(`no buffer has the name of a port`, name);
}

const buffersOf = (ports: Ports): string[] => {
  const { inputs, optimizer, numbers, states, resets, targets, weights, loss, seed, step } = ports;
  const { gradients, outputGradient, norm, status } = ports;
  const optional = [resets, targets, weights, loss, seed, step, gradients, outputGradient, norm, status];
  return [
    ...[inputs, optimizer, numbers].flatMap((record) => Object.values(record)),
    ...states.flatMap(({ initial, final, dinitial, dfinal }) => [initial, final, dinitial, dfinal]),
    ...optional,
  ].filter((name) => name !== undefined);
};

/** The buffers that are other names for the first rows of others: states, and derivatives, before the first step. */
function aliasesOf({ ports, buffers }: Plan, names: BuffersByName): Map<Buffer, Buffer> {
  const initial = ports.states.flatMap((s) => [s.initial, ...(s.dinitial === undefined ? [] : [s.dinitial])]);
  const aliases = new Set(initial.map((name) => names.get(name) as Buffer));
  return new Map(
    [...aliases].map((alias) => {
      const original = buffers.find(
        (b) =>
          !aliases.has(b) && b.space === alias.space && b.offset === alias.offset && b.width === alias.width,
      );
      return [alias, original ?? planFault("is not the start of a state's buffer", alias.name)];
    }),
  );
}

function checkPhase(plan: Plan, phase: PhaseName): void {
  let number = 0;
  for (const item of plan.phases[phase] ?? []) {
    const isLoop = item.kind === "loop";
    const positions = kernelsOf([item]).map((kernel) => ({ phase, number: number++, kernel }));
    for (const position of positions) checkKernel(plan, position, isLoop);
    if (isLoop) checkDirection(phase, item);
  }
}

function checkDirection(phase: PhaseName, { direction }: Loop): void {
  if (direction !== phase) planFault(`a loop runs ${direction} in ${phase}`);
}

/** The whole step is its parts, one after the other. */
function checkTrain({ phases }: Plan): void {
  const { forward = [], backward = [], update = [], carry = [], train } = phases;
  if (!train) return;
  const parts = [...forward, ...backward, ...update, ...carry];
  if (train.length === parts.length && train.every((item, i) => item === parts[i])) return;
  planFault("train is not forward, backward, update and carry in this order");
}
