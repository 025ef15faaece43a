// Collects what the clauses say about each name, and checks that they may. Clauses are parsed in `clauses.ts`; `input`,
// `constant` and `requires` are handled in `declare.ts` and `widths.ts`.
import type { Initial, Width } from "./cell.ts";
import { called, type Role } from "./declare.ts";
import { nearest } from "../base/nearest.ts";
import type { Clause, Statement } from "./syntax.ts";
import { EquationError, type Source } from "./text-error.ts";

type NamingClause = Exclude<Clause, { kind: "requires" | "input" | "constant" }>;

/** The roles of the names that each clause takes. */
const allowed: Readonly<Record<NamingClause["kind"], readonly Role[]>> = {
  init: ["matrix", "vector"],
  fixed: ["matrix", "vector"],
  blocks: ["matrix"],
  drop: ["matrix"],
  start: ["state"],
  width: ["state", "local", "input", "vector"],
  output: ["state", "local"],
};

/** The clauses' values, by name. */
export interface Settings {
  readonly init: Map<string, Initial>;
  readonly fixed: Map<string, true>;
  readonly blocks: Map<string, number>;
  readonly drop: Map<string, number>;
  /** The values are in `Names.starts`. */
  readonly start: Map<string, true>;
  readonly width: Map<string, Width>;
  readonly output: Map<string, true>;
}

/** Throws an {@link EquationError} for a clause that names something it may not, or names it twice. */
export function readClauses(
  source: Source,
  statements: readonly Statement[],
  roles: ReadonlyMap<string, Role>,
): Settings {
  const settings: Settings = {
    init: new Map(),
    fixed: new Map(),
    blocks: new Map(),
    drop: new Map(),
    start: new Map(),
    width: new Map(),
    output: new Map(),
  };
  for (const clause of statements) {
    if (clause.kind === "equation" || clause.kind === "requires") continue;
    if (clause.kind === "input" || clause.kind === "constant") continue;
    for (const { name, span } of clause.names) {
      const role = roles.get(name);
      const message = misplaced(clause.kind, name, role, roles) ?? repeated(settings, clause.kind, name);
      if (message !== undefined) throw new EquationError(source, span, message);
      switch (clause.kind) {
        case "init": {
          const fault = unfit(name, clause.initial, roles);
          if (fault !== undefined) throw new EquationError(source, span, fault);
          settings.init.set(name, clause.initial);
          break;
        }
        case "fixed":
          settings.fixed.set(name, true);
          break;
        case "blocks":
          settings.blocks.set(name, clause.count);
          break;
        case "drop":
          settings.drop.set(name, clause.rate);
          break;
        case "start":
          settings.start.set(name, true);
          break;
        case "width":
          settings.width.set(name, clause.width);
          break;
        case "output":
          settings.output.set(name, true);
          break;
        default:
          clause satisfies never;
      }
    }
  }
  refuseNegatedTwice(source, statements, settings);
  return settings;
}

/** A negated initial value may not refer to another negated one: the two could refer to each other. */
function refuseNegatedTwice(source: Source, statements: readonly Statement[], { init }: Settings): void {
  for (const clause of statements) {
    if (clause.kind !== "init" || clause.initial.kind !== "negated") continue;
    const { of } = clause.initial;
    if (init.get(of)?.kind !== "negated") continue;
    const [first] = clause.names;
    const message = `'${of}' is itself the negative of another parameter; give '${of}' or '${first?.name}' an initial value of its own`;
    throw new EquationError(source, first?.span ?? clause.span, message);
  }
}

const forMatrices: readonly Initial["kind"][] = [
  "glorot",
  "he",
  "orthogonal",
  "identity",
  "spectral",
  "shift",
];

/** The reason why a parameter cannot have this initial value, or undefined if it can. */
function unfit(name: string, initial: Initial, roles: ReadonlyMap<string, Role>): string | undefined {
  const role = roles.get(name);
  const { kind } = initial;
  if (role === "vector" && forMatrices.includes(kind)) {
    return `'${kind}' is for matrices and '${name}' is a vector; use a number, normal or uniform`;
  }
  if (kind !== "negated") return undefined;
  const parameters = [...roles].filter(([other, r]) => r === role && other !== name).map(([other]) => other);
  if (parameters.includes(initial.of)) return undefined;
  const known =
    parameters.length === 0 ? "there is no other" : `the others are ${parameters.slice(0, 8).join(", ")}`;
  const meant = nearest(initial.of, parameters);
  return (
    `'-${initial.of}' must be the negative of another ${role}` +
    (meant === undefined ? `, and ${known}; use a number, normal or uniform` : `; did you mean '-${meant}'?`)
  );
}

function repeated(settings: Settings, kind: NamingClause["kind"], name: string): string | undefined {
  if (kind === "output" && settings.output.size > 0) {
    return "a layer has one output; keep one output clause";
  }
  return settings[kind].has(name) ? `'${kind}' is given twice for '${name}'; remove one of them` : undefined;
}

/** The reason why a clause may not name this name, or undefined if it may. */
function misplaced(
  kind: NamingClause["kind"],
  name: string,
  role: Role | undefined,
  roles: ReadonlyMap<string, Role>,
): string | undefined {
  const wanted = allowed[kind];
  if (role !== undefined && wanted.includes(role)) return undefined;

  const candidates = [...roles].filter(([, r]) => wanted.includes(r)).map(([other]) => other);
  const near = nearest(name, candidates);
  const meant = near === undefined ? undefined : `did you mean '${near}'?`;
  const list = wanted
    .map((r) => called[r])
    .join(", ")
    .replace(/, ([^,]*)$/u, " or $1");
  const known =
    candidates.length === 0 ? " (there is none)" : ` (here: ${candidates.slice(0, 8).join(", ")})`;

  if (role === undefined) return `no equation has '${name}'; ${meant ?? `'${kind}' names ${list}${known}`}`;
  if (role === "vector" && (kind === "start" || kind === "output")) {
    return `state '${name}' is never assigned; ${meant ?? `add a line ${name}' = …`}`;
  }
  if (role === "matrix" && kind === "width") {
    return `'${name}' is a matrix, whose widths follow from its use; remove it from this clause`;
  }
  if (role === "state" && kind === "init") {
    return `'${name}' is a state, and 'init' is for parameters; write 'start ${name} = …'`;
  }
  return `'${name}' is ${called[role]}, but '${kind}' names ${list}${meant === undefined ? known : `; ${meant}`}`;
}
