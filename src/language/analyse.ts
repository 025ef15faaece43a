// Turns statements into a cell. Names are resolved in `resolve.ts`, widths in `widths.ts`, clauses in `settings.ts`;
// here they are put together, and locals that reach nothing are rejected.
import type { Cell, CellParameter, Equation, Expression, Initial, Width } from "./cell.ts";
import type { Role } from "./declare.ts";
import { mapOperands, operands } from "./expression.ts";
import { defaultInitial, matricesOnStates } from "./initial.ts";
import { suggestion } from "../base/nearest.ts";
import { misread, resolve, type Names } from "./resolve.ts";
import { readClauses, type Settings } from "./settings.ts";
import type { WrittenWidth, Statement } from "./syntax.ts";
import { EquationError, type Source } from "./text-error.ts";
import { inferWidths, type Widths } from "./widths.ts";

/** Throws an {@link EquationError} at the first mistake. */
export function analyse(source: Source, statements: readonly Statement[]): Omit<Cell, "text" | "about"> {
  if (!statements.some((s) => s.kind === "equation")) {
    const message = "a cell needs an equation, such as h' = tanh(W x + U h + b)";
    throw new EquationError(source, { line: 1, column: 1, length: 1 }, message);
  }
  const names = resolve(source, statements);
  const roles = rolesOf(names);
  const settings = readClauses(source, statements, roles);
  const output = outputOf(source, names, settings);
  refuseDead(source, names, output);

  const requires = statements.filter((s) => s.kind === "requires");
  const required = requires.map(({ left, right }) => [left, right] as const);
  refuseUnknownSymbols(source, required.flat(), settings);
  const widths = inferWidths(source, names, settings.width, required);

  const equations = names.equations.map((e) => ({
    ...e,
    expression: withSurroundingWidths(e.expression, widths),
  }));
  const width = (name: string): Width => widths.names.get(name) ?? "H";
  const states = [...names.states].map((name) => ({
    name,
    width: width(name),
    start: names.starts.get(name)?.expression ?? zero,
  }));
  refuseIndivisible(source, statements, widths);
  return {
    name: source.cell,
    equations,
    inputs: [...names.inputs].map(([name, per]) => ({ name, width: width(name), per })),
    states,
    locals: [...names.locals].map((name) => ({ name, width: width(name) })),
    parameters: parametersOf(names, settings, widths, matricesOnStates({ equations, states })),
    // Without a prototype, so that a name such as `toString` is not taken for a constant.
    constants: Object.assign(
      Object.create(null) as Record<string, number>,
      Object.fromEntries(names.constants),
    ),
    output,
    requires: required.map(([left, right]) => [left.width, right.width]),
  };
}

const zero: Expression = { kind: "number", value: 0, span: { line: 1, column: 1, length: 1 } };

function rolesOf(names: Names): ReadonlyMap<string, Role> {
  const roles = new Map<string, Role>();
  for (const name of names.states) roles.set(name, "state");
  for (const name of names.locals) roles.set(name, "local");
  for (const name of names.inputs.keys()) roles.set(name, "input");
  for (const name of names.constants.keys()) roles.set(name, "constant");
  for (const [name, use] of names.parameters) roles.set(name, use.kind);
  return roles;
}

function outputOf(source: Source, names: Names, settings: Settings): string {
  const [chosen] = settings.output.keys();
  if (chosen !== undefined) return chosen;
  if (names.states.has("h")) return "h";
  const last = names.equations.at(-1) as Equation;
  const other = [...names.states].at(-1) ?? last.name;
  const message = `there is no state 'h' to be the output; write h' = …, or add a line 'output ${other}'`;
  throw new EquationError(source, last.span, message);
}

/** A local that nothing needs is nearly always a typo. */
function refuseDead(source: Source, names: Names, output: string): void {
  const needed = new Set([output, ...names.states]);
  const visit = (e: Expression): void => {
    if (e.kind === "name") needed.add(e.name);
    operands(e).forEach(visit);
  };
  const dead: Equation[] = [];
  for (const equation of names.equations.toReversed()) {
    if (needed.has(equation.name)) visit(equation.expression);
    else dead.push(equation);
  }
  const first = dead.at(-1);
  if (!first) return;
  const remedy = misread(first.name, names.parameters) ?? "read it in a later line, or remove it";
  const message = `local '${first.name}' reaches neither the output nor a state; ${remedy}`;
  throw new EquationError(source, first.span, message);
}

function refuseUnknownSymbols(source: Source, required: readonly WrittenWidth[], settings: Settings): void {
  const symbols = new Set<Width>(["H", "I", ...settings.width.values()]);
  for (const { width, span } of required) {
    if (typeof width === "number" || symbols.has(width)) continue;
    const known = [...symbols].filter((s) => typeof s === "string");
    const remedy = suggestion(width, known) || `; the widths are ${known.join(", ")}`;
    throw new EquationError(source, span, `unknown width '${width}'${remedy}`);
  }
}

/** Checks widths that are numbers; those that are symbols are checked once a layer gives them sizes. */
function refuseIndivisible(source: Source, statements: readonly Statement[], widths: Widths): void {
  for (const clause of statements) {
    if (clause.kind !== "blocks") continue;
    for (const { name, span } of clause.names) {
      const { rows = 1, columns = 1 } = widths.matrices.get(name) ?? {};
      const odd = [rows, columns].find((width) => typeof width === "number" && width % clause.count !== 0);
      if (odd === undefined) continue;
      const message = `'${name}' has width ${odd}, which is not divisible by ${clause.count} blocks; choose another number`;
      throw new EquationError(source, span, message);
    }
  }
}

function withSurroundingWidths(e: Expression, widths: Widths): Expression {
  const inside = mapOperands(e, (operand) => withSurroundingWidths(operand, widths));
  if (inside.kind !== "mask" && inside.kind !== "place") return inside;
  return { ...inside, width: widths.surrounded.get(e) ?? "H" };
}

function parametersOf(
  names: Names,
  settings: Settings,
  widths: Widths,
  onStates: ReadonlySet<string>,
): CellParameter[] {
  return [...names.parameters].map(([name, { kind, gain }]): CellParameter => {
    const otherwise: Initial = gain
      ? { kind: "constant", value: 1 }
      : defaultInitial(kind, onStates.has(name));
    const initial = settings.init.get(name) ?? otherwise;
    const common = { name, initial, trained: !settings.fixed.has(name) };
    const drop = settings.drop.get(name) ?? 0;
    if (kind === "vector") return { ...common, kind, width: widths.names.get(name) ?? "H" };
    const { rows, columns } = widths.matrices.get(name) ?? { rows: "H", columns: "H" };
    return { ...common, kind, rows, columns, blocks: settings.blocks.get(name) ?? 1, drop };
  });
}
