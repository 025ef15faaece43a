/**
 * Loads the goldens that the Python scripts beside them wrote, with their exact types.
 * Knows nothing of the code under test. All numbers are float64; arrays are flat and row-major.
 */
import { readdirSync, readFileSync } from "node:fs";

export interface Shaped {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

type Gates<Letter extends string, Gate extends string> = `${Letter}${Gate}`;

/** Numbers by name. */
export type Named = Readonly<Record<string, readonly number[]>>;

/** One run of one layer under the loss sum(outputs * P) + sum over states s of sum(final[s] * Q[s]). */
export interface LayerGolden {
  readonly sizes: Readonly<Record<string, number>>; // T, B, I, H and what else the cell's widths are called
  readonly parameters: Readonly<Record<string, Shaped>>;
  readonly x: readonly number[]; // [T, B, I]
  readonly initial: Named; // by state [B, width]
  readonly projection: {
    readonly outputs: readonly number[]; // [T, B, width of the output] P
    readonly final: Named; // Q
  };
  readonly expected: {
    readonly outputs: readonly number[]; // [T, B, width of the output]
    readonly final: Named;
    readonly gradients: Named; // each as its parameter
    readonly dx: readonly number[]; // [T, B, I]
    readonly dinitial: Named;
  };
}

export interface CellGolden extends LayerGolden {
  readonly script: string;
  readonly torch: string;
  readonly cell: string;
}

/** A cell after a transform of its equations. */
export interface TransformGolden extends LayerGolden {
  readonly name: string;
}

/** Parameters and states by layer: `layer1`, `layer1-reverse`, … */
export type ByLayer<Values> = Readonly<Record<string, Readonly<Record<string, Values>>>>;

/** A stack of layers in both directions on rows of different lengths. */
export interface SequenceGolden {
  readonly cell: string;
  readonly sizes: { readonly T: number; readonly B: number; readonly I: number; readonly H: number };
  readonly lengths: readonly number[];
  readonly x: readonly number[]; // [T, B, I]
  readonly initial: ByLayer<readonly number[]>;
  readonly parameters: ByLayer<Shaped>;
  readonly projection: { readonly outputs: readonly number[]; readonly final: ByLayer<readonly number[]> };
  readonly expected: {
    readonly outputs: readonly number[]; // [T, B, 2H], 0 beyond a row's end
    readonly final: ByLayer<readonly number[]>;
    readonly gradients: ByLayer<readonly number[]>;
    readonly dx: readonly number[];
    readonly dinitial: ByLayer<readonly number[]>;
  };
}

/** Forward passes of ONNX Runtime in float32; of one direction the layer is not named. */
export interface OnnxGolden extends Pick<SequenceGolden, "cell" | "sizes" | "lengths" | "x"> {
  readonly initial: ByLayer<readonly number[]> | Named;
  readonly parameters: ByLayer<Shaped> | Readonly<Record<string, Shaped>>;
  readonly expected: {
    readonly outputs: readonly number[];
    readonly final: ByLayer<readonly number[]> | Named;
  };
}

export interface LossGolden {
  readonly loss: string;
  readonly settings: {
    readonly smoothing?: number;
    readonly delta?: number;
    readonly components?: number;
    readonly levels?: readonly number[];
  };
  readonly sizes: Readonly<Record<string, number>>; // N tokens, D outputs or K classes
  readonly predictions: readonly number[];
  readonly targets: readonly number[];
  readonly weights: readonly number[]; // [N]
  readonly expected: { readonly loss: number; readonly gradient: readonly number[] };
}

export interface CtcGolden {
  readonly sizes: { readonly T: number; readonly B: number; readonly K: number };
  readonly logits: readonly number[]; // [T, B, K]
  readonly lengths: readonly number[];
  readonly labels: readonly (readonly number[])[];
  readonly expected: { readonly loss: number; readonly gradient: readonly number[] };
}

/** Scores or their gradients: by step and tag [T, B, K], of the listed transitions, of the first and of the last tag [K]. */
export type CrfNumbers = Readonly<Record<"logits" | "between" | "first" | "last", readonly number[]>>;

export interface CrfGolden extends CrfNumbers {
  readonly note: string;
  readonly sizes: { readonly T: number; readonly B: number; readonly K: number };
  readonly lengths: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  /** The tags that may be first and last. */
  readonly begin: readonly number[];
  readonly end: readonly number[];
  readonly tags: readonly (readonly number[])[];
  readonly expected: {
    readonly loss: number;
    readonly gradients: CrfNumbers;
    /** By row: the tags with the highest score. */
    readonly best: readonly (readonly number[])[];
    readonly marginals: readonly number[]; // [T, B, K], 0 beyond a row's length
  };
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

/** One for each cell, by the names of the files. */
export function readCellGoldens(): CellGolden[] {
  const files = readdirSync(new URL("cells", import.meta.url)).filter((name) => name.endsWith(".json"));
  return files.map((name) => read(`cells/${name}`) as CellGolden);
}

export const readTransformGoldens = (): TransformGolden[] => casesOf("transforms/transforms.json");
export const readSequenceGoldens = (): SequenceGolden[] => casesOf("sequences/sequences.json");
export const readOnnxGoldens = (): OnnxGolden[] => casesOf("onnx/onnx.json");
export const readLossGoldens = (): LossGolden[] => casesOf("losses/losses.json");
export const readCtcGoldens = (): CtcGolden[] => casesOf("losses/ctc.json");
export const readCrfGoldens = (): CrfGolden[] => casesOf("losses/crf.json");

function casesOf<Case>(file: string): Case[] {
  return (read(file) as { readonly cases: Case[] }).cases;
}

export function readModelGolden(): ModelGolden {
  return read("model.json") as ModelGolden;
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8"));
}
