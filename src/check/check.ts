// Checks of cells and devices: the derived gradients of a cell or network against finite differences in float64, and a
// device against the reference device.
import { checkOptions, type OptionRules } from "../base/options.ts";
import { cellOf } from "../cells/cell-of.ts";
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

/** The largest relative error of a directional derivative against a finite difference, in float64. */
export const cellTolerance = 1e-6;

/**
 * The largest error of a device against the reference, relative to the largest element of each quantity, or to a hundredth
 * of the largest element of all if that is more. Rounding errors in float32 are 1e-6 to 2e-5 of it, and up to 1e-4 where a
 * quantity is what remains of many terms that cancel, such as a gradient of a network of width 1.
 */
export const deviceTolerances: Readonly<Record<Device["name"], number>> = {
  reference: 0,
  wasm: 2e-4,
  native: 2e-4,
};

/** The error of one quantity in one case. */
export interface Finding {
  /** The name in the equations, `Wz`, `x`, `initial h`; the name of a buffer for values. */
  readonly quantity: string;
  readonly sizes: CaseSizes;
  readonly form: CaseForm;
  /** Relative error; infinite for what is not a number. */
  readonly error: number;
}

/** The result of a check. */
export interface CheckResult {
  /** The name of the cell or network. */
  readonly name: string;
  /** The largest error of all cases. */
  readonly error: number;
  /** Whether `error` is within the check's tolerance. */
  readonly pass: boolean;
  /** The number of cases that were run. */
  readonly cases: number;
  /** Where the largest error was; absent where nothing was compared. */
  readonly worst?: Finding;
}

/** Options of a gradient check. */
export interface CheckOptions {
  /** The numbers of steps, T. Default 1, 2 and 7. */
  readonly steps?: readonly number[];
  /** The random seed. Default 1. */
  readonly seed?: number;
  /** @internal Another table of derivatives, to test the checks. */
  readonly derivatives?: Derivatives;
  /** Stops at the first quantity that fails. Default false. */
  readonly stopAtFailure?: boolean;
}

const rules: OptionRules<CheckOptions> = {
  steps: "any",
  seed: "number",
  derivatives: "any",
  stopAtFailure: "boolean",
};

/**
 * The gradient check of a cell, a name, equations or a `Cell`, in float64 on the reference device: for each parameter, input and initial state, the
 * derived derivative along a random direction against a finite difference. The loss is a random projection of all outputs
 * and all final states. Directions that meet a kink are drawn again.
 */
export async function checkCell(given: string | Cell, options: CheckOptions = {}): Promise<CheckResult> {
  const cell = cellOf(given);
  const hasX = cell.inputs.some((input) => input.name === "x");
  return checkCases(cell.name, (sizes, form, seed) => randomCase(cell, sizes, form, seed), hasX, options);
}

/** The gradient check of a network, as `checkCell`; its own loss is used unless that is left to the caller. */
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
  checkOptions("check", options, rules);
  const { seed = 1, steps = [1, 2, 7], derivatives, stopAtFailure = false } = options;
  const device = referenceDevice();
  const findings: Finding[] = [];
  const cases = steps.flatMap((T) => formsOf(T, hasX).map((form) => ({ T, form })));
  let done = 0;
  for (const { T, form } of cases) {
    const sizes: CaseSizes = { steps: T, rows: 3, H: 7, I: 5, other: 3 };
    const current = make(sizes, form, seed + done);
    const run = await runCase(device, current, derivatives ? { derivatives } : {});
    const gradients = await run.gradients();
    done += 1;
    for (const quantity of current.quantities) {
      const derivative = gradients.get(quantity) as Float64Array;
      const error = await errorAlong(run, quantity, derivative, seed);
      findings.push({ quantity: quantity.name, sizes, form, error });
      if (stopAtFailure && error > cellTolerance) return resultOf(name, findings, done, cellTolerance);
    }
  }
  return resultOf(name, findings, done, cellTolerance);
}

/** Options of a device check. */
export interface DeviceCheckOptions {
  /** The random seed. Default 1. */
  readonly seed?: number;
  /** Default: five sizes, some of which fill vector registers and some of which do not. */
  readonly sizes?: readonly CaseSizes[];
  /** Runs each of the sizes in one form, in turn, instead of in all forms. Default false. */
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

/** Compares a device with the reference on the same random cases: outputs, final states and all derivatives. */
export async function checkDevice(
  cell: Cell,
  device: Device,
  options: DeviceCheckOptions = {},
): Promise<CheckResult> {
  const [result] = await checkDevices(cell, [device], options);
  return result as CheckResult;
}

/** The same for several devices, which share the runs of the reference. */
export function checkDevices(
  cell: Cell,
  devices: readonly Device[],
  options: DeviceCheckOptions = {},
): Promise<CheckResult[]> {
  const make: MakeCase = (sizes, form, seed) => randomCase(cell, sizes, form, seed);
  const hasX = cell.inputs.some((input) => input.name === "x");
  return compareCases(cell.name, make, (steps) => formsOf(steps, hasX), devices, options);
}

/** Compares a device with the reference on a network, as `checkDevice`. */
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
  const findings = devices.map((): Finding[] => []);
  let cases = 0;
  for (const size of sizes) {
    const all = forms(size.steps);
    for (const form of oneForm ? [all[(seed + cases) % all.length] as CaseForm] : all) {
      const rounded = inSinglePrecision(make(size, form, seed + cases));
      cases += 1;
      const expected = await measure(reference, rounded);
      for (const [i, device] of devices.entries()) {
        const differences = compare(expected, await measure(device, rounded));
        findings[i]?.push(...differences.map((f) => ({ ...f, sizes: size, form })));
      }
    }
  }
  return devices.map((d, i) => resultOf(name, findings[i] as Finding[], cases, deviceTolerances[d.name]));
}

/** All forms of a case that make a difference to a plan; `hasX` adds one where `x` is a class. */
export function formsOf(steps: number, hasX: boolean): CaseForm[] {
  const forms = [false, true].flatMap((fresh): CaseForm[] => [
    { fresh, ragged: false, resets: false, index: false },
    { fresh, ragged: steps > 1, resets: true, index: false },
    ...(steps > 1 ? [{ fresh, ragged: true, resets: false, index: false }] : []),
  ]);
  return hasX && steps > 1 ? [...forms, { fresh: false, ragged: true, resets: true, index: true }] : forms;
}

const attempts = 8;

/** The relative error of a derivative along a random direction; infinite if no direction without a kink is found. */
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

async function measure(device: Device, randomCase: RandomCase): Promise<Measured> {
  const run = await runCase(device, randomCase);
  const gradients = new Map([...(await run.gradients())].map(([{ name }, values]) => [`d ${name}`, values]));
  const values = new Map(await run.values());
  run.dispose();
  const evaluation = await runCase(device, randomCase, { mode: "evaluate" });
  for (const [name, value] of await evaluation.values()) values.set(`${name} in evaluation`, value);
  evaluation.dispose();
  return { values, gradients };
}

/** The largest difference in each quantity, relative to its largest element. */
function compare(
  expected: Measured,
  actual: Measured,
): { readonly quantity: string; readonly error: number }[] {
  const largest = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  return (["values", "gradients"] as const).flatMap((kind) => {
    // A quantity that is zero but for rounding is compared with the scale of the others, and of a loss near 1.
    const least = Math.max(leastScale, 0.01 * Math.max(...[...expected[kind].values()].map(largest)));
    return [...expected[kind]].map(([quantity, right]) => {
      const value = actual[kind].get(quantity) as Float64Array;
      const difference = largest(right.map((v, i) => v - (value[i] as number)));
      const error = difference / Math.max(largest(right), least);
      return { quantity, error: Number.isNaN(error) ? Infinity : error };
    });
  });
}

/** The case with values that a device represents exactly in float32. */
function inSinglePrecision(randomCase: RandomCase): RandomCase {
  const round = (values: Float64Array): Float64Array => Float64Array.from(values, Math.fround);
  const buffers = [...randomCase.buffers].map(([name, values]): [string, Writable] => {
    return [name, values instanceof Float64Array ? round(values) : values];
  });
  const projections = randomCase.projections.map((p) => ({ ...p, weights: round(p.weights) }));
  return { ...randomCase, parameters: round(randomCase.parameters), buffers: new Map(buffers), projections };
}

/** A check without findings passes: the loss then depends on nothing. */
function resultOf(name: string, findings: readonly Finding[], cases: number, tolerance: number): CheckResult {
  const worst = findings.reduce<Finding | undefined>((a, b) => (a && a.error >= b.error ? a : b), undefined);
  const error = worst?.error ?? 0;
  return { name, error, pass: error <= tolerance, cases, ...(worst && { worst }) };
}
