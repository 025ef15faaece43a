// A highway around a layer: a gate mixes its input with what it hands on. Srivastava, Greff, Schmidhuber 2015,
// arXiv:1505.00387v2; its bias of -1 lets most of the input through at first.
import type { Cell } from "../../language/cell.ts";
import { outputOf, withEqual } from "./residual.ts";
import { apply, call, freshName, local, number, read, rewritten, vector } from "./rewrite.ts";

/** Touches no state. The layer's input must be as wide as its output. */
export function highway(cell: Cell): Cell {
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
  return rewritten(cell, "highway", {
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
    requires: withEqual(cell, width),
  });
}
