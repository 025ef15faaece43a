// The syntax tree of a cell's text, from the parser to the analysis: its names are not resolved yet.
import type { Initial, Period, TextSpan, Width } from "./cell.ts";

/** An expression whose names may be states, locals, inputs, constants or parameters. */
export type Tree =
  | { readonly kind: "number"; readonly value: number; readonly span: TextSpan }
  | Named
  /** A matrix that is applied to nothing: an error, reported once all names are known. */
  | Bare
  | {
      readonly kind: "call";
      readonly name: string;
      readonly arguments: readonly Tree[];
      readonly span: TextSpan;
    }
  | {
      readonly kind: "product";
      readonly matrix: string;
      readonly transposed: boolean;
      readonly vector: Tree;
      readonly span: TextSpan;
    }
  | { readonly kind: "mask"; readonly rate: Rate; readonly per: Period; readonly span: TextSpan }
  | {
      readonly kind: "pick" | "place";
      readonly vector: Tree;
      readonly indices: Named;
      readonly span: TextSpan;
    }
  | { readonly kind: "norm"; readonly vector: Tree; readonly span: TextSpan };

/** A name, with its prime if it has one. */
export interface Named {
  readonly kind: "name";
  readonly name: string;
  readonly primed: boolean;
  readonly span: TextSpan;
}

/** A matrix without a vector. */
export interface Bare {
  readonly kind: "matrix";
  readonly name: string;
  readonly transposed: boolean;
  readonly span: TextSpan;
}

/** The probability that an element of a mask is zero: a number, or the name of a constant. */
export type Rate = { readonly kind: "number"; readonly value: number; readonly span: TextSpan } | Named;

/** An equation. */
export interface Assignment {
  readonly kind: "equation";
  readonly target: Named;
  readonly tree: Tree;
  readonly comment: string;
}

/** A clause: a line that says something about names that the equations have. */
export type Clause =
  | {
      readonly kind: "init";
      readonly names: readonly Named[];
      readonly initial: Initial;
      readonly span: TextSpan;
    }
  | {
      readonly kind: "start";
      readonly names: readonly Named[];
      readonly value: Tree;
      readonly span: TextSpan;
    }
  | {
      readonly kind: "drop";
      readonly names: readonly Named[];
      readonly rate: number;
      readonly span: TextSpan;
    }
  | {
      readonly kind: "constant";
      readonly names: readonly Named[];
      readonly value: number;
      readonly span: TextSpan;
    }
  | { readonly kind: "fixed"; readonly names: readonly Named[]; readonly span: TextSpan }
  | {
      readonly kind: "width";
      readonly names: readonly Named[];
      readonly width: Width;
      readonly span: TextSpan;
    }
  | {
      readonly kind: "blocks";
      readonly names: readonly Named[];
      readonly count: number;
      readonly span: TextSpan;
    }
  | { readonly kind: "output"; readonly names: readonly Named[]; readonly span: TextSpan }
  | {
      readonly kind: "input";
      readonly names: readonly Named[];
      readonly per: Period;
      readonly span: TextSpan;
    }
  | {
      readonly kind: "requires";
      readonly left: WrittenWidth;
      readonly right: WrittenWidth;
      readonly span: TextSpan;
    };

/** A width in a `requires` clause. */
export interface WrittenWidth {
  readonly width: Width;
  readonly span: TextSpan;
}

/** A line of a cell. */
export type Statement = Assignment | Clause;

/** True for a name that begins with a capital. */
export function isMatrixName(name: string): boolean {
  return /^\p{Lu}/u.test(name);
}
