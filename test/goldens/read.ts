/**
 * Loads the goldens that make_cells.py and make_model.py wrote, with their exact types.
 * Knows nothing of the code under test. All numbers are float64; arrays are flat and row-major.
 */
import { readFileSync } from "node:fs";

export interface Shaped {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

type Gates<Letter extends string, Gate extends string> = `${Letter}${Gate}`;

/** Parameters of each golden cell: W* [H, I], U* [H, H], b* and cn [H]. */
interface CellParameters {
  lstm: Gates<"W" | "U" | "b", "i" | "f" | "g" | "o">;
  gru: Gates<"W" | "U" | "b", "r" | "z" | "n"> | "cn";
  elman: "W" | "U" | "b";
  "gru-reset-before": Gates<"W" | "U" | "b", "z" | "r" | "n">;
  "elman-sigmoid": "W" | "U" | "b";
}

export type CellName = keyof CellParameters;
export type StateName<Cell extends CellName> = Cell extends "lstm" ? "h" | "c" : "h";

type PerState<Cell extends CellName> = Readonly<Record<StateName<Cell>, readonly number[]>>; // [B, H] each

/** One run of one cell under the loss sum(outputs * P) + sum over states s of sum(final[s] * Q[s]). */
export interface CellCaseOf<Cell extends CellName> {
  readonly cell: Cell;
  readonly seed: number;
  readonly sizes: { readonly T: number; readonly B: number; readonly I: number; readonly H: number };
  readonly parameters: Readonly<Record<CellParameters[Cell], Shaped>>;
  readonly x: readonly number[]; // [T, B, I]
  readonly initial: PerState<Cell>;
  readonly projection: {
    readonly outputs: readonly number[]; // [T, B, H] P
    readonly final: PerState<Cell>; // Q
  };
  readonly expected: {
    readonly outputs: readonly number[]; // [T, B, H] h of every step
    readonly final: PerState<Cell>;
    readonly gradients: Readonly<Record<CellParameters[Cell], readonly number[]>>; // each as its parameter
    readonly dx: readonly number[]; // [T, B, I]
    readonly dinitial: PerState<Cell>;
  };
}

/** A case of any golden cell, discriminated by `cell`. */
export type CellCase = { [Cell in CellName]: CellCaseOf<Cell> }[CellName];

export interface CellGoldens {
  readonly script: string;
  readonly torch: string;
  readonly cases: readonly CellCase[];
}

/** W* of layer 1 [H, V], W* of layer 2 [H, H], U* [H, H], b* [H]; readout.W [V, H], readout.b [V]. */
export type ModelParameterName =
  `layer${1 | 2}.${Gates<"W" | "U" | "b", "i" | "f" | "g" | "o">}` | "readout.W" | "readout.b";

interface Settings {
  sgd: { readonly lr: number };
  "sgd-momentum": { readonly lr: number; readonly momentum: number };
  "sgd-nesterov": { readonly lr: number; readonly momentum: number; readonly nesterov: true };
  rmsprop: { readonly lr: number; readonly alpha: number; readonly eps: number };
  adagrad: { readonly lr: number; readonly eps: number };
  adam: AdamSettings;
  adamw: AdamSettings & { readonly weight_decay: number };
  "adam-l2": AdamSettings & { readonly weight_decay: number };
}

interface AdamSettings {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
}

export type OptimizerName = keyof Settings;

export interface ModelRun<Optimizer extends OptimizerName> {
  readonly torch: "SGD" | "RMSprop" | "Adagrad" | "Adam" | "AdamW";
  readonly settings: Settings[Optimizer]; // under torch's names
  readonly losses: readonly number[]; // one per window, before its update
  readonly gradientNorms: readonly number[]; // one per window, before clipping
}

/** A two-layer LSTM trained for one update per window, each run from the same `parameters` and a zero state. */
export interface ModelGolden {
  readonly script: string;
  readonly torch: string;
  readonly seed: number;
  readonly sizes: { readonly V: number; readonly T: number; readonly B: number; readonly H: number };
  readonly clip: number; // gradients are scaled by min(1, clip / (norm + 1e-6))
  readonly windows: readonly {
    readonly inputs: readonly number[]; // [T, B] tokens
    readonly targets: readonly number[]; // [T, B] the tokens that follow
  }[];
  readonly parameters: Readonly<Record<ModelParameterName, Shaped>>; // before the first update
  readonly runs: { readonly [Optimizer in OptimizerName]: ModelRun<Optimizer> };
  /** After the last update, each flat as in `parameters`. */
  readonly finalParameters: { readonly adam: Readonly<Record<ModelParameterName, readonly number[]>> };
}

export function readCellGoldens(): CellGoldens {
  return read("cells.json") as CellGoldens;
}

export function readModelGolden(): ModelGolden {
  return read("model.json") as ModelGolden;
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8"));
}
