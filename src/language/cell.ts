// What a cell is once its equations are read: plain data, with names resolved and widths symbolic.
// Made by `equations()`; knows no sizes, no graph and no device.

/** Where something stands in the text of a cell: one-based line and column, and a length in code points. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** A width: a symbol that the layer gives a size to (`"H"`, `"I"`, `"P"`), or a number. */
export type Width = string | number;

export type Period = "step" | "sequence";

export type Expression =
  | { readonly kind: "number"; readonly value: number; readonly place: Place }
  /** `now` is true for `h'` on the right: the state's value at this step. */
  | { readonly kind: "name"; readonly name: string; readonly now: boolean; readonly place: Place }
  /** An operator or a function: `add sub mul div neg`, `σ`, `sum`, `softmax`, `min` … */
  | {
      readonly kind: "call";
      readonly name: string;
      readonly arguments: readonly Expression[];
      readonly place: Place;
    }
  | {
      readonly kind: "product";
      readonly matrix: string;
      readonly transposed: boolean;
      readonly vector: Expression;
      readonly place: Place;
    }
  /** Zero with probability `rate`, else one; `1 - rate` in evaluation. As wide as its surroundings. */
  | {
      readonly kind: "mask";
      readonly rate: number;
      readonly per: Period;
      readonly width: Width;
      readonly place: Place;
    }
  /** Elements of a vector by their numbers, counted from 0: as wide as `indices`, an input. */
  | {
      readonly kind: "pick";
      readonly vector: Expression;
      readonly indices: string;
      readonly place: Place;
    }
  /**
   * Elements of a vector, as wide as `indices`, added up where those numbers say, counted from 0: zero where nothing is
   * placed. As wide as its surroundings.
   */
  | {
      readonly kind: "place";
      readonly vector: Expression;
      readonly indices: string;
      readonly width: Width;
      readonly place: Place;
    }
  /**
   * Layer normalisation, Ba et al. 2016: `gain ⊙ (v - mean) / sqrt(variance + ε) + shift`, over all of the vector
   * and nothing else, with a gain and a shift for this place in the text.
   */
  | {
      readonly kind: "norm";
      readonly vector: Expression;
      readonly gain: string;
      readonly shift: string;
      readonly place: Place;
    };

export interface Equation {
  readonly name: string;
  /** `h' = …` assigns the next value of the state `h`; `z = …` a local. */
  readonly next: boolean;
  readonly expression: Expression;
  readonly comment: string;
  readonly place: Place;
}

/**
 * How a parameter starts. Glorot & Bengio 2010: uniform in ±gain · sqrt(6 / (rows + columns)); He et al. 2015: normal
 * with deviation gain · sqrt(2 / columns); orthogonal: Saxe et al. 2013; spectral: normal, scaled so that the greatest
 * eigenvalue has the absolute value `radius`; chrono: log of uniform in [1, longest - 1], Tallec & Ollivier 2018;
 * shift: ones that move a vector `by` places down; negated: minus what another parameter starts with.
 */
export type Initial =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "glorot"; readonly gain: number }
  | { readonly kind: "he"; readonly gain: number }
  | { readonly kind: "spectral"; readonly radius: number }
  | { readonly kind: "chrono"; readonly longest: number }
  | { readonly kind: "shift"; readonly by: number }
  | { readonly kind: "negated"; readonly of: string }
  | { readonly kind: "orthogonal"; readonly gain: number }
  | { readonly kind: "identity"; readonly gain: number }
  | { readonly kind: "normal"; readonly deviation: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number };

export type CellParameter = {
  readonly name: string;
  readonly initial: Initial;
  /** False for `fixed`: part of the model, never changed by training. */
  readonly trained: boolean;
} & (
  | {
      readonly kind: "matrix";
      /** The width it makes and the width it takes: `W x` has width `rows` where x has width `columns`. */
      readonly rows: Width;
      readonly columns: Width;
      /** Block-diagonal heads; 1 is an ordinary, dense matrix. Both widths are divisible by it. */
      readonly blocks: number;
      /** In training each element is left out with this probability, anew at each update; 0 for none. */
      readonly drop: number;
    }
  | { readonly kind: "vector"; readonly width: Width }
);

export interface CellInput {
  readonly name: string;
  readonly width: Width;
  readonly per: Period;
}

export interface CellState {
  readonly name: string;
  readonly width: Width;
  /** Its value where a sequence starts: a number, or made of parameters, constants and inputs per sequence. */
  readonly start: Expression;
}

export interface Cell {
  readonly name: string;
  /** What the comment before the first line says: what it is and where it comes from. */
  readonly about: string;
  /** The text it was read from, in NFC. `equations(name)` of it gives the same cell back. */
  readonly text: string;
  readonly equations: readonly Equation[];
  /** In the order of their first appearance in the equations. */
  readonly inputs: readonly CellInput[];
  readonly states: readonly CellState[];
  readonly locals: readonly { readonly name: string; readonly width: Width }[];
  readonly parameters: readonly CellParameter[];
  readonly constants: Readonly<Record<string, number>>;
  /** The state or local that the layer hands on. */
  readonly output: string;
  /** Widths that must be equal, from `requires` clauses. */
  readonly requires: readonly (readonly [Width, Width])[];
}
