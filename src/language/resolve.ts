// Resolves the names of a cell to states, locals, inputs, constants and parameters. Turns trees into expressions and
// rejects names that are read too early or used in two roles. Widths are inferred afterwards.
import type { Equation, Expression, Period, TextSpan } from "./cell.ts";
import { called, declare, roleOf, statesOf, type Declarations } from "./declare.ts";
import { nearest } from "../base/nearest.ts";
import type { Bare, Named, Statement, Tree } from "./syntax.ts";
import { EquationError, type Source } from "./text-error.ts";

/** A parameter whose widths are not known yet. */
export interface Use {
  readonly kind: "matrix" | "vector";
  /** Its first occurrence. */
  readonly span: TextSpan;
  /** The number of its occurrences. */
  times: number;
  /** True for the gain of a layer normalisation, which is initially 1. */
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
  /** The start values of states that have a `start` clause. */
  readonly starts: ReadonlyMap<string, Start>;
}

interface Start {
  readonly expression: Expression;
  readonly span: TextSpan;
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

/** Throws an {@link EquationError} at the first mistake. */
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
    return { name: target.name, next: target.primed, expression, comment, span: target.span };
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

/** Start values must not depend on a step: they are needed before the first one. */
function resolveStarts(context: Context, statements: readonly Statement[]): Map<string, Start> {
  const starts = new Map<string, Start>();
  for (const clause of statements) {
    if (clause.kind !== "start") continue;
    refuseSteps(context, clause.value);
    const expression = foldSign(resolveTree(context, clause.value));
    for (const { name, span } of clause.names) starts.set(name, { expression, span });
  }
  return starts;
}

/** `-0.5` as a number. */
function foldSign(e: Expression): Expression {
  const [inner] = e.kind === "call" && e.name === "neg" ? e.arguments : [];
  return inner?.kind === "number" ? { kind: "number", value: 0 - inner.value, span: e.span } : e;
}

function refuseSteps(context: Context, tree: Tree): void {
  const refuse = (fault: string, span: TextSpan): never => {
    const message =
      `${fault}, and a start value is needed before the first step; ` +
      "use only numbers, parameters, constants and inputs per sequence";
    throw new EquationError(context.source, span, message);
  };
  switch (tree.kind) {
    case "number":
    case "matrix":
      return;
    case "name": {
      const { name, span } = tree;
      const role = roleOf(context, name);
      if (role === "state" || role === "local") refuse(`'${name}' is ${called[role]}`, span);
      const isStep = name === "x" || context.declaredInputs.get(name)?.value === "step";
      if (isStep) refuse(`'${name}' is an input per step`, span);
      return;
    }
    case "mask":
      return refuse("a mask is drawn at a step", tree.span);
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
      throw new EquationError(context.source, tree.span, unapplied(context, tree));
    case "call":
      return { ...tree, arguments: tree.arguments.map((argument) => resolveTree(context, argument)) };
    case "product": {
      addUse(context, tree.matrix, "matrix", tree.span);
      return { ...tree, vector: resolveTree(context, tree.vector) };
    }
    case "mask": {
      const { rate, per, span } = tree;
      const value = rate.kind === "number" ? rate.value : context.constants.get(rate.name)?.value;
      if (value === undefined || !(value >= 0 && value < 1)) {
        const actual =
          rate.kind === "number"
            ? rate.value
            : value === undefined
              ? `'${rate.name}'`
              : `${rate.name} = ${value}`;
        const message = `a mask's rate must be a number or a constant, from 0 to below 1, got ${actual}`;
        throw new EquationError(context.source, rate.span, message);
      }
      if (rate.kind === "name") context.usedConstants.add(rate.name);
      return { kind: "mask", rate: value, per, width: "H", span };
    }
    case "pick":
    case "place": {
      const { kind } = tree;
      const { name, span } = tree.indices;
      const indices = resolveName(context, tree.indices);
      if (indices.kind !== "name" || roleOf(context, name) !== "input") {
        const message = `the indices of '${kind}' must be an input, and '${name}' is not; add a line 'input ${name} per step' or 'input ${name} per sequence'`;
        throw new EquationError(context.source, span, message);
      }
      const common = { vector: resolveTree(context, tree.vector), indices: name, span: tree.span };
      return kind === "pick" ? { kind, ...common } : { kind, ...common, width: "H" };
    }
    case "norm": {
      context.norms += 1;
      const [gain, shift] = [`norm${context.norms}.gain`, `norm${context.norms}.shift`];
      addUse(context, gain, "vector", tree.span, true);
      addUse(context, shift, "vector", tree.span);
      return { kind: "norm", vector: resolveTree(context, tree.vector), gain, shift, span: tree.span };
    }
  }
  return tree satisfies never;
}

function addUse(context: Context, name: string, kind: Use["kind"], span: TextSpan, gain = false): void {
  const use = context.parameters.get(name) ?? { kind, span, times: 0, gain };
  use.times += 1;
  context.parameters.set(name, use);
}

function resolveName(context: Context, { name, primed, span }: Named): Expression {
  const target = context.targets.get(name)?.target;
  const read: Expression = { kind: "name", name, now: primed, span };
  if (target?.primed) {
    if (primed && !context.assigned.has(name)) {
      const line = target.span.line;
      const [where, remedy] =
        line === span.line ? ["", ""] : [` (line ${line})`, "move this line below that one, or "];
      const message = `${name}' is read before it is assigned${where}; ${remedy}write ${name} for its previous value`;
      throw new EquationError(context.source, span, message);
    }
    context.states.add(name);
    return read;
  }
  if (primed) throw new EquationError(context.source, span, wronglyPrimed(context, name));
  if (target) {
    if (context.assigned.has(name)) return read;
    const { line } = target.span;
    const where = line === span.line ? "; " : ` (line ${line}); move that line above this one, or, `;
    const message = `${name} is read before it is assigned${where}to make it a state, write ${name}' = …`;
    throw new EquationError(context.source, span, message);
  }

  const input = name === "x" ? "step" : context.declaredInputs.get(name)?.value;
  if (input !== undefined) context.inputs.set(name, input);
  else if (context.constants.has(name)) context.usedConstants.add(name);
  else {
    refuseTimeIndex(context, name, span);
    addUse(context, name, "vector", span);
  }
  return read;
}

/** Without this check `x_t`, copied from a paper, would silently be one more parameter. */
function refuseTimeIndex(context: Context, name: string, span: TextSpan): void {
  const [, base = ""] = /^(.+)_t$/u.exec(name) ?? [];
  if (base !== "x" && !context.targets.has(base) && !context.declaredInputs.has(base)) return;
  const forms = context.targets.get(base)?.target.primed
    ? `${base} (before the step) or ${base}' (after it)`
    : base;
  throw new EquationError(
    context.source,
    span,
    `unknown name '${name}'; time indices are not written: write ${forms}`,
  );
}

function wronglyPrimed(context: Context, name: string): string {
  const role = roleOf(context, name);
  if (role !== undefined)
    return `'${name}' is ${called[role]}, and only a state takes a prime; write ${name}`;
  const near = nearest(name, statesOf(context));
  return `${name}' is never assigned; ${near === undefined ? `add a line ${name}' = …` : `did you mean ${near}'?`}`;
}

function unapplied(context: Context, { name, span }: Bare): string {
  const applied = context.applied.get(name);
  const states = statesOf(context);
  const vectors = [...states, "x", ...context.declaredInputs.keys(), ...context.targets.keys()];
  if (applied) {
    const where = applied.line === span.line ? "" : ` (line ${applied.line})`;
    return `'${name}' is used both as a matrix${where} and as a vector; apply it, as in '${name} ${vectors[0]}', or rename the vector with a small letter`;
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

/**
 * The remedy for a name that nothing reads if it was probably misspelt where it is read: as a vector parameter with a
 * similar name and a single occurrence.
 */
export function misread(name: string, parameters: Names["parameters"]): string | undefined {
  const single = [...parameters].filter(([, use]) => use.kind === "vector" && use.times === 1);
  const near = nearest(
    name,
    single.map(([parameter]) => parameter),
  );
  if (near === undefined) return undefined;
  const line = parameters.get(near)?.span.line;
  return `line ${line} reads '${near}', which nothing assigns; did you mean '${name}' there?`;
}

/** A declared name that is never read is nearly always a typo in its declaration or in its use. */
function refuseUnused(context: Context): void {
  const refuse = (kind: "input" | "constant", name: string, span: TextSpan): void => {
    const remedy = misread(name, context.parameters) ?? "read it in an equation, or remove this clause";
    throw new EquationError(context.source, span, `${kind} '${name}' is never used; ${remedy}`);
  };
  for (const [name, { span }] of context.declaredInputs) {
    if (!context.inputs.has(name)) refuse("input", name, span);
  }
  for (const [name, { span }] of context.constants) {
    if (!context.usedConstants.has(name)) refuse("constant", name, span);
  }
}
