// Building blocks for transforms. A changed cell is printed and read again, so that its text still defines it completely.
import type { Cell, CellParameter, Equation, Expression, TextSpan, Width } from "../../language/cell.ts";
import { parseCell } from "../../language/equations.ts";
import { contains, mapOperands, operands } from "../../language/expression.ts";
import { suggestion } from "../../base/nearest.ts";
import { shown } from "../../base/options.ts";
import { printCell } from "../../language/print.ts";

/** The span of expressions that are in no text yet. */
const nowhere: TextSpan = { line: 1, column: 1, length: 1 };

/**
 * The cell with some fields changed, without parameters and inputs that nothing reads any more. `label` is appended to its
 * name. Throws an EquationError if the changes do not make a valid cell.
 */
export function rewrite(cell: Cell, label: string, changes: Partial<Cell>): Cell {
  const changed = { ...cell, ...changes };
  const used = new Set(changed.equations.flatMap((e) => parametersIn(e.expression)));
  for (const state of changed.states) for (const name of parametersIn(state.start)) used.add(name);
  const parameters = changed.parameters.filter((p) => used.has(p.name));
  const inputs = changed.inputs.filter((i) => used.has(i.name));
  return parseCell(`${cell.name}+${label}`, printCell({ ...changed, parameters, inputs }));
}

/** Changes every expression inside, from the innermost outwards. */
export function mapExpression(e: Expression, change: (inner: Expression) => Expression): Expression {
  return change(mapOperands(e, (operand) => mapExpression(operand, change)));
}

/** A number. */
export const number = (value: number): Expression => ({ kind: "number", value, span: nowhere });
/** A name; with `now`, a state's value after the step, `h'`. */
export const read = (name: string, now = false): Expression => ({ kind: "name", name, now, span: nowhere });
/** An operator or a function. */
export const call = (name: string, ...args: readonly Expression[]): Expression => ({
  kind: "call",
  name,
  arguments: args,
  span: nowhere,
});
/** A matrix applied to a vector. */
export const apply = (matrix: string, vector: Expression): Expression => ({
  kind: "product",
  matrix,
  transposed: false,
  vector,
  span: nowhere,
});
/** Layer normalisation; its gain and shift are named when the text is read. */
export const norm = (vector: Expression): Expression => ({
  kind: "norm",
  vector,
  gain: "",
  shift: "",
  span: nowhere,
});

/** A dropout mask: 0 with probability `rate`, otherwise 1 / (1 - rate); 1 in evaluation. */
export const dropoutMask = (rate: number, per: "step" | "sequence"): Expression =>
  call("div", mask(rate, per), call("sub", number(1), number(rate)));

/** A mask that is 0 with probability `rate`, else 1. */
export const mask = (rate: number, per: "step" | "sequence"): Expression => ({
  kind: "mask",
  rate,
  per,
  width: "H",
  span: nowhere,
});

/** The equation of a local. */
export const local = (name: string, expression: Expression, comment = ""): Equation => ({
  name,
  next: false,
  expression,
  comment,
  span: nowhere,
});

/** The equation of a state's next value. */
export const next = (name: string, expression: Expression, comment = ""): Equation => ({
  ...local(name, expression, comment),
  next: true,
});

/** `pick(vector, indices)`. */
export const gather = (vector: Expression, indices: string): Expression => ({
  kind: "pick",
  vector,
  indices,
  span: nowhere,
});

/** `place(vector, indices)`, of this width. */
export const scatter = (vector: Expression, indices: string, width: Width): Expression => ({
  kind: "place",
  vector,
  indices,
  width,
  span: nowhere,
});

/** A name that the cell does not use yet: the preferred one, or that with a number. */
export function freshName(cell: Cell, preferred: string): string {
  const taken = new Set([
    ...cell.equations.map((e) => e.name),
    ...cell.inputs.map((i) => i.name),
    ...cell.parameters.map((p) => p.name),
    ...Object.keys(cell.constants),
  ]);
  let name = preferred;
  for (let i = 2; taken.has(name); i++) name = `${preferred}${i}`;
  return name;
}

/** The equations without locals that neither a state nor the output needs. */
export function withoutDead(equations: readonly Equation[], output: string): Equation[] {
  const needed = new Set([output]);
  const visit = (e: Expression): void => {
    if (e.kind === "name") needed.add(e.name);
    operands(e).forEach(visit);
  };
  return equations
    .toReversed()
    .filter((equation) => {
      const isNeeded = equation.next || needed.has(equation.name);
      if (isNeeded) visit(equation.expression);
      return isNeeded;
    })
    .reverse();
}

/** A test for expressions that read one of the states: after the step with `now`, before it without. */
export const readsState =
  (names: ReadonlySet<string>, now: boolean) =>
  (e: Expression): boolean =>
    e.kind === "name" && e.now === now && names.has(e.name);

/** The states that a matrix is applied to, as they are before the step. */
export function statesUnderMatrices(cell: Cell): string[] {
  const names = new Set<string>();
  const visit = (e: Expression): void => {
    for (const { name } of cell.states) {
      if (e.kind === "product" && contains(e.vector, readsState(new Set([name]), false))) names.add(name);
    }
    operands(e).forEach(visit);
  };
  for (const { expression } of cell.equations) visit(expression);
  return cell.states.map((s) => s.name).filter((name) => names.has(name));
}

/** The names in an expression: its matrices, indices, and all vectors, which may be parameters. */
export function parametersIn(e: Expression): string[] {
  const names =
    e.kind === "name"
      ? [e.name]
      : e.kind === "product"
        ? [e.matrix]
        : e.kind === "pick" || e.kind === "place"
          ? [e.indices]
          : [];
  return [...names, ...operands(e).flatMap(parametersIn)];
}

/** Throws for what is no cell, such as a cell's name. */
export function requireCell(transform: string, cell: unknown): void {
  if (Array.isArray((cell as Partial<Cell> | null | undefined)?.equations)) return;
  const remedy = typeof cell === "string" ? `; write cellNamed(${shown(cell)})` : "";
  throw new Error(`${transform}: expected a cell first, not ${shown(cell)}${remedy}`);
}

/** Throws if the cell has no state of this name, listing its states. */
export function checkState(cell: Cell, transform: string, name: string): void {
  const states = cell.states.map((s) => s.name);
  if (states.includes(name)) return;
  const known = states.length === 0 ? "it has no state" : `its states are ${states.join(", ")}`;
  throw new Error(`${transform}: ${cell.name} has no state '${name}'${suggestion(name, states)}; ${known}`);
}

/** Throws unless 0 ≤ rate < 1. */
export function checkRate(transform: string, rate: number): void {
  if (rate >= 0 && rate < 1) return;
  throw new Error(`${transform}: a rate must be from 0 (none) to below 1, got ${rate}`);
}

/** A trained vector with a constant initial value. */
export const vector = (name: string, start: number, width: Width): CellParameter => ({
  kind: "vector",
  name,
  width,
  trained: true,
  initial: { kind: "constant", value: start },
});
