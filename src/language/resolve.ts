// What each name of a cell is: a state, local, input, constant or parameter. Turns trees into expressions and
// refuses names that are read too early, assigned twice or used in two ways. Widths come after this.
import type { Equation, Expression, Period, Place } from "./cell.ts";
import { called, declare, roleOf, statesOf, type Declarations } from "./declare.ts";
import { nearest } from "../base/nearest.ts";
import type { Bare, Named, Statement, Tree } from "./syntax.ts";
import { EquationError, type Source } from "./text-error.ts";

/** A parameter before anything is known of its widths. */
export interface Use {
  readonly kind: "matrix" | "vector";
  /** Where it stands first. */
  readonly place: Place;
  times: number;
  /** The gain of a layer normalisation, which starts at one. */
  readonly gain: boolean;
}

/** The names of a cell. Every map and set is in the order of first appearance in the equations. */
export interface Names {
  readonly equations: readonly Equation[];
  readonly states: ReadonlySet<string>;
  readonly locals: ReadonlySet<string>;
  readonly inputs: ReadonlyMap<string, Period>;
  readonly constants: ReadonlyMap<string, number>;
  readonly parameters: ReadonlyMap<string, Use>;
  /** What states start with, where a clause says so. */
  readonly starts: ReadonlyMap<string, Start>;
}

interface Start {
  readonly expression: Expression;
  readonly place: Place;
}

interface Context extends Declarations {
  /** Names whose line has been read. */
  readonly assigned: Set<string>;
  readonly states: Set<string>;
  readonly inputs: Map<string, Period>;
  readonly usedConstants: Set<string>;
  readonly parameters: Map<string, Use>;
  norms: number;
}

export function resolve(source: Source, statements: readonly Statement[]): Names {
  const declarations = declare(source, statements);
  const context: Context = {
    ...declarations,
    assigned: new Set(),
    states: new Set(),
    inputs: new Map(),
    usedConstants: new Set(),
    parameters: new Map(),
    norms: 0,
  };
  const equations = [...declarations.targets.values()].map(({ target, tree, comment }): Equation => {
    if (target.primed) context.states.add(target.name);
    const expression = resolveTree(context, tree);
    context.assigned.add(target.name);
    return { name: target.name, next: target.primed, expression, comment, place: target.place };
  });
  const starts = resolveStarts(context, statements);
  refuseUnused(context);

  const constants = [...declarations.constants].map(([name, { value }]): [string, number] => [name, value]);
  return {
    equations,
    states: context.states,
    locals: new Set(equations.filter((e) => !e.next).map((e) => e.name)),
    inputs: context.inputs,
    constants: new Map(constants),
    parameters: context.parameters,
    starts,
  };
}

/** What a sequence starts with is known before its first step. */
function resolveStarts(context: Context, statements: readonly Statement[]): Map<string, Start> {
  const starts = new Map<string, Start>();
  for (const clause of statements) {
    if (clause.kind !== "start") continue;
    refuseSteps(context, clause.value);
    const expression = folded(resolveTree(context, clause.value));
    for (const { name, place } of clause.names) starts.set(name, { expression, place });
  }
  return starts;
}

/** `-0.5` is a number. */
function folded(e: Expression): Expression {
  const [inner] = e.kind === "call" && e.name === "neg" ? e.arguments : [];
  return inner?.kind === "number" ? { kind: "number", value: 0 - inner.value, place: e.place } : e;
}

function refuseSteps(context: Context, tree: Tree): void {
  const refuse = (what: string, place: Place): never => {
    const message =
      `a sequence starts before its first step, and ${what}; ` +
      "make it of numbers, parameters, constants and inputs per sequence";
    throw new EquationError(context.source, place, message);
  };
  switch (tree.kind) {
    case "number":
    case "matrix":
      return;
    case "name": {
      const { name, place } = tree;
      const role = roleOf(context, name);
      if (role === "state" || role === "local") refuse(`'${name}' is ${called[role]}`, place);
      const isStep = name === "x" || context.declaredInputs.get(name)?.value === "step";
      if (isStep) refuse(`'${name}' is an input per step`, place);
      return;
    }
    case "mask":
      return refuse("a mask is drawn at a step", tree.place);
    case "call":
      return tree.arguments.forEach((argument) => refuseSteps(context, argument));
    case "pick":
    case "place":
      refuseSteps(context, tree.indices);
      return refuseSteps(context, tree.vector);
    case "product":
    case "norm":
      return refuseSteps(context, tree.vector);
  }
  tree satisfies never;
}

function resolveTree(context: Context, tree: Tree): Expression {
  switch (tree.kind) {
    case "number":
      return tree;
    case "name":
      return resolveName(context, tree);
    case "matrix":
      throw new EquationError(context.source, tree.place, unapplied(context, tree));
    case "call":
      return { ...tree, arguments: tree.arguments.map((argument) => resolveTree(context, argument)) };
    case "product": {
      addUse(context, tree.matrix, "matrix", tree.place);
      return { ...tree, vector: resolveTree(context, tree.vector) };
    }
    case "mask": {
      const { rate, per, place } = tree;
      const value = rate.kind === "number" ? rate.value : context.constants.get(rate.name)?.value;
      if (value === undefined || !(value >= 0 && value < 1)) {
        const came = value === undefined ? "is no constant" : `is ${value}`;
        const what = rate.kind === "name" ? `'${rate.name}'` : "it";
        const message = `a mask's rate must be a number from 0 and below 1, or a constant, but ${what} ${came}`;
        throw new EquationError(context.source, rate.place, message);
      }
      if (rate.kind === "name") context.usedConstants.add(rate.name);
      return { kind: "mask", rate: value, per, width: "H", place };
    }
    case "pick":
    case "place": {
      const { kind } = tree;
      const { name, place } = tree.indices;
      const indices = resolveName(context, tree.indices);
      if (indices.kind !== "name" || roleOf(context, name) !== "input") {
        const message = `'${kind}' goes by an input of whole numbers, and '${name}' is no input; add a line 'input ${name} per step', or 'per sequence'`;
        throw new EquationError(context.source, place, message);
      }
      const common = { vector: resolveTree(context, tree.vector), indices: name, place: tree.place };
      return kind === "pick" ? { kind, ...common } : { kind, ...common, width: "H" };
    }
    case "norm": {
      context.norms += 1;
      const [gain, shift] = [`norm${context.norms}.gain`, `norm${context.norms}.shift`];
      addUse(context, gain, "vector", tree.place, true);
      addUse(context, shift, "vector", tree.place);
      return { kind: "norm", vector: resolveTree(context, tree.vector), gain, shift, place: tree.place };
    }
  }
  return tree satisfies never;
}

function addUse(context: Context, name: string, kind: Use["kind"], place: Place, gain = false): void {
  const use = context.parameters.get(name) ?? { kind, place, times: 0, gain };
  use.times += 1;
  context.parameters.set(name, use);
}

function resolveName(context: Context, { name, primed, place }: Named): Expression {
  const target = context.targets.get(name)?.target;
  const read: Expression = { kind: "name", name, now: primed, place };
  if (target?.primed) {
    if (primed && !context.assigned.has(name)) {
      const line = target.place.line;
      const [where, remedy] =
        line === place.line ? ["", ""] : [` (line ${line})`, "move this line below that one, or "];
      const message = `${name}' is read before it is assigned${where}; ${remedy}write ${name} for its previous value`;
      throw new EquationError(context.source, place, message);
    }
    context.states.add(name);
    return read;
  }
  if (primed) throw new EquationError(context.source, place, wronglyPrimed(context, name));
  if (target) {
    if (context.assigned.has(name)) return read;
    const { line } = target.place;
    const where = line === place.line ? "; " : ` (line ${line}); move that line above this one, or, `;
    const message = `${name} is read before it is assigned${where}to make it a state, write ${name}' = …`;
    throw new EquationError(context.source, place, message);
  }

  const input = name === "x" ? "step" : context.declaredInputs.get(name)?.value;
  if (input !== undefined) context.inputs.set(name, input);
  else if (context.constants.has(name)) context.usedConstants.add(name);
  else {
    refuseTimeIndex(context, name, place);
    addUse(context, name, "vector", place);
  }
  return read;
}

/** `x_t`, copied from a paper, would otherwise be one more parameter. */
function refuseTimeIndex(context: Context, name: string, place: Place): void {
  const [, base = ""] = /^(.+)_t$/u.exec(name) ?? [];
  if (base !== "x" && !context.targets.has(base) && !context.declaredInputs.has(base)) return;
  const forms = context.targets.get(base)?.target.primed
    ? `${base} (before the step) or ${base}' (after it)`
    : base;
  throw new EquationError(
    context.source,
    place,
    `'${name}' is no name of this cell: time is not written; write ${forms}`,
  );
}

function wronglyPrimed(context: Context, name: string): string {
  const role = roleOf(context, name);
  if (role !== undefined)
    return `'${name}' is ${called[role]}, and only a state takes a prime; write ${name}`;
  const near = nearest(name, statesOf(context));
  return `${name}' is never assigned; ${near === undefined ? `add a line ${name}' = …` : `did you mean ${near}'?`}`;
}

function unapplied(context: Context, { name, place }: Bare): string {
  const applied = context.applied.get(name);
  const states = statesOf(context);
  const vectors = [...states, "x", ...context.declaredInputs.keys(), ...context.targets.keys()];
  if (applied) {
    const where = applied.line === place.line ? "" : ` (line ${applied.line})`;
    return `'${name}' is used both as a matrix${where} and as a vector; apply it, as in '${name} ${vectors[0]}', or rename the vector in small letters`;
  }
  const small = vectors.find((v) => v === name.toLowerCase());
  if (small !== undefined) {
    return `'${name}' begins with a capital, so it is a matrix, and it is applied to nothing; did you mean '${small}'?`;
  }
  const suffix = vectors.find((v) => name.length > v.length && name.endsWith(v));
  const remedy =
    suffix === undefined
      ? `, as in '${name} ${states[0] ?? "x"}'`
      : `; did you mean '${name.slice(0, -suffix.length)} ${suffix}'?`;
  return `matrix '${name}' must be applied to a vector${remedy}`;
}

/** Where a name that nobody reads was probably misspelt: in the one place that reads a similar parameter. */
export function misread(name: string, parameters: Names["parameters"]): string | undefined {
  const single = [...parameters].filter(([, use]) => use.kind === "vector" && use.times === 1);
  const near = nearest(
    name,
    single.map(([parameter]) => parameter),
  );
  if (near === undefined) return undefined;
  const line = parameters.get(near)?.place.line;
  return `line ${line} reads '${near}', which nothing assigns; did you mean '${name}' there?`;
}

/** A declared name that is never read is nearly always a slip in one of the two places. */
function refuseUnused(context: Context): void {
  const refuse = (kind: "input" | "constant", name: string, place: Place): void => {
    const remedy = misread(name, context.parameters) ?? "read it in an equation, or remove this clause";
    throw new EquationError(context.source, place, `${kind} '${name}' is never used; ${remedy}`);
  };
  for (const [name, { place }] of context.declaredInputs) {
    if (!context.inputs.has(name)) refuse("input", name, place);
  }
  for (const [name, { place }] of context.constants) {
    if (!context.usedConstants.has(name)) refuse("constant", name, place);
  }
}
