// Prints a cell as text in a canonical form, which reads back as the same cell. LaTeX is printed in `latex.ts`.
import type { Cell, CellParameter, Equation, Expression, Initial, Width } from "./cell.ts";
import { contains, operands } from "./expression.ts";
import { reduces, spelling } from "./functions.ts";
import { defaultInitial, matricesOnStates } from "./initial.ts";

/** Precedence: an expression of a lower level inside one of a higher level needs parentheses. */
export const levels = { sum: 1, term: 2, factor: 3, product: 4, atom: 5 } as const;

/** The binary operators. They associate to the left, so the right operand needs a level more. */
export const operators: ReadonlyMap<string, { readonly sign: string; readonly level: number }> = new Map([
  ["add", { sign: "+", level: levels.sum }],
  ["sub", { sign: "-", level: levels.sum }],
  ["mul", { sign: "⊙", level: levels.term }],
  ["div", { sign: "/", level: levels.term }],
]);

/** The constants that name the rates of masks. */
type RateNames = ReadonlyMap<number, string>;

/** `(1 - z) ⊙ n + z ⊙ h`. */
export function printExpression(e: Expression, rates: RateNames = new Map()): string {
  return print(e, levels.sum, rates);
}

/** `z = σ(Wz x + Uz h + bz)`, without its comment. */
function printEquation(equation: Equation, rates: RateNames = new Map()): string {
  return `${equation.name}${equation.next ? "'" : ""} = ${printExpression(equation.expression, rates)}`;
}

function print(e: Expression, least: number, rates: RateNames): string {
  const [text, level] = form(e, rates);
  return level < least ? `(${text})` : text;
}

function form(e: Expression, rates: RateNames): readonly [text: string, level: number] {
  switch (e.kind) {
    case "number":
      return [String(e.value), e.value < 0 ? levels.factor : levels.atom];
    case "name":
      return [`${e.name}${e.now ? "'" : ""}`, levels.atom];
    case "mask":
      return [`mask(${rates.get(e.rate) ?? e.rate}, per ${e.per})`, levels.atom];
    case "pick":
    case "place":
      return [`${e.kind}(${printExpression(e.vector, rates)}, ${e.indices})`, levels.atom];
    case "norm":
      return [`norm(${printExpression(e.vector, rates)})`, levels.atom];
    case "product": {
      const matrix = e.transposed ? `${e.matrix}ᵀ` : e.matrix;
      return [`${matrix} ${print(e.vector, levels.product, rates)}`, levels.product];
    }
    case "call": {
      const [first, second] = e.arguments;
      const operator = operators.get(e.name);
      if (operator && first && second) {
        const { sign, level } = operator;
        return [`${print(first, level, rates)} ${sign} ${print(second, level + 1, rates)}`, level];
      }
      if (e.name === "neg" && first) return [`-${print(first, levels.factor, rates)}`, levels.factor];
      const args = e.arguments.map((argument) => printExpression(argument, rates));
      return [`${spelling(e.name)}(${args.join(", ")})`, levels.atom];
    }
  }
  return e satisfies never;
}

/** A whole cell: its equations with their comments, then the clauses that say what differs from the defaults. */
export function printCell(cell: Cell): string {
  const expressions = [...cell.equations.map((e) => e.expression), ...cell.states.map((s) => s.start)];
  const occurs = (test: (e: Expression) => boolean): boolean => expressions.some((e) => contains(e, test));
  const constants = Object.entries(cell.constants);
  const read = constants.filter(([name]) => occurs((e) => e.kind === "name" && e.name === name));
  const rates = constants.filter(
    ([name, value]) =>
      !read.some(([other]) => other === name) && occurs((e) => e.kind === "mask" && e.rate === value),
  );
  // Of two constants with one rate one is kept; constants that nothing reads any more are left out.
  const rateNames = new Map(rates.map(([name, value]) => [value, name]));
  const kept = new Map([...read, ...[...rateNames].map(([value, name]) => [name, value] as const)]);
  const lines = cell.equations.map((equation) => {
    const comment = equation.comment === "" ? "" : ` # ${equation.comment}`;
    return printEquation(equation, rateNames) + comment;
  });
  const about = wrapped(cell.about).map((line) => `# ${line}`);
  const constant = constants.filter(([name]) => kept.has(name));
  return [...about, ...lines, ...printClauses({ ...cell, constants: Object.fromEntries(constant) })].join(
    "\n",
  );
}

function printClauses(cell: Cell): string[] {
  const parameters = cell.parameters.filter((p) => !p.name.includes(".")); // without those of `norm`
  const onStates = matricesOnStates(cell);
  const isDefault = (p: CellParameter): boolean =>
    printInitial(p.initial) === printInitial(defaultInitial(p.kind, onStates.has(p.name)));
  const wide = [
    ...cell.inputs.filter((i) => i.width !== (i.name === "x" ? "I" : "H")),
    ...cell.states.filter((s) => s.width !== "H"),
    ...cell.locals.filter((l) => needsWidth(cell, l)),
    ...parameters.filter((p) => p.kind === "vector").filter((p) => p.width !== "H"),
  ];
  return [
    ...cell.inputs.filter((i) => i.name !== "x").map((i) => `input ${i.name} per ${i.per}`),
    ...Object.entries(cell.constants).map(([name, value]) => `constant ${name} = ${value}`),
    ...wide.map((n) => `width ${n.name} = ${n.width}`),
    ...cell.requires.map(([a, b]) => `requires ${a} = ${b}`),
    ...cell.states
      .filter((s) => !isZero(s.start))
      .map((s) => `start ${s.name} = ${printExpression(s.start)}`),
    ...parameters.filter((p) => !isDefault(p)).map((p) => `init ${p.name} = ${printInitial(p.initial)}`),
    ...parameters.filter((p) => !p.trained).map((p) => `fixed ${p.name}`),
    ...parameters.flatMap((p) =>
      p.kind === "matrix" && p.blocks > 1 ? [`blocks ${p.name} = ${p.blocks}`] : [],
    ),
    ...parameters.flatMap((p) => (p.kind === "matrix" && p.drop > 0 ? [`drop ${p.name} = ${p.drop}`] : [])),
    ...(cell.output === "h" && cell.states.some((s) => s.name === "h") ? [] : [`output ${cell.output}`]),
  ];
}

/** The text wrapped to lines of at most 100 characters. */
function wrapped(text: string): string[] {
  const most = 100;
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most)
      lines[lines.length - 1] = `${last} ${word}`;
    else if (word !== "") lines.push(word);
  }
  return lines;
}

const isZero = (e: Expression): boolean => e.kind === "number" && e.value === 0;

/** True if the equations alone would give a local another width than it has. */
function needsWidth(cell: Cell, local: Cell["locals"][number]): boolean {
  const e = cell.equations.find((equation) => equation.name === local.name)?.expression;
  if (local.width === 1) return !e || !isOne(cell, e, false);
  return local.width !== "H" || !e || isOne(cell, e, true);
}

/** True if an expression has width 1; without `matrices`, if it has width 1 whatever the rows of its matrices. */
function isOne(cell: Cell, e: Expression, matrices: boolean): boolean {
  switch (e.kind) {
    case "number":
      return true;
    case "name":
      return e.name in cell.constants || widthOf(cell, e.name) === 1;
    case "mask":
    case "place":
      return matrices && e.width === 1;
    case "product": {
      const p = cell.parameters.find((other) => other.name === e.matrix);
      return matrices && p?.kind === "matrix" && (e.transposed ? p.columns : p.rows) === 1;
    }
    case "pick":
      return widthOf(cell, e.indices) === 1;
    case "call":
    case "norm":
      return (
        (e.kind === "call" && reduces(e.name)) ||
        operands(e).every((operand) => isOne(cell, operand, matrices))
      );
  }
  return e satisfies never;
}

function widthOf(cell: Cell, name: string): Width | undefined {
  const vectors = cell.parameters.filter((p) => p.kind === "vector");
  return [...cell.inputs, ...cell.states, ...cell.locals, ...vectors].find((n) => n.name === name)?.width;
}

/** The value of an `init` clause: `0.5`, `orthogonal`, `uniform(-1, 2)`. */
function printInitial(initial: Initial): string {
  switch (initial.kind) {
    case "constant":
      return String(initial.value);
    case "glorot":
    case "he":
    case "orthogonal":
    case "identity":
      return initial.gain === 1 ? initial.kind : `${initial.kind}(${initial.gain})`;
    case "normal":
      return `normal(${initial.deviation})`;
    case "spectral":
      return `spectral(${initial.radius})`;
    case "chrono":
      return `chrono(${initial.longest})`;
    case "shift":
      return `shift(${initial.by})`;
    case "negated":
      return `-${initial.of}`;
    case "uniform":
      return `uniform(${initial.low}, ${initial.high})`;
  }
  return initial satisfies never;
}
