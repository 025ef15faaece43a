// Random cases as programs of the reference device.
import type { RandomCase } from "../../src/check/random-case.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Mode } from "../../src/plan/plan.ts";
import type { Program, Writable } from "../../src/run/device.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import { tolerances } from "../tolerances.ts";
import { expectClose } from "./closeness.ts";
import type { PlainGradient } from "./plain-gradient.ts";
import { flat } from "./plain.ts";

/** With the values of the case written, as far as the plan has room for them. */
export async function compileCase(
  given: RandomCase,
  mode: Mode,
  keep: readonly string[] = [],
): Promise<Program> {
  const device = referenceDevice();
  const { rows, steps } = given.extent;
  const plan = buildPlan(given.network, { mode, keep, rows, steps });
  const store = device.parameters(plan.parameters);
  store.write(given.parameters);
  const program = await device.compile(plan, store);
  // Programs are reused: nothing may be read before it is written.
  for (const { name, space, type, size } of plan.buffers) {
    if (space === "arena" && type === "float") program.write(name, new Float64Array(size).fill(NaN));
  }
  writeCase(program, given);
  return program;
}

/** Writes the buffers of a case that the program has, and the derivatives of its loss. */
export function writeCase(program: Program, given: RandomCase): void {
  const buffers: (readonly [string, Writable])[] = [...given.buffers];
  for (const { into, weights } of given.projections) if (into) buffers.push([into, weights]);
  for (const [name, values] of buffers) {
    const buffer = program.plan.buffers.find((b) => b.name === name);
    if (buffer) program.write(name, values.subarray(0, buffer.size));
  }
}

export async function expectRead(program: Program, name: string, expected: readonly number[]): Promise<void> {
  const actual = await program.read(name, new Float64Array(expected.length));
  expectClose(name, actual, expected, tolerances.plan);
}

export async function expectGradients(
  program: Program,
  given: RandomCase,
  plain: PlainGradient,
): Promise<void> {
  const gradients = await program.read("gradients", new Float64Array(given.layout.trained));
  for (const { name, offset, size, trained } of given.layout.places) {
    if (!trained) continue;
    const expected = plain.parameters.get(name) ?? new Float64Array(size);
    expectClose(name, gradients.subarray(offset, offset + size), expected, tolerances.plan);
  }
  for (const [state, rows] of plain.initial) await expectRead(program, `dinitial.${state}`, flat(rows));
  for (const { name } of given.network.inputs) {
    if (!given.quantities.some((q) => q.derivative === `d.${name}`)) continue;
    await expectRead(program, `d.${name}`, flat(plain.inputs.get(name) ?? []));
  }
}
