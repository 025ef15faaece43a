// A cell whose equations have been read: plain data, with names resolved and widths symbolic. Made by
// `equations()`; sizes come later.

/** A stretch of a cell's text: line and column from 1, the length in code points. */
export interface TextSpan {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** A width: a symbol that the layer assigns a size to (`"H"`, `"I"`, `"P"`), or a number. */
export type Width = string | number;

/** How often a value is read or drawn. */
export type Period = "step" | "sequence";

/** The right side of an equation. */
export type Expression =
  | { readonly kind: "number"; readonly value: number; readonly span: TextSpan }
  /** `now` is true for `h'` on the right: the state's value at this step. */
  | { readonly kind: "name"; readonly name: string; readonly now: boolean; readonly span: TextSpan }
  /** An operator or a function: `add sub mul div neg`, `sigmoid`, `sum`, `softmax`, `min` … */
  | {
      readonly kind: "call";
      readonly name: string;
      readonly arguments: readonly Expression[];
      readonly span: TextSpan;
    }
  /** A matrix, or its transpose, applied to a vector. */
  | {
      readonly kind: "product";
      readonly matrix: string;
      readonly transposed: boolean;
      readonly vector: Expression;
      readonly span: TextSpan;
    }
  /** 0 with probability `rate`, else 1; its mean, `1 - rate`, in evaluation. As wide as its surroundings. */
  | {
      readonly kind: "mask";
      readonly rate: number;
      readonly per: Period;
      readonly width: Width;
      readonly span: TextSpan;
    }
  /** A gather: the elements of `vector` at `indices`, an input of whole numbers from 0. As wide as `indices`. */
  | {
      readonly kind: "pick";
      readonly vector: Expression;
      readonly indices: string;
      readonly span: TextSpan;
    }
  /**
   * A scatter-add: each element of `vector`, which is as wide as `indices`, is added at its index, from 0; elements that
   * receive nothing are 0. As wide as its surroundings.
   */
  | {
      readonly kind: "place";
      readonly vector: Expression;
      readonly indices: string;
      readonly width: Width;
      readonly span: TextSpan;
    }
  /**
   * Layer normalisation over the whole vector: `gain ⊙ (v - mean) / sqrt(variance + ε) + shift`. Each occurrence in the
   * text has a gain and a shift of its own. Ba et al. 2016, arXiv:1607.06450v1.
   */
  | {
      readonly kind: "norm";
      readonly vector: Expression;
      readonly gain: string;
      readonly shift: string;
      readonly span: TextSpan;
    };

/** A line of a cell: `z = …` or `h' = …`. */
export interface Equation {
  readonly name: string;
  /** True for `h' = …`, the next value of the state `h`; false for `z = …`, a local. */
  readonly next: boolean;
  readonly expression: Expression;
  /** The text after `#`, without it; empty if there is none. */
  readonly comment: string;
  readonly span: TextSpan;
}

/**
 * The initial value of a parameter; of a matrix with blocks, of each block.
 * - `constant`: every element is `value`.
 * - `glorot`: uniform in ±gain · sqrt(6 / (rows + columns)). Glorot & Bengio 2010 (AISTATS).
 * - `he`: normal with standard deviation gain · sqrt(2 / columns). He et al. 2015, arXiv:1502.01852v1.
 * - `orthogonal`: orthonormal rows or columns, whichever are fewer, times `gain`. Saxe et al. 2013, arXiv:1312.6120v3.
 * - `spectral`: normal, scaled so that the largest absolute value of an eigenvalue is `radius`.
 * - `chrono`: the logarithm of a number uniform in [1, longest - 1]. Tallec & Ollivier 2018, arXiv:1804.11188v1.
 * - `shift`: ones on the diagonal that moves a vector `by` elements down.
 * - `negated`: minus the initial value of another parameter.
 * - `identity`: `gain` on the diagonal. `normal`: mean 0. `uniform`: in [low, high].
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

/** A matrix or a vector that a cell's equations read and nothing assigns. */
export type CellParameter = {
  readonly name: string;
  readonly initial: Initial;
  /** False for `fixed`: part of the model, never changed by training. */
  readonly trained: boolean;
} & (
  | {
      readonly kind: "matrix";
      /** `W x` has width `rows` where x has width `columns`. */
      readonly rows: Width;
      readonly columns: Width;
      /** Blocks on the diagonal; 1 is an ordinary dense matrix. Both widths are divisible by it. */
      readonly blocks: number;
      /** In training each element is zeroed with this probability, drawn anew at each update; 0 for never. */
      readonly drop: number;
    }
  | { readonly kind: "vector"; readonly width: Width }
);

/** An input of a cell: `x`, or one that an `input` clause declares. */
export interface CellInput {
  readonly name: string;
  readonly width: Width;
  readonly per: Period;
}

/** A value that a cell carries from one step to the next. */
export interface CellState {
  readonly name: string;
  readonly width: Width;
  /** Its value at the start of a sequence: an expression of numbers, parameters, constants and inputs per sequence. */
  readonly start: Expression;
}

/** A recurrent cell, or a layer without a state, as its equations define it. */
export interface Cell {
  readonly name: string;
  /** The comment before the first line: the cell's full name and its source. */
  readonly about: string;
  /** The text it was read from, in NFC. `equations(name)` of it gives an equal cell. */
  readonly text: string;
  /** In the order of the text. */
  readonly equations: readonly Equation[];
  /** In the order of their first appearance in the equations. */
  readonly inputs: readonly CellInput[];
  /** What is carried from step to step. */
  readonly states: readonly CellState[];
  /** Values of one step that other lines read. */
  readonly locals: readonly { readonly name: string; readonly width: Width }[];
  /** Matrices and vectors that equations read and nothing assigns. */
  readonly parameters: readonly CellParameter[];
  /** By name, from `constant` clauses. */
  readonly constants: Readonly<Record<string, number>>;
  /** The state or local that is the layer's output. */
  readonly output: string;
  /** Widths that must be equal, from `requires` clauses. */
  readonly requires: readonly (readonly [Width, Width])[];
}
