// Is a cell right, and is a device? The derived gradients of a cell against differences in float64, and a
// device against the reference. Knows neither the equations of a cell nor how a device works.
import type { Cell } from "../language/cell.ts";
import type { Derivatives } from "../graph/ops.ts";
import type { Network } from "../plan/network.ts";
import type { Device, Writable } from "../run/device.ts";
import { referenceDevice } from "../run/reference/device.ts";
import { dot, runCase, type CaseRun } from "./case-run.ts";
import { leastScale, randomDirection, relativeError, slope } from "./directions.ts";
import {
  randomCase,
  randomNetworkCase,
  type CaseForm,
  type CaseSizes,
  type Quantity,
  type RandomCase,
} from "./random-case.ts";

/** What a derived directional derivative may differ by from a difference, relative, in float64. */
export const cellTolerance = 1e-6;

/**
 * What a device may differ by from the reference: relative to the greatest element of each quantity, or to a
 * hundredth of the greatest of all if that is more. Rounding in float32 is 1e-6 to 2e-5 of it, and up to 1e-4 where
 * a quantity is one number that is left of many that cancel, as a gradient of a network of width 1.
 */
export const deviceTolerances: Readonly<Record<Device["name"], number>> = {
  reference: 0,
  wasm: 2e-4,
  native: 2e-4,
};

export interface Finding {
  /** As the equations call it: `Wz`, `x`, `initial h`; `output`, `final h` for values. */
  readonly quantity: string;
  readonly sizes: CaseSizes;
  readonly form: CaseForm;
  readonly error: number;
}

export interface CheckResult {
  /** Of the cell or network. */
  readonly name: string;
  /** The greatest error that was found. */
  readonly error: number;
  readonly pass: boolean;
  /** Ways of running the cell that were tried. */
  readonly cases: number;
  readonly worst?: Finding;
}

export interface CheckOptions {
  /** T; default 1, 2 and 7. */
  readonly steps?: readonly number[];
  readonly seed?: number;
  /** Another table of derivatives, given only to test the check. */
  readonly derivatives?: Derivatives;
  /** Do not look further once a quantity fails. */
  readonly stopAtFailure?: boolean;
}

/**
 * The gradient check of a cell, in float64 on the reference device: for each parameter, input and initial state
 * its derived derivative along a random direction against a difference. The loss is a random projection of all
 * outputs and all final states. Directions that meet a kink are drawn again.
 */
export function checkCell(cell: Cell, options: CheckOptions = {}): Promise<CheckResult> {
  const hasX = cell.inputs.some((input) => input.name === "x");
  return checkCases(cell.name, (sizes, form, seed) => randomCase(cell, sizes, form, seed), hasX, options);
}

/** The same for a network of several layers, whose widths are its own; the loss may be the network's own, too. */
export function checkNetwork(
  name: string,
  network: Network,
  options: CheckOptions = {},
): Promise<CheckResult> {
  return checkCases(
    name,
    (sizes, form, seed) => randomNetworkCase(network, sizes, form, seed),
    false,
    options,
  );
}

type MakeCase = (sizes: CaseSizes, form: CaseForm, seed: number) => RandomCase;

async function checkCases(
  name: string,
  make: MakeCase,
  hasX: boolean,
  options: CheckOptions,
): Promise<CheckResult> {
  const { seed = 1, steps = [1, 2, 7], derivatives, stopAtFailure = false } = options;
  const device = referenceDevice();
  const found: Finding[] = [];
  const cases = steps.flatMap((T) => formsOf(T, hasX).map((form) => ({ T, form })));
  let done = 0;
  for (const { T, form } of cases) {
    const sizes: CaseSizes = { steps: T, rows: 3, H: 7, I: 5, other: 3 };
    const given = make(sizes, form, seed + done);
    const run = await runCase(device, given, derivatives ? { derivatives } : {});
    const gradients = await run.gradients();
    done += 1;
    for (const quantity of given.quantities) {
      const derivative = gradients.get(quantity) as Float64Array;
      const error = await errorAlong(run, quantity, derivative, seed);
      found.push({ quantity: quantity.name, sizes, form, error });
      if (stopAtFailure && error > cellTolerance) return resultOf(name, found, done, cellTolerance);
    }
  }
  return resultOf(name, found, done, cellTolerance);
}

export interface DeviceCheckOptions {
  readonly seed?: number;
  readonly sizes?: readonly CaseSizes[];
  /** One way of running for each of the sizes, by turns, instead of all ways. */
  readonly oneForm?: boolean;
}

/** Sizes that fill vector registers and sizes that do not. */
const deviceSizes: readonly CaseSizes[] = [
  { steps: 7, rows: 5, H: 11, I: 7, other: 5 },
  { steps: 5, rows: 1, H: 1, I: 1, other: 1 },
  { steps: 1, rows: 11, H: 7, I: 128, other: 5 },
  { steps: 2, rows: 3, H: 128, I: 5, other: 11 },
  { steps: 2, rows: 128, H: 5, I: 11, other: 7 },
];

/** The same cases on a device and on the reference: outputs, final states and all derivatives. */
export async function checkDevice(
  cell: Cell,
  device: Device,
  options: DeviceCheckOptions = {},
): Promise<CheckResult> {
  const [result] = await checkDevices(cell, [device], options);
  return result as CheckResult;
}

/** The same for several devices, each against one run of the reference. */
export function checkDevices(
  cell: Cell,
  devices: readonly Device[],
  options: DeviceCheckOptions = {},
): Promise<CheckResult[]> {
  const make: MakeCase = (sizes, form, seed) => randomCase(cell, sizes, form, seed);
  const hasX = cell.inputs.some((input) => input.name === "x");
  return compareCases(cell.name, make, (steps) => formsOf(steps, hasX), devices, options);
}

/** The same for a network of several layers, whose widths are its own. */
export async function checkNetworkOnDevice(
  name: string,
  network: Network,
  device: Device,
  options: DeviceCheckOptions = {},
): Promise<CheckResult> {
  const make: MakeCase = (sizes, form, seed) => randomNetworkCase(network, sizes, form, seed);
  const [result] = await compareCases(name, make, (steps) => formsOf(steps, false), [device], options);
  return result as CheckResult;
}

async function compareCases(
  name: string,
  make: MakeCase,
  forms: (steps: number) => readonly CaseForm[],
  devices: readonly Device[],
  { seed = 1, sizes = deviceSizes, oneForm = false }: DeviceCheckOptions,
): Promise<CheckResult[]> {
  const reference = referenceDevice();
  const found = devices.map((): Finding[] => []);
  let cases = 0;
  for (const size of sizes) {
    const all = forms(size.steps);
    for (const form of oneForm ? [all[(seed + cases) % all.length] as CaseForm] : all) {
      const given = inSinglePrecision(make(size, form, seed + cases));
      cases += 1;
      const expected = await measure(reference, given);
      for (const [i, device] of devices.entries()) {
        const differences = compare(expected, await measure(device, given));
        found[i]?.push(...differences.map((f) => ({ ...f, sizes: size, form })));
      }
    }
  }
  return devices.map((d, i) => resultOf(name, found[i] as Finding[], cases, deviceTolerances[d.name]));
}

/** The ways of running a cell that differ in what the plan must do. */
export function formsOf(steps: number, hasX: boolean): CaseForm[] {
  const forms = [false, true].flatMap((fresh): CaseForm[] => [
    { fresh, ragged: false, resets: false, index: false },
    { fresh, ragged: steps > 1, resets: true, index: false },
    ...(steps > 1 ? [{ fresh, ragged: true, resets: false, index: false }] : []),
  ]);
  return hasX && steps > 1 ? [...forms, { fresh: false, ragged: true, resets: true, index: true }] : forms;
}

const attempts = 8;

/** The relative error of a derivative along a random direction; infinite where no smooth one was found. */
async function errorAlong(
  run: CaseRun,
  quantity: Quantity,
  derivative: Float64Array,
  seed: number,
): Promise<number> {
  const values = run.valuesOf(quantity);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const direction = randomDirection(quantity.size, seed, attempt);
    const moved = (distance: number): Promise<number> =>
      run.loss(
        quantity,
        values.map((v, i) => v + distance * (direction[i] as number)),
      );
    const expected = await slope(moved, 1e-3 / 2 ** attempt);
    if (expected !== undefined) return relativeError(dot(derivative, direction), expected);
  }
  return Infinity;
}

interface Measured {
  readonly values: ReadonlyMap<string, Float64Array>;
  readonly gradients: ReadonlyMap<string, Float64Array>;
}

async function measure(device: Device, given: RandomCase): Promise<Measured> {
  const run = await runCase(device, given);
  const gradients = new Map([...(await run.gradients())].map(([{ name }, values]) => [`d ${name}`, values]));
  const values = new Map(await run.values());
  run.dispose();
  const judge = await runCase(device, given, { mode: "evaluate" });
  for (const [name, own] of await judge.values()) values.set(`${name} in evaluation`, own);
  judge.dispose();
  return { values, gradients };
}

/** The greatest difference in each quantity, relative to its greatest element. */
function compare(
  expected: Measured,
  came: Measured,
): { readonly quantity: string; readonly error: number }[] {
  const greatest = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return (["values", "gradients"] as const).flatMap((kind) => {
    // What is zero but for rounding is held against the others, and against a loss near one.
    const least = Math.max(leastScale, 0.01 * Math.max(...[...expected[kind].values()].map(greatest)));
    return [...expected[kind]].map(([quantity, right]) => {
      const own = came[kind].get(quantity) as Float64Array;
      const difference = greatest(right.map((v, i) => v - (own[i] as number)));
      const error = difference / Math.max(greatest(right), least);
      return { quantity, error: Number.isNaN(error) ? Infinity : error };
    });
  });
}

/** What a device holds in float32 it is given exactly. */
function inSinglePrecision(given: RandomCase): RandomCase {
  const round = (values: Float64Array): Float64Array => Float64Array.from(values, Math.fround);
  const buffers = [...given.buffers].map(([name, values]): [string, Writable] => {
    return [name, values instanceof Float64Array ? round(values) : values];
  });
  const projections = given.projections.map((p) => ({ ...p, weights: round(p.weights) }));
  return { ...given, parameters: round(given.parameters), buffers: new Map(buffers), projections };
}

/** A cell on which the loss depends in nothing has nothing to be wrong. */
function resultOf(name: string, found: readonly Finding[], cases: number, tolerance: number): CheckResult {
  const worst = found.reduce<Finding | undefined>((a, b) => (a && a.error >= b.error ? a : b), undefined);
  const error = worst?.error ?? 0;
  return { name, error, pass: error <= tolerance, cases, ...(worst && { worst }) };
}
