// The sizes of widths that a cell names besides H and I, as a person gives them: `P=64,K=3`. Knows no model.
import type { Cell, Width } from "../language/cell.ts";
import type { Sizes } from "../graph/lower.ts";
import { InputError } from "./failure.ts";

/** Throws an `InputError` where a width has no size, or a size no width. */
export function furtherWidths(cell: Cell, text: string | undefined): Sizes {
  const named = symbolsOf(cell);
  const example = named.map((name) => `${name}=64`).join(",");
  const sizes: Record<string, number> = {};
  for (const entry of text === undefined ? [] : text.split(",")) {
    const [, name = "", value = ""] = /^\s*([^=\s]+)\s*=\s*(\d+)\s*$/u.exec(entry) ?? [];
    const isKnown = named.includes(name);
    if (isKnown && Number(value) >= 1) sizes[name] = Number(value);
    else if (named.length === 0) {
      throw new InputError(`--widths: ${cell.name} names no width but H (--size) and I; leave it out`);
    } else {
      throw new InputError(`--widths: '${entry}' cannot be read; write it as in --widths ${example}`);
    }
  }
  const missing = named.filter((name) => sizes[name] === undefined);
  if (missing.length === 0) return sizes;
  throw new InputError(
    `${cell.name} has the further ${missing.length === 1 ? "width" : "widths"} ${missing.join(", ")}; ` +
      `say how wide, as in --widths ${example}`,
  );
}

/** In the order in which the cell names them. */
function symbolsOf({ inputs, states, locals, parameters }: Cell): string[] {
  const widths: Width[] = [
    ...[...inputs, ...states, ...locals].map((n) => n.width),
    ...parameters.flatMap((p) => (p.kind === "matrix" ? [p.rows, p.columns] : [p.width])),
  ];
  const symbols = widths.filter((w): w is string => typeof w === "string" && w !== "H" && w !== "I");
  return [...new Set(symbols)];
}
