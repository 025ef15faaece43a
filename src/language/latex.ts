// Prints the equations of a cell as LaTeX, in the notation of papers: `h'` is h_t, and `h` on the right is h_{t-1}.
import type { Cell, Expression } from "./cell.ts";
import { levels, operators } from "./print.ts";

/** An `aligned` environment with a line per equation; without clauses and comments. */
export function latex(cell: Cell): string {
  const timed = new Set([
    ...cell.inputs.filter((input) => input.per === "step").map((input) => input.name),
    ...cell.locals.map((local) => local.name),
  ]);
  const states = new Set(cell.states.map((state) => state.name));
  const time: Time = (name, now) => (states.has(name) ? (now ? "t" : "t-1") : timed.has(name) ? "t" : "");

  const lines = cell.equations.map(
    (e) => `  ${symbol(e.name, time(e.name, true))} &= ${write(e.expression, levels.sum, time)}`,
  );
  return `\\begin{aligned}\n${lines.join(" \\\\\n")}\n\\end{aligned}`;
}

/** The time index of a name: `t`, `t-1`, or empty if it is the same at every step. */
type Time = (name: string, now: boolean) => string;

function write(e: Expression, least: number, time: Time): string {
  const [text, level] = form(e, time);
  return level < least ? `(${text})` : text;
}

function form(e: Expression, time: Time): readonly [text: string, level: number] {
  switch (e.kind) {
    case "number":
      return [decimal(e.value), levels.atom];
    case "name":
      return [symbol(e.name, time(e.name, e.now)), levels.atom];
    case "mask":
      return [`\\operatorname{mask}(${decimal(e.rate)})`, levels.atom];
    case "pick":
    case "place": {
      const vector = write(e.vector, levels.sum, time);
      return [
        `\\operatorname{${e.kind}}(${vector}, ${symbol(e.indices, time(e.indices, true))})`,
        levels.atom,
      ];
    }
    case "norm":
      return [`\\operatorname{norm}(${write(e.vector, levels.sum, time)})`, levels.atom];
    case "product": {
      const matrix = symbol(e.matrix, "") + (e.transposed ? "^\\top" : "");
      return [`${matrix} ${write(e.vector, levels.product, time)}`, levels.product];
    }
    case "call":
      return call(e.name, e.arguments, time);
  }
  return e satisfies never;
}

function call(name: string, args: readonly Expression[], time: Time): readonly [text: string, level: number] {
  const plain = args.map((argument) => write(argument, levels.sum, time));
  const [first, second] = args;
  const operator = operators.get(name);
  if (name === "div") return [`\\frac{${plain.join("}{")}}`, levels.term];
  if (operator && first && second) {
    const { sign, level } = operator;
    const [left, right] = [write(first, level, time), write(second, level + 1, time)];
    return [`${left} ${sign === "⊙" ? "\\odot" : sign} ${right}`, level];
  }
  if (name === "neg" && first) return [`-${write(first, levels.factor, time)}`, levels.factor];
  if (name === "sqrt") return [`\\sqrt{${plain.join("")}}`, levels.atom];
  if (name === "abs") return [`\\lvert ${plain.join("")} \\rvert`, levels.atom];
  return [`${functionCommands.get(name) ?? `\\operatorname{${name}}`}(${plain.join(", ")})`, levels.atom];
}

/** `0.5`, or `2.5 \cdot 10^{-7}` for numbers that JavaScript prints with an exponent. */
function decimal(value: number): string {
  const [digits = "", exponent] = String(value).split("e");
  if (exponent === undefined) return digits;
  return `${digits} \\cdot 10^{${exponent.replace("+", "")}}`;
}

/** `Wz` is W_z, `b_hh` is b_{hh}; a word of four letters or more stays a word. */
function symbol(name: string, time: string): string {
  const [head = "\\_", ...tail] = name
    .normalize("NFKC")
    .split("_")
    .filter((part) => part !== "");
  const [, letter = head, rest = ""] = /^(\p{L}\p{M}*)(.*)$/u.exec(head) ?? [];
  const isIndexed = rest === "" || /^\p{N}+$/u.test(rest) || [...rest].length <= 2;
  const base = isIndexed ? greek(letter) : `\\mathrm{${head}}`;
  const indices = [...(isIndexed && rest !== "" ? [rest] : []), ...tail].map((part) => {
    const letters = [...part];
    if (letters.length === 1) return greek(part);
    if (/^\p{L}{3,}$/u.test(part)) return `\\mathrm{${part}}`;
    return letters.map((l) => (greekCommands.has(l) ? `{${greek(l)}}` : l)).join("");
  });
  const index = [...indices, ...(time === "" ? [] : [time])].join(",");
  if (index === "") return base;
  return [...index].length === 1 ? `${base}_${index}` : `${base}_{${index}}`;
}

const functionCommands: ReadonlyMap<string, string> = new Map([
  ["sigmoid", "\\sigma"],
  ...["tanh", "exp", "log", "min", "max", "sin", "cos"].map((f): [string, string] => [f, `\\${f}`]),
]);

const greekLetters = "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ";
const greekNames =
  "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon varphi chi psi omega " +
  "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega";
const greekCommands: ReadonlyMap<string, string> = new Map(
  greekNames.split(" ").map((name, index) => [greekLetters[index] ?? "", `\\${name}`]),
);

function greek(letter: string): string {
  return greekCommands.get(letter) ?? letter;
}
