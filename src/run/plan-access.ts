// Lookups of names in a plan and checks of what is written, with the same errors on every device.
import type { ParameterLayout } from "../plan/parameters.ts";
import type { Buffer, Kernel, Loop, PhaseName, Plan } from "../plan/plan.ts";
import type { Writable } from "./device.ts";

/** Throws for a phase that the plan does not have. */
export function phaseNamed(plan: Plan, name: PhaseName): readonly (Kernel | Loop)[] {
  const items = plan.phases[name];
  if (!items) throw new Error(`this ${plan.mode} plan has no phase '${name}'`);
  return items;
}

/** Throws for an unknown name, with the names that there are. */
export function bufferNamed(plan: Plan, name: string): Buffer {
  const buffer = plan.buffers.find((b) => b.name === name);
  if (!buffer) {
    const known = plan.buffers.map((b) => b.name).filter((n) => !n.includes("/"));
    throw new Error(
      `the plan has no buffer '${name}'; it has ${[...known, ...Object.keys(plan.views)].join(", ")}`,
    );
  }
  return buffer;
}

/** Columns of a buffer that can be read. */
export interface Columns {
  readonly buffer: Buffer;
  /** The first element, from the start of the buffer's space (arena or parameters). */
  readonly start: number;
  readonly width: number;
  /** Number of elements, all rows together. */
  readonly size: number;
}

/** A view, or all columns of a buffer. Throws for an unknown name. */
export function columnsNamed(plan: Plan, name: string): Columns {
  const view = plan.views[name];
  if (!view) {
    const buffer = bufferNamed(plan, name);
    return { buffer, start: buffer.offset, width: buffer.width, size: buffer.size };
  }
  const { buffer, column, at } = view.access;
  const skippedRows = buffer.extent === "states" && at === "now" ? plan.rows : 0;
  return {
    buffer,
    start: buffer.offset + skippedRows * buffer.width + column,
    width: view.width,
    size: (buffer.size / buffer.width - skippedRows) * view.width,
  };
}

/** Fills `into` with columns, row by row, from the array of the space that they are in. */
export function readColumns(space: Writable, { buffer, start, width }: Columns, into: Writable): void {
  if (width === buffer.width) {
    into.set(space.subarray(start, start + into.length));
    return;
  }
  for (let i = 0; i < into.length; i++) {
    into[i] = space[start + Math.floor(i / width) * buffer.width + (i % width)] as number;
  }
}

/** Throws if a buffer cannot hold the values, or they are gone. */
export function checkWrite(buffer: Buffer, values: Writable): void {
  checkAttached(values);
  const count = values.length;
  if (count > buffer.size) {
    throw new Error(`cannot write ${count} values to buffer '${buffer.name}' of size ${buffer.size}`);
  }
}

/** Throws if there are fewer elements under this name than `into` has, or its memory is gone. */
export function checkRead(name: string, { size }: Columns, into: Writable): void {
  checkAttached(into);
  if (into.length > size) throw new Error(`cannot read ${into.length} values from '${name}' of size ${size}`);
}

/** Throws for an array whose buffer has been transferred, or shrunk so far that the array is outside. */
function checkAttached(values: Writable): void {
  if (values.length > 0) return;
  try {
    values.at(0);
  } catch (cause) {
    throw new Error("the array's buffer has been transferred or shrunk; hand in an array of its own", {
      cause,
    });
  }
}

/** Throws if `count` is not the number of parameters. */
export function checkParameters(layout: ParameterLayout, count: number): void {
  if (count !== layout.size) throw new Error(`expected ${layout.size} parameters, got ${count}`);
}
