// What transforms of equations have in common: a cell with some of its parts changed is printed and read again, so
// that its text stays the whole truth of it. Knows no transform.
import type { Cell, CellParameter, Equation, Expression, Span, Width } from "../../language/cell.ts";
import { parseCell } from "../../language/equations.ts";
import { contains, mapOperands, operands } from "../../language/expression.ts";
import { suggestion } from "../../base/nearest.ts";
import { printCell } from "../../language/print.ts";

/** Nothing that is made here stands in a text yet. */
const nowhere: Span = { line: 1, column: 1, length: 1 };

/** The cell with some of its parts changed, under its name and what was done to it. */
export function rewritten(cell: Cell, label: string, changes: Partial<Cell>): Cell {
  const changed = { ...cell, ...changes };
  const used = new Set(changed.equations.flatMap((e) => parametersIn(e.expression)));
  for (const state of changed.states) for (const name of parametersIn(state.start)) used.add(name);
  const parameters = changed.parameters.filter((p) => used.has(p.name));
  const inputs = changed.inputs.filter((i) => used.has(i.name));
  return parseCell(`${cell.name}+${label}`, printCell({ ...changed, parameters, inputs }));
}

/** Every expression inside, changed from the innermost outwards. */
export function mapExpression(e: Expression, change: (inner: Expression) => Expression): Expression {
  return change(mapOperands(e, (operand) => mapExpression(operand, change)));
}

export const number = (value: number): Expression => ({ kind: "number", value, span: nowhere });
export const read = (name: string, now = false): Expression => ({ kind: "name", name, now, span: nowhere });
export const call = (name: string, ...args: readonly Expression[]): Expression => ({
  kind: "call",
  name,
  arguments: args,
  span: nowhere,
});
export const apply = (matrix: string, vector: Expression): Expression => ({
  kind: "product",
  matrix,
  transposed: false,
  vector,
  span: nowhere,
});
export const norm = (vector: Expression): Expression => ({
  kind: "norm",
  vector,
  gain: "",
  shift: "",
  span: nowhere,
});

/** Zero with probability `rate` and otherwise scaled up, so that its mean in evaluation is one. */
export const dropping = (rate: number, per: "step" | "sequence"): Expression =>
  call("div", mask(rate, per), call("sub", number(1), number(rate)));

export const mask = (rate: number, per: "step" | "sequence"): Expression => ({
  kind: "mask",
  rate,
  per,
  width: "H",
  span: nowhere,
});

export const local = (name: string, expression: Expression, comment = ""): Equation => ({
  name,
  next: false,
  expression,
  comment,
  span: nowhere,
});

export const next = (name: string, expression: Expression, comment = ""): Equation => ({
  ...local(name, expression, comment),
  next: true,
});

export const pick = (vector: Expression, indices: string): Expression => ({
  kind: "pick",
  vector,
  indices,
  span: nowhere,
});

export const place = (vector: Expression, indices: string, width: Width): Expression => ({
  kind: "place",
  vector,
  indices,
  width,
  span: nowhere,
});

/** What a name is not taken by: the wanted one, or that with a number. */
export function freshName(cell: Cell, wanted: string): string {
  const taken = new Set([
    ...cell.equations.map((e) => e.name),
    ...cell.inputs.map((i) => i.name),
    ...cell.parameters.map((p) => p.name),
    ...Object.keys(cell.constants),
  ]);
  let name = wanted;
  for (let i = 2; taken.has(name); i++) name = `${wanted}${i}`;
  return name;
}

/** Without the locals that nothing needs any more. */
export function withoutDead(equations: readonly Equation[], output: string): Equation[] {
  const needed = new Set([output]);
  const note = (e: Expression): void => {
    if (e.kind === "name") needed.add(e.name);
    operands(e).forEach(note);
  };
  return equations
    .toReversed()
    .filter((equation) => {
      const isNeeded = equation.next || needed.has(equation.name);
      if (isNeeded) note(equation.expression);
      return isNeeded;
    })
    .reverse();
}

export const namesState =
  (names: ReadonlySet<string>, now: boolean) =>
  (e: Expression): boolean =>
    e.kind === "name" && e.now === now && names.has(e.name);

/** States that some matrix is applied to, before the step. */
export function statesUnderMatrices(cell: Cell): string[] {
  const found = new Set<string>();
  const visit = (e: Expression): void => {
    for (const { name } of cell.states) {
      if (e.kind === "product" && contains(e.vector, namesState(new Set([name]), false))) found.add(name);
    }
    operands(e).forEach(visit);
  };
  for (const { expression } of cell.equations) visit(expression);
  return cell.states.map((s) => s.name).filter((name) => found.has(name));
}

/** The names in an expression that may be parameters. */
export function parametersIn(e: Expression): string[] {
  const own =
    e.kind === "name"
      ? [e.name]
      : e.kind === "product"
        ? [e.matrix]
        : e.kind === "pick" || e.kind === "place"
          ? [e.indices]
          : [];
  return [...own, ...operands(e).flatMap(parametersIn)];
}

/** Throws where the cell has no state of that name, listing those that it has. */
export function checkState(cell: Cell, transform: string, name: string): void {
  const states = cell.states.map((s) => s.name);
  if (states.includes(name)) return;
  const here = states.length === 0 ? "it has no state" : `its states are ${states.join(", ")}`;
  throw new Error(`${transform}: ${cell.name} has no state '${name}'${suggestion(name, states)}; ${here}`);
}

export function checkRate(transform: string, rate: number): void {
  if (rate >= 0 && rate < 1) return;
  throw new Error(`${transform}: a rate must be from 0 (none) to below 1, not ${rate}`);
}

/** A trained vector that starts with a number. */
export const vector = (name: string, start: number, width: Width): CellParameter => ({
  kind: "vector",
  name,
  width,
  trained: true,
  initial: { kind: "constant", value: start },
});
