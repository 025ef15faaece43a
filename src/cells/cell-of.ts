// The cell that a person means: a name with transforms, equations, or a cell.
import { shown } from "../base/options.ts";
import type { Cell } from "../language/cell.ts";
import { parseCell } from "../language/equations.ts";
import { cellNamed, partsOfName } from "./index.ts";
import { applyTransforms, transforms } from "./transforms/index.ts";

/**
 * A cell from a name (`"lstm"`, `"gru+layer-norm+zoneout:h=0.05"`), from equations (`"h' = tanh(W x + U h + b)"`, which
 * transforms may follow), or itself. Throws for an unknown name, listing those there are, and for wrong equations.
 */
export function cellOf(cell: string | Cell): Cell {
  if (typeof cell !== "string") {
    if (Array.isArray((cell as Partial<Cell> | null)?.equations)) return cell;
    throw new Error(`cell: expected a name, equations or a Cell, got ${shown(cell)}`);
  }
  const { name, transforms: suffixes } = partsOfName(cell);
  if (!name.includes("=")) return cellNamed(cell);
  // Only names of transforms are taken off the end of equations: `W x+b` is a sum.
  const isTransform = (part: string): boolean => transforms.some((t) => t.name === part.split(":")[0]);
  const last = suffixes.findLastIndex((part) => !isTransform(part));
  const applied = suffixes.slice(last + 1);
  const text = applied.length === 0 ? cell : cell.slice(0, cell.length - applied.join("+").length - 1);
  return applyTransforms(parseCell("equations", text), applied);
}
