// Prints a value of the graph as one would write it by hand: products without brackets, common factors taken out, `g²`
// for a square. A value that has a name is printed as its name; the caller says which values have one.
import { spelling } from "../language/functions.ts";
import type { Matrix, Node, TransposedProduct } from "./graph.ts";

/** The name of a value, or undefined if it is to be written out. */
export type NameOf = (node: Node) => string | undefined;

/** Precedence, as in `language/print.ts`. */
const binds = { sum: 1, term: 2, product: 4, atom: 5 } as const;

interface Factor {
  readonly divides: boolean;
  readonly text: string;
  readonly level: number;
  /** Present for numbers. */
  readonly value?: number;
}
interface Term {
  readonly negative: boolean;
  readonly factors: readonly Factor[];
}

/** The expression of a value in terms of named values, whether or not it has a name itself. */
export function printNode(node: Node, nameOf: NameOf): string {
  return writeSum(terms(node, nameOf, true));
}

/** The value with brackets around it wherever it is more than one name: `(r ⊙ h)`, `(W x)`, `h`. */
export function printBracketed(node: Node, nameOf: NameOf): string {
  return piece(node, nameOf, binds.atom).text;
}

/** The length of a value's text: its names and numbers, and half of each function. `itself`: as in `printNode`. */
export function weight(node: Node, nameOf: NameOf, itself = false): number {
  if ((!itself && nameOf(node) !== undefined) || node.arguments.length === 0) return 1;
  if (node.op === "slice" || node.op === "neg" || node.op === "square" || node.op === "broadcast") {
    return weight(node.arguments[0] as Node, nameOf);
  }
  return node.arguments.reduce((sum, a) => sum + weight(a, nameOf), isFunction(node) ? 0.5 : 0);
}

function isFunction(node: Node): boolean {
  return !["add", "sub", "mul", "div", "product", "transposedProduct"].includes(node.op);
}

function writeSum(list: readonly Term[]): string {
  const shared = list.length > 1 ? commonFactors(list) : [];
  if (shared.length > 0) {
    const rest = list.map((t) => ({ ...t, factors: without(t.factors, shared) }));
    const inner = writeSum(rest);
    return writeTerm([...shared, { divides: false, text: `(${inner})`, level: binds.atom }]);
  }
  const first = Math.max(
    0,
    list.findIndex((t) => !t.negative),
  );
  return [...list.slice(first, first + 1), ...list.slice(0, first), ...list.slice(first + 1)]
    .map(({ negative, factors }, i) => {
      const text = writeTerm(factors);
      return i === 0 ? (negative ? `-${text}` : text) : `${negative ? "-" : "+"} ${text}`;
    })
    .join(" ");
}

/** A product with its divisors last. */
function writeTerm(factors: readonly Factor[]): string {
  const sorted = [...factors.filter((f) => !f.divides), ...factors.filter((f) => f.divides)];
  if (sorted[0]?.divides !== false) sorted.unshift(atomOf("1", binds.atom));
  return sorted.map((f, i) => (i === 0 ? f.text : `${f.divides ? "/" : "⊙"} ${f.text}`)).join(" ");
}

/** The term with its numbers multiplied into one, in front, and the sign outside. */
function tidy({ negative, factors }: Term): Term {
  const isNumber = (f: Factor): boolean => f.value !== undefined && !f.divides;
  const value = factors.filter(isNumber).reduce((product, f) => product * (f.value as number), 1);
  const others = factors.filter((f) => !isNumber(f));
  const size = Math.abs(value);
  const front = size === 1 && others.some((f) => !f.divides) ? [] : [numberOf(size)];
  return { negative: negative !== value < 0, factors: [...front, ...others] };
}

const same = (a: Factor) => (b: Factor) => a.text === b.text && a.divides === b.divides;

function commonFactors(list: readonly Term[]): Factor[] {
  const [first, ...others] = list as [Term, ...Term[]];
  return first.factors.filter((f) => others.every((t) => t.factors.some(same(f))));
}

function without(factors: readonly Factor[], gone: readonly Factor[]): Factor[] {
  const left = [...factors];
  for (const factor of gone) left.splice(left.findIndex(same(factor)), 1);
  return left;
}

function terms(node: Node, nameOf: NameOf, itself = false): Term[] {
  if (itself || nameOf(node) === undefined) {
    const [a, b] = node.arguments as [Node, Node];
    if (node.op === "add") return [...terms(a, nameOf), ...terms(b, nameOf)];
    if (node.op === "sub") return [...terms(a, nameOf), ...terms(b, nameOf).map(negated)];
    if (node.op === "neg") return terms(a, nameOf).map(negated);
    if (node.op === "broadcast") return terms(a, nameOf);
    if (node.op === "transposedProduct") {
      return node.matrices.map((_, i) => ({
        negative: false,
        factors: [atomOf(transposed(node, i, nameOf))],
      }));
    }
  }
  return [tidy(factorsOf(node, nameOf, itself))];
}

const negated = (t: Term): Term => ({ ...t, negative: !t.negative });
const atomOf = (text: string, level: number = binds.product): Factor => ({ divides: false, text, level });
const numberOf = (value: number): Factor => {
  return { ...atomOf(String(Number(value.toPrecision(6))), binds.atom), value };
};

function factorsOf(node: Node, nameOf: NameOf, itself: boolean): Term {
  const [a, b] = node.arguments as [Node, Node];
  if (itself || nameOf(node) === undefined) {
    const average = meanOf(node);
    if (average) return linear("mean", average, nameOf);
    if (node.op === "sum") return linear("sum", a, nameOf);
    if (node.op === "number") return { negative: false, factors: [numberOf(node.value)] };
    if (node.op === "mul" || node.op === "div") {
      const [left, right] = [factorsOf(a, nameOf, false), factorsOf(b, nameOf, false)];
      const other =
        node.op === "mul" ? right.factors : [{ ...piece(b, nameOf, binds.product), divides: true }];
      const negative = node.op === "mul" ? left.negative !== right.negative : left.negative;
      return { negative, factors: [...left.factors, ...other] };
    }
    if (node.op === "neg") {
      const inner = factorsOf(a, nameOf, false);
      return { ...inner, negative: !inner.negative };
    }
    if (node.op === "broadcast") return factorsOf(a, nameOf, false);
  }
  return { negative: false, factors: [piece(node, nameOf, binds.product, itself)] };
}

/** `sum(-v)` is `-sum(v)`. */
function linear(name: "sum" | "mean", vector: Node, nameOf: NameOf): Term {
  const list = terms(vector, nameOf);
  const negative = list.every((t) => t.negative);
  const text = writeSum(negative ? list.map(negated) : list);
  return { negative, factors: [atomOf(`${name}(${text})`, binds.atom)] };
}

/** If a value is a mean, that is a sum times one over the width, the vector that it is the mean of. */
function meanOf(node: Node): Node | undefined {
  const [sum, share] = node.arguments;
  const vector = node.op === "mul" && sum?.op === "sum" ? sum.arguments[0] : undefined;
  return vector && share?.op === "number" && share.value === 1 / vector.width ? vector : undefined;
}

/** One operand, bracketed if its precedence is lower than `least`. */
function piece(node: Node, nameOf: NameOf, least: number, itself = false): Factor {
  const [text, level] = form(node, nameOf, itself);
  return level < least ? atomOf(`(${text})`, binds.atom) : atomOf(text, level);
}

function form(node: Node, nameOf: NameOf, itself: boolean): readonly [text: string, level: number] {
  const name = itself ? undefined : nameOf(node);
  if (name !== undefined) return [name, binds.atom];
  const inner = (index: number): string => writeSum(terms(node.arguments[index] as Node, nameOf));
  switch (node.op) {
    case "number":
      return [numberOf(node.value).text, binds.atom];
    case "parameter":
    case "input":
    case "lag":
    case "carried":
      return [node.name, binds.atom];
    case "reset":
    case "gradient":
      return [node.op, binds.atom];
    case "mask":
      return [`mask(${node.rate}, per ${node.per})`, binds.atom];
    case "slice": {
      const product = node.arguments[0] as Node & { op: "product" };
      return [
        `${(product.matrices[node.index] as Matrix).name} ${operand(product, 0, nameOf)}`,
        binds.product,
      ];
    }
    case "product":
      return [`[${node.matrices.map((m) => m.name).join("; ")}] ${operand(node, 0, nameOf)}`, binds.product];
    case "square": {
      const [text, level] = form(node.arguments[0] as Node, nameOf, false);
      return [level < binds.atom ? `(${text})²` : `${text}²`, binds.atom];
    }
    case "detach":
      return form(node.arguments[0] as Node, nameOf, false);
    case "standardised":
      return form(node.arguments[1] as Node, nameOf, false);
    case "greater":
      return [`[${inner(0)} > ${inner(1)}]`, binds.atom];
    case "where":
      return [`where(${inner(0)} > 0, ${inner(1)}, ${inner(2)})`, binds.atom];
    case "sumSteps":
      return [`Σt ${printBracketed(node.arguments[0] as Node, nameOf)}`, binds.term];
    case "add":
    case "sub":
    case "neg":
    case "mul":
    case "div":
    case "broadcast":
    case "sum":
    case "transposedProduct":
      return sumForm(terms(node, nameOf, itself));
    default:
      return [`${spelling(node.op)}(${node.arguments.map((_, i) => inner(i)).join(", ")})`, binds.atom];
  }
}

function sumForm(list: readonly Term[]): readonly [text: string, level: number] {
  const [first] = list;
  // A sum with a common factor is written as a product.
  if (list.length > 1) return [writeSum(list), commonFactors(list).length > 0 ? binds.term : binds.sum];
  if (first?.negative) return [writeSum(list), binds.sum];
  const level = first && first.factors.length > 1 ? binds.term : (first?.factors[0]?.level ?? binds.atom);
  return [writeSum(list), level];
}

function transposed(node: TransposedProduct, index: number, nameOf: NameOf): string {
  return `${(node.matrices[index] as Matrix).name}ᵀ ${operand(node, index, nameOf)}`;
}

/** The operand of a matrix. */
function operand(node: Node, index: number, nameOf: NameOf): string {
  return piece(node.arguments[index] as Node, nameOf, binds.product).text;
}
