// A highway connection around a layer: a gate mixes its input with its output. Srivastava, Greff, Schmidhuber 2015,
// arXiv:1505.00387v2; the gate's bias of -1 initially lets most of the input through.
import type { Cell } from "../../language/cell.ts";
import { outputOf, requiringInput } from "./residual.ts";
import { apply, call, freshName, local, number, read, requireCell, rewrite, vector } from "./rewrite.ts";

/**
 * `y = t ⊙ output + (1 - t) ⊙ x`; states are unchanged. The layer's input must be as wide as its output. Throws for a cell
 * without an input x.
 */
export function highway(cell: Cell): Cell {
  requireCell("highway", cell);
  const [gate, bias, matrix, name] = ["t", "bt", "Wt", "y"].map((wanted) => freshName(cell, wanted)) as [
    string,
    string,
    string,
    string,
  ];
  const { output, width } = outputOf(cell);
  const opening = call("sigmoid", call("add", apply(matrix, read("x")), read(bias)));
  const rest = call("mul", call("sub", number(1), read(gate)), read("x"));
  const equations = [
    ...cell.equations,
    local(gate, opening, "transform gate"),
    local(name, call("add", call("mul", read(gate), output), rest)),
  ];
  return rewrite(cell, "highway", {
    equations,
    locals: [...cell.locals, { name: gate, width }, { name, width }],
    parameters: [
      ...cell.parameters,
      vector(bias, -1, width),
      {
        kind: "matrix",
        name: matrix,
        rows: width,
        columns: "I",
        blocks: 1,
        drop: 0,
        trained: true,
        initial: { kind: "glorot", gain: 1 },
      },
    ],
    output: name,
    requires: requiringInput(cell, width),
  });
}
