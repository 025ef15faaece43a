// Deep transitions: within one step the states go through the cell several times, of which only the first reads the
// input. Pascanu et al. 2013, arXiv:1312.6026v5; Miceli Barone et al. 2017, arXiv:1707.07631v1.
import type { Cell, CellParameter, Equation, Expression } from "../../language/cell.ts";
import { ops, type PointwiseOp } from "../../graph/ops.ts";
import { printExpression } from "../../language/print.ts";
import { mapExpression, number, parametersIn, read, requireCell, rewrite, withoutDead } from "./rewrite.ts";

/**
 * `depth` transitions per step, each with its own parameters (`Ur`, `Ur2`, `Ur3` …). From the second on inputs are zero,
 * and terms of inputs alone are left out. Equations that only the output needs are evaluated once, after the last
 * transition, and read the inputs: so a residual connection remains one. Throws unless `depth` is from 1 to 100, for a cell
 * without states, and for one that without input divides by zero or applies a matrix to a number.
 */
export function deepTransition(cell: Cell, depth = 2): Cell {
  requireCell("deep-transition", cell);
  if (!(Number.isSafeInteger(depth) && depth >= 1 && depth <= 100)) {
    throw new Error(`deep-transition: the depth must be a whole number from 1 to 100, got ${depth}`);
  }
  if (cell.states.length === 0) throw new Error(`deep-transition: ${cell.name} has no state`);
  const naming = namingOf(cell, depth);
  const { suffixed, stateAt, inTransition } = naming;
  const levels = Array.from({ length: depth }, (_, i) => i + 1);
  const transitions = cell.equations.filter((e) => inTransition.has(e.name));
  const outputs = cell.equations.filter((e) => !inTransition.has(e.name));
  const copied = [
    ...levels.flatMap((level) =>
      transitions.map((equation): Equation => {
        const expression = copy(cell, naming, equation.expression, level, level);
        if (!equation.next) return { ...equation, name: suffixed(equation.name, level), expression };
        return level === depth
          ? { ...equation, expression }
          : { ...equation, next: false, name: stateAt(equation.name, level), expression };
      }),
    ),
    ...outputs.map((e): Equation => ({ ...e, expression: copy(cell, naming, e.expression, depth, 1) })),
  ];
  const isCopied = inTransition.has(cell.output) && cell.locals.some((l) => l.name === cell.output);
  const output = isCopied ? suffixed(cell.output, depth) : cell.output;
  const equations = withoutDead(copied, output);
  const widths = [...cell.states, ...cell.locals];
  const locals = equations
    .filter((e) => !e.next)
    .map(({ name }) => {
      const original = widths.find((w) =>
        levels.some((level) => suffixed(w.name, level) === name || stateAt(w.name, level) === name),
      );
      return { name, width: original?.width ?? "H" };
    });
  const parameters = copiedParameters(cell, naming, levels, equations);
  return rewrite(cell, `deep-transition:${depth}`, { equations, locals, parameters, output });
}

/** The names of copies. */
interface Naming {
  readonly depth: number;
  /** The copy of a local or parameter at a level, from 1. */
  readonly suffixed: (name: string, level: number) => string;
  /** The local that is a state after a transition other than the last. */
  readonly stateAt: (name: string, level: number) => string;
  /** The names whose equations belong to the transition; the others only compute the output. */
  readonly inTransition: ReadonlySet<string>;
}

function namingOf(cell: Cell, depth: number): Naming {
  const names = [...cell.equations.map((e) => e.name), ...cell.parameters.map((p) => p.name)];
  const mark = separator(names, ["", "_", "__"], depth);
  const stateMark = separator(names, ["_", "__"], depth);
  return {
    depth,
    suffixed: (name, level) => (level === 1 ? name : `${name}${mark}${level}`),
    stateAt: (name, level) => `${name}${stateMark}${level}`,
    inTransition: new Set(withoutDead(cell.equations, "").map((e) => e.name)),
  };
}

/** An expression at transition `level`, with the parameters of level `parameters`. */
function copy(cell: Cell, naming: Naming, e: Expression, level: number, parameters: number): Expression {
  const { depth, suffixed, stateAt, inTransition } = naming;
  const has = (list: readonly { readonly name: string }[], name: string): boolean =>
    list.some((other) => other.name === name);
  const stateAfter = (name: string, transition: number): Expression =>
    transition === 0 ? read(name) : transition === depth ? read(name, true) : read(stateAt(name, transition));
  return mapExpression(e, (inner) => {
    if (inner.kind === "name") {
      const { name, now } = inner;
      if (has(cell.states, name)) return stateAfter(name, now ? level : level - 1);
      if (has(cell.inputs, name)) return parameters > 1 ? number(0) : inner;
      if (has(cell.parameters, name)) return read(suffixed(name, parameters));
      return has(cell.locals, name) ? read(suffixed(name, inTransition.has(name) ? level : 1)) : inner;
    }
    const renamed =
      inner.kind === "product" ? { ...inner, matrix: suffixed(inner.matrix, parameters) } : inner;
    return parameters > 1 ? foldZeros(cell.name, renamed) : renamed;
  });
}

function copiedParameters(
  cell: Cell,
  { suffixed }: Naming,
  levels: readonly number[],
  equations: readonly Equation[],
): CellParameter[] {
  const used = new Set(equations.flatMap((e) => parametersIn(e.expression)));
  return levels.flatMap((level) =>
    cell.parameters.map((p): CellParameter => {
      // A negated initial value refers to the copy at the same level, if that exists.
      const partner = p.initial.kind === "negated" ? suffixed(p.initial.of, level) : "";
      const initial = used.has(partner) ? ({ kind: "negated", of: partner } as const) : p.initial;
      return { ...p, initial, name: suffixed(p.name, level) };
    }),
  );
}

/** A separator between a name and a level such that no copy has the name of something else. */
function separator(names: readonly string[], candidates: readonly string[], depth: number): string {
  const isFree = (mark: string): boolean =>
    names.every(
      (name) =>
        !names.some(
          (other) => other.startsWith(`${name}${mark}`) && isLevel(other.slice(name.length + mark.length)),
        ),
    );
  const isLevel = (rest: string): boolean => /^\d+$/u.test(rest) && Number(rest) <= depth;
  return candidates.find(isFree) ?? "___";
}

const isZero = (e: Expression | undefined): boolean => e?.kind === "number" && e.value === 0;
const overWidth: ReadonlySet<string> = new Set(["sum", "mean", "greatest"]);

/** Simplifies an expression with operands that are numbers. Throws if the result is not finite, or has no width. */
function foldZeros(cell: string, e: Expression): Expression {
  const refuse = (fault: string): never => {
    throw new Error(
      `deep-transition: further transitions of ${cell} read no input, and '${printExpression(e)}' ${fault}; ` +
        "use a cell that adds its input, as in 'W x + U h'",
    );
  };
  if (e.kind === "product" || e.kind === "norm" || e.kind === "pick" || e.kind === "place") {
    if (isZero(e.vector)) return number(0);
    return e.vector.kind === "number" ? refuse("has no width") : e;
  }
  if (e.kind !== "call") return e;
  const [a, b] = e.arguments as [Expression, Expression];
  if (e.name === "div" && isZero(b)) return refuse("divides by zero");
  if (e.name === "add" && isZero(a)) return b;
  if ((e.name === "add" || e.name === "sub") && isZero(b)) return a;
  if (e.name === "mul" && (isZero(a) || isZero(b))) return number(0);
  if (e.name === "div" && isZero(a)) return number(0);
  if (e.name === "neg" && isZero(a)) return number(0);
  if (overWidth.has(e.name) && a.kind === "number") {
    return e.name !== "sum" || isZero(a) ? a : refuse("has no width");
  }
  const values = e.arguments.map((argument) => (argument.kind === "number" ? argument.value : undefined));
  const row = e.name in ops ? ops[e.name as PointwiseOp] : undefined;
  if (!row || !values.every((v) => v !== undefined)) return e;
  const value = row.value(...values);
  return Number.isFinite(value) ? number(value) : refuse("is not finite");
}
