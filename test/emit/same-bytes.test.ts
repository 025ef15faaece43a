// The same equations under other names are the same program: names never reach a device.
import { expect, test } from "vitest";
import { gruResetBefore } from "../../src/cells/gru-reset-before.ts";
import { gru } from "../../src/cells/gru.ts";
import { lstm } from "../../src/cells/lstm.ts";
import { emitModule } from "../../src/emit/wasm/module.ts";
import type { Cell } from "../../src/language/cell.ts";
import { parseCell } from "../../src/language/equations.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Mode } from "../../src/plan/plan.ts";
import { updateOf } from "../../src/train/optimizers.ts";

function bytesOf(cell: Cell, mode: Mode): Uint8Array {
  const network = languageModel({ vocabulary: 11, cell, size: 7, layers: 2, dropout: 0.1 });
  const update = updateOf({ kind: "adam" }, { kind: "norm", limit: 5 });
  const plan = buildPlan(network, { mode, rows: 3, steps: 5, update: update.rule });
  const bases = { parameters: 64, program: 4 * plan.parameters.size + 128 };
  return emitModule(plan, { bases, tile: { rows: 4, vectors: 2 }, relaxed: true });
}

const renamed: readonly (readonly [Cell, string])[] = [
  [
    lstm,
    `
    input_gate  = sigmoid(A x + B y + a1)
    keep_gate   = sigmoid(C x + D y + a2)
    candidate   = tanh(E x + F y + a3)
    output_gate = sigmoid(G x + K y + a4)
    memory' = keep_gate * memory + input_gate * candidate
    y' = output_gate * tanh(memory')
    init a2 = 1
    output y
    `,
  ],
  [
    gru,
    `
    forget = sigmoid(A x + B q + a1)
    update = sigmoid(C x + D q + a2)
    fresh  = tanh(E x + a3 + forget * (F q + a4))
    q' = (1 - update) * fresh + update * q
    output q
    `,
  ],
  [
    gruResetBefore,
    `
    u = sigmoid(A x + B s + a1)
    v = sigmoid(C x + D s + a2)
    w = tanh(E x + F (v * s) + a3)
    s' = (1 - u) * s + u * w
    output s
    `,
  ],
];

test.each(renamed.map(([cell, text]) => ({ name: cell.name, cell, text })))(
  "$name under other names compiles to the same bytes",
  ({ cell: builtIn, text }) => {
    const own = parseCell("mine", text);
    for (const mode of ["train", "evaluate", "step"] as const) {
      expect(bytesOf(own, mode)).toEqual(bytesOf(builtIn, mode));
    }
  },
);

test("other equations compile to other bytes", () => {
  const [, text] = renamed[1] as readonly [Cell, string];
  const changed = parseCell("mine", text.replace("(1 - update) * fresh", "(2 - update) * fresh"));
  expect(bytesOf(changed, "evaluate")).not.toEqual(bytesOf(gru, "evaluate"));
});
