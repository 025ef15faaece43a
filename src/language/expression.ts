// Walks over expressions and rebuilds them, whatever they mean.
import type { Expression } from "./cell.ts";

/** The operands of an expression, in the order of the text. */
export function operands(e: Expression): readonly Expression[] {
  switch (e.kind) {
    case "number":
    case "name":
    case "mask":
      return [];
    case "call":
      return e.arguments;
    case "product":
    case "pick":
    case "place":
    case "norm":
      return [e.vector];
  }
  return e satisfies never;
}

/** The same expression with every operand replaced. */
export function mapOperands(e: Expression, change: (operand: Expression) => Expression): Expression {
  switch (e.kind) {
    case "number":
    case "name":
    case "mask":
      return e;
    case "call":
      return { ...e, arguments: e.arguments.map(change) };
    case "product":
    case "pick":
    case "place":
    case "norm":
      return { ...e, vector: change(e.vector) };
  }
  return e satisfies never;
}

/** True if the expression, or one inside it, passes the test. */
export function contains(e: Expression, test: (inner: Expression) => boolean): boolean {
  return test(e) || operands(e).some((operand) => contains(operand, test));
}
