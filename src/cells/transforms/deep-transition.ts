// A deep transition: within one step the states go through the cell several times, of which only the first sees the
// input. Pascanu et al. 2013, arXiv:1312.6026v5; Miceli Barone et al. 2017, arXiv:1707.07631v1.
import type { Cell, CellParameter, Equation, Expression } from "../../language/cell.ts";
import { ops, type PointwiseOp } from "../../graph/ops.ts";
import { printExpression } from "../../language/print.ts";
import { mapExpression, number, parametersIn, read, rewritten, withoutDead } from "./rewrite.ts";

/**
 * `depth` transitions a step, each with parameters of its own (`Ur`, `Ur2`, `Ur3` …). Touches all states. From the
 * second on inputs count as zero, and what is made of them alone is left out; a cell that then divides by zero, or
 * applies a matrix to a number, is refused. What only the output needs is computed once, after the last transition, and
 * sees the inputs: so a residual connection stays one.
 */
export function deepTransition(cell: Cell, depth = 2): Cell {
  if (!(Number.isSafeInteger(depth) && depth >= 1 && depth <= 100)) {
    throw new Error(`deep-transition: the depth must be a whole number from 1 to 100, not ${depth}`);
  }
  if (cell.states.length === 0) throw new Error(`deep-transition: ${cell.name} has no state to hand on`);
  const own = [...cell.equations.map((e) => e.name), ...cell.parameters.map((p) => p.name)];
  const [mark, stateMark] = [separator(own, ["", "_", "__"], depth), separator(own, ["_", "__"], depth)];
  const suffixed = (name: string, level: number): string => (level === 1 ? name : `${name}${mark}${level}`);
  const inTransition = new Set(withoutDead(cell.equations, "").map((e) => e.name));
  const isState = (name: string): boolean => cell.states.some((s) => s.name === name);
  const isLocal = (name: string): boolean => cell.locals.some((l) => l.name === name);
  const isOwn = (name: string): boolean => cell.parameters.some((p) => p.name === name);
  const isInput = (name: string): boolean => cell.inputs.some((i) => i.name === name);
  /** A state after transition `level`, which is its next value after the last. */
  const after = (name: string, level: number): Expression =>
    level === 0 ? read(name) : level === depth ? read(name, true) : read(`${name}${stateMark}${level}`);

  /** An expression as transition `level` has it, with `parameters` of that level. */
  const copy = (e: Expression, level: number, parameters: number): Expression =>
    mapExpression(e, (inner) => {
      if (inner.kind === "name") {
        const { name, now } = inner;
        if (isState(name)) return after(name, now ? level : level - 1);
        if (isInput(name)) return parameters > 1 ? number(0) : inner;
        if (isOwn(name)) return read(suffixed(name, parameters));
        return isLocal(name) ? read(suffixed(name, inTransition.has(name) ? level : 1)) : inner;
      }
      const same =
        inner.kind === "product" ? { ...inner, matrix: suffixed(inner.matrix, parameters) } : inner;
      return parameters > 1 ? folded(cell.name, same) : same;
    });
  const levels = Array.from({ length: depth }, (_, i) => i + 1);
  const transitions = cell.equations.filter((e) => inTransition.has(e.name));
  const outputs = cell.equations.filter((e) => !inTransition.has(e.name));
  const equations = [
    ...levels.flatMap((level) =>
      transitions.map((equation): Equation => {
        const expression = copy(equation.expression, level, level);
        if (!equation.next) return { ...equation, name: suffixed(equation.name, level), expression };
        return level === depth
          ? { ...equation, expression }
          : { ...equation, next: false, name: `${equation.name}${stateMark}${level}`, expression };
      }),
    ),
    ...outputs.map((e): Equation => ({ ...e, expression: copy(e.expression, depth, 1) })),
  ];
  const isCopied = isLocal(cell.output) && inTransition.has(cell.output);
  const output = isCopied ? suffixed(cell.output, depth) : cell.output;
  const alive = withoutDead(equations, output);
  const used = new Set(alive.flatMap((e) => parametersIn(e.expression)));
  const parameters = levels.flatMap((level) =>
    cell.parameters.map((p): CellParameter => {
      // What a copy is paired with is the copy of it, where there is one.
      const partner = p.initial.kind === "negated" ? suffixed(p.initial.of, level) : "";
      const initial = used.has(partner) ? ({ kind: "negated", of: partner } as const) : p.initial;
      return { ...p, initial, name: suffixed(p.name, level) };
    }),
  );
  const widths = [...cell.states, ...cell.locals];
  const locals = alive
    .filter((e) => !e.next)
    .map(({ name }) => {
      const source = widths.find((w) =>
        levels.some((l) => suffixed(w.name, l) === name || `${w.name}${stateMark}${l}` === name),
      );
      return { name, width: source?.width ?? "H" };
    });
  return rewritten(cell, `deep-transition:${depth}`, { equations: alive, locals, parameters, output });
}

/** What stands between a name and a number so that no name comes out that there is already. */
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

/** Without what a zero leaves out of it. Throws where no input is no number, or has no width. */
function folded(cell: string, e: Expression): Expression {
  const refuse = (why: string): never => {
    throw new Error(
      `deep-transition: further transitions of ${cell} see no input, and '${printExpression(e)}' ${why}; ` +
        "write a cell whose input comes in by a sum, as in 'W x + U h'",
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
  return Number.isFinite(value) ? number(value) : refuse("is no number");
}
