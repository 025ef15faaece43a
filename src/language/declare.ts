// Collects a cell's declarations: the names that equations assign, inputs and constants, and the matrices that are
// applied. Names on the right sides are resolved in `resolve.ts`.
import type { Period, TextSpan } from "./cell.ts";
import type { Assignment, Statement, Tree } from "./syntax.ts";
import { EquationError, type Source } from "./text-error.ts";

/** The role of a name in a cell. */
export type Role = "state" | "local" | "input" | "constant" | "matrix" | "vector";

/** Each role with its article, for messages. */
export const called: Readonly<Record<Role, string>> = {
  state: "a state",
  local: "a local",
  input: "an input",
  constant: "a constant",
  matrix: "a matrix",
  vector: "a vector parameter",
};

interface Declared<Value> {
  readonly value: Value;
  readonly span: TextSpan;
}

/** The declared names of a cell. */
export interface Declarations {
  readonly source: Source;
  /** The equation that assigns a name, in the order of the text. */
  readonly targets: ReadonlyMap<string, Assignment>;
  /** Inputs besides x. */
  readonly declaredInputs: ReadonlyMap<string, Declared<Period>>;
  readonly constants: ReadonlyMap<string, Declared<number>>;
  /** The matrices that are applied somewhere, with the first such span. */
  readonly applied: ReadonlyMap<string, TextSpan>;
}

/** Throws an {@link EquationError} for names that are declared twice or in two roles. */
export function declare(source: Source, statements: readonly Statement[]): Declarations {
  const targets = new Map<string, Assignment>();
  const inputs = new Map<string, Declared<Period>>();
  const constants = new Map<string, Declared<number>>();
  const applied = new Map<string, TextSpan>();
  const declarations = { source, targets, declaredInputs: inputs, constants, applied };

  for (const statement of statements) {
    if (statement.kind !== "equation") continue;
    const { name, span } = statement.target;
    const message = clash(targets.get(name), statement);
    if (message !== undefined) throw new EquationError(source, span, message);
    targets.set(name, statement);
    collectApplied(statement.tree, applied);
  }
  for (const clause of statements) {
    if (clause.kind !== "input" && clause.kind !== "constant") continue;
    for (const { name, span } of clause.names) {
      const role = roleOf(declarations, name);
      if (role !== undefined) {
        const message =
          name === "x"
            ? "'x' is always the input per step; remove it from this clause"
            : `'${name}' is already ${called[role]}; choose another name`;
        throw new EquationError(source, span, message);
      }
      if (clause.kind === "input") inputs.set(name, { value: clause.per, span });
      else constants.set(name, { value: clause.value, span });
    }
  }
  return declarations;
}

/** The role of a declared name; undefined for a parameter and for an unknown name. */
export function roleOf(declarations: Declarations, name: string): Role | undefined {
  const assignment = declarations.targets.get(name);
  if (assignment) return assignment.target.primed ? "state" : "local";
  if (name === "x" || declarations.declaredInputs.has(name)) return "input";
  return declarations.constants.has(name) ? "constant" : undefined;
}

/** The names of the states, in the order of the text. */
export function statesOf(declarations: Declarations): string[] {
  return [...declarations.targets.keys()].filter((name) => roleOf(declarations, name) === "state");
}

/** The reason why an equation may not assign its name, or undefined if it may. */
function clash(earlier: Assignment | undefined, { target }: Assignment): string | undefined {
  const { name, primed } = target;
  if (name === "x") return "'x' is the input and cannot be assigned; choose another name";
  if (!earlier) return undefined;
  const { line } = earlier.target.span;
  if (earlier.target.primed === primed) {
    return `'${name}' is already assigned in line ${line}; use another name for this line`;
  }
  const [before, now] = primed ? ["local", "state"] : ["state", "local"];
  return `'${name}' is a ${before} since line ${line} and cannot also be a ${now}; rename one of them`;
}

function collectApplied(tree: Tree, applied: Map<string, TextSpan>): void {
  if (tree.kind === "product" && !applied.has(tree.matrix)) applied.set(tree.matrix, tree.span);
  if (tree.kind === "product" || tree.kind === "norm") collectApplied(tree.vector, applied);
  if (tree.kind === "call") for (const argument of tree.arguments) collectApplied(argument, applied);
}
