// Infers all widths of a cell by unification: operands of elementwise operations are equally wide, and a matrix fits
// its operand and its result. Symbols stay symbols; a width that nothing determines is that of the layer, `H`.
import type { Expression, TextSpan, Width } from "./cell.ts";
import { reduces } from "./functions.ts";
import { shorten } from "./lexer.ts";
import { printExpression } from "./print.ts";
import type { Names } from "./resolve.ts";
import type { WrittenWidth } from "./syntax.ts";
import { EquationError, type Source } from "./text-error.ts";

/** The widths of a cell's names, matrices and masks. */
export interface Widths {
  readonly names: ReadonlyMap<string, Width>;
  readonly matrices: ReadonlyMap<string, { readonly rows: Width; readonly columns: Width }>;
  /** The widths of expressions that are as wide as their surroundings (`mask`, `place`), by the expression object. */
  readonly surrounded: ReadonlyMap<Expression, Width>;
}

/** A width that may not be known yet, or that is the same as another one. */
interface Unknown {
  same?: Unknown;
  width?: Width;
}

interface Context {
  readonly source: Source;
  readonly names: Map<string, Unknown>;
  readonly matrices: Map<string, { readonly rows: Unknown; readonly columns: Unknown }>;
  readonly surrounded: Map<Expression, Unknown>;
  readonly equal: (a: Width, b: Width) => boolean;
}

/**
 * `declared` are the widths of `width` clauses, `required` the pairs of `requires` clauses. Throws an
 * {@link EquationError} where two widths differ.
 */
export function inferWidths(
  source: Source,
  names: Names,
  declared: ReadonlyMap<string, Width>,
  required: readonly (readonly [WrittenWidth, WrittenWidth])[],
): Widths {
  const context: Context = {
    source,
    names: new Map(),
    matrices: new Map(),
    surrounded: new Map(),
    equal: equality(required.map(([a, b]) => [a.width, b.width])),
  };
  declareWidths(context, names, declared);
  for (const { name, expression, next, span } of names.equations) {
    const right = measure(context, expression);
    if (!next && !declared.has(name)) {
      context.names.set(name, right);
      continue;
    }
    const left = context.names.get(name) as Unknown;
    if (find(right).width === 1 || unify(context, left, right)) continue;
    const [expected, actual] = [find(left).width as Width, find(right).width as Width];
    const change = expected === 1 ? "apply sum(…) or mean(…)" : "apply a matrix";
    const message = `'${name}' has width ${expected} but its right side has width ${actual}; ${change} to the right side${orRequire(expected, actual)}`;
    throw new EquationError(source, span, message);
  }

  for (const [name, { expression, span }] of names.starts) {
    const state = context.names.get(name);
    const right = measure(context, expression);
    if (!state || find(right).width === 1 || unify(context, state, right)) continue;
    const [expected, actual] = [find(state).width as Width, find(right).width as Width];
    const message = `'${name}' has width ${expected} but its start value has width ${actual}; apply a matrix to it${orRequire(expected, actual)}`;
    throw new EquationError(source, span, message);
  }

  const widthOf = (unknown: Unknown): Width => find(unknown).width ?? "H";
  const widthsOf = <K>(map: ReadonlyMap<K, Unknown>): Map<K, Width> =>
    new Map([...map].map(([key, unknown]) => [key, widthOf(unknown)]));
  return {
    names: widthsOf(context.names),
    matrices: new Map(
      [...context.matrices].map(([name, { rows, columns }]) => [
        name,
        { rows: widthOf(rows), columns: widthOf(columns) },
      ]),
    ),
    surrounded: widthsOf(context.surrounded),
  };
}

function declareWidths(context: Context, names: Names, declared: ReadonlyMap<string, Width>): void {
  const declare = (name: string, byDefault?: Width): void => {
    const width = declared.get(name) ?? byDefault;
    context.names.set(name, width === undefined ? {} : { width });
  };
  for (const name of names.inputs.keys()) declare(name, name === "x" ? "I" : "H");
  for (const name of names.states) declare(name, "H");
  for (const name of names.locals) declare(name);
  for (const name of names.constants.keys()) declare(name, 1);
  for (const [name, use] of names.parameters) {
    if (use.kind === "vector") declare(name);
    else context.matrices.set(name, { rows: {}, columns: {} });
  }
}

function measure(context: Context, e: Expression): Unknown {
  switch (e.kind) {
    case "number":
      return { width: 1 };
    case "name":
      return context.names.get(e.name) as Unknown;
    case "mask": {
      const width = {};
      context.surrounded.set(e, width);
      return width;
    }
    case "pick":
      measure(context, e.vector);
      return context.names.get(e.indices) as Unknown;
    case "place": {
      const [vector, indices] = [measure(context, e.vector), context.names.get(e.indices) as Unknown];
      if (find(vector).width !== 1 && !unify(context, vector, indices)) {
        const [expected, actual] = [find(indices).width as Width, find(vector).width as Width];
        const message = `'place' needs an index for each element, but '${e.indices}' has width ${expected} and '${show(e.vector)}' has width ${actual}; add a line 'width ${e.indices} = ${actual}'`;
        throw new EquationError(context.source, e.span, message);
      }
      const width = {};
      context.surrounded.set(e, width);
      return width;
    }
    case "norm": {
      const width = measure(context, e.vector);
      for (const name of [e.gain, e.shift]) unify(context, context.names.get(name) as Unknown, width);
      return width;
    }
    case "product": {
      const { rows, columns } = context.matrices.get(e.matrix) as { rows: Unknown; columns: Unknown };
      const [takes, gives] = e.transposed ? [rows, columns] : [columns, rows];
      const vector = measure(context, e.vector);
      if (unify(context, takes, vector)) return gives;
      const [expected, actual] = [find(takes).width as Width, find(vector).width as Width];
      const matrix = e.transposed ? `${e.matrix}ᵀ` : e.matrix;
      const message = `'${matrix}' takes width ${expected} but '${show(e.vector)}' has width ${actual}; use another matrix${orRequire(expected, actual)}`;
      throw new EquationError(context.source, e.span, message);
    }
    case "call": {
      const widths = e.arguments.map((argument) => measure(context, argument));
      if (reduces(e.name)) return { width: 1 };
      const [first = {}, second] = widths;
      return second === undefined ? first : combine(context, e.span, e.arguments, first, second);
    }
  }
  return e satisfies never;
}

/** The width of an elementwise operation: its operands are equally wide, or one of them has width 1. */
function combine(
  context: Context,
  span: TextSpan,
  [left, right]: readonly Expression[],
  a: Unknown,
  b: Unknown,
): Unknown {
  if (find(a).width === 1) return b;
  if (find(b).width === 1 || unify(context, a, b)) return a;
  const [first, second] = [find(a).width as Width, find(b).width as Width];
  const message = `'${show(left)}' has width ${first} but '${show(right)}' has width ${second}; apply a matrix to one of them${orRequire(first, second)}`;
  throw new EquationError(context.source, span, message);
}

function show(e: Expression | undefined): string {
  return e ? shorten(printExpression(e)) : "";
}

function orRequire(expected: Width, actual: Width): string {
  const [first, second] = actual === "I" ? [actual, expected] : [expected, actual];
  if (first === 1 || second === 1 || (typeof first === "number" && typeof second === "number")) return "";
  return ` or add 'requires ${first} = ${second}'`;
}

function find(unknown: Unknown): Unknown {
  let root = unknown;
  while (root.same) root = root.same;
  if (root !== unknown) unknown.same = root;
  return root;
}

/** False if both are known and differ. */
function unify(context: Context, a: Unknown, b: Unknown): boolean {
  const [first, second] = [find(a), find(b)];
  if (first === second) return true;
  if (first.width !== undefined && second.width !== undefined)
    return context.equal(first.width, second.width);
  if (first.width === undefined) first.same = second;
  else second.same = first;
  return true;
}

/** A test for equality of widths, given pairs that must be equal. */
function equality(pairs: readonly (readonly [Width, Width])[]): (a: Width, b: Width) => boolean {
  const classes = new Map<Width, Width>();
  for (const [a, b] of pairs) {
    const [first, second] = [classes.get(a) ?? a, classes.get(b) ?? b];
    classes.set(a, first);
    for (const [width, of] of classes) if (of === second) classes.set(width, first);
    classes.set(b, first);
  }
  return (a, b) => (classes.get(a) ?? a) === (classes.get(b) ?? b);
}
