// A cell as it is written, before its names are known: what the parser makes and the analysis reads.
import type { Initial, Period, Place, Width } from "./cell.ts";

/** An expression whose names may yet be states, locals, inputs, constants or parameters. */
export type Tree =
  | { readonly kind: "number"; readonly value: number; readonly place: Place }
  | Named
  /** A matrix that is applied to nothing: a mistake, which is explained once all names are known. */
  | Bare
  | {
      readonly kind: "call";
      readonly name: string;
      readonly arguments: readonly Tree[];
      readonly place: Place;
    }
  | {
      readonly kind: "product";
      readonly matrix: string;
      readonly transposed: boolean;
      readonly vector: Tree;
      readonly place: Place;
    }
  | { readonly kind: "mask"; readonly rate: Rate; readonly per: Period; readonly place: Place }
  | { readonly kind: "pick" | "place"; readonly vector: Tree; readonly indices: Named; readonly place: Place }
  | { readonly kind: "norm"; readonly vector: Tree; readonly place: Place };

export interface Named {
  readonly kind: "name";
  readonly name: string;
  readonly primed: boolean;
  readonly place: Place;
}

export interface Bare {
  readonly kind: "matrix";
  readonly name: string;
  readonly transposed: boolean;
  readonly place: Place;
}

/** How likely a mask is zero: a number, or a constant's name. */
export type Rate = { readonly kind: "number"; readonly value: number; readonly place: Place } | Named;

export interface Assignment {
  readonly kind: "equation";
  readonly target: Named;
  readonly tree: Tree;
  readonly comment: string;
}

export type Clause =
  | {
      readonly kind: "init";
      readonly names: readonly Named[];
      readonly initial: Initial;
      readonly place: Place;
    }
  | {
      readonly kind: "start";
      readonly names: readonly Named[];
      readonly value: Tree;
      readonly place: Place;
    }
  | { readonly kind: "drop"; readonly names: readonly Named[]; readonly rate: number; readonly place: Place }
  | {
      readonly kind: "constant";
      readonly names: readonly Named[];
      readonly value: number;
      readonly place: Place;
    }
  | { readonly kind: "fixed"; readonly names: readonly Named[]; readonly place: Place }
  | { readonly kind: "width"; readonly names: readonly Named[]; readonly width: Width; readonly place: Place }
  | {
      readonly kind: "blocks";
      readonly names: readonly Named[];
      readonly count: number;
      readonly place: Place;
    }
  | { readonly kind: "output"; readonly names: readonly Named[]; readonly place: Place }
  | { readonly kind: "input"; readonly names: readonly Named[]; readonly per: Period; readonly place: Place }
  | {
      readonly kind: "requires";
      readonly left: PlacedWidth;
      readonly right: PlacedWidth;
      readonly place: Place;
    };

export interface PlacedWidth {
  readonly width: Width;
  readonly place: Place;
}

export type Statement = Assignment | Clause;

export function isMatrixName(name: string): boolean {
  return /^\p{Lu}/u.test(name);
}
