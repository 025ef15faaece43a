// Time loops of language models have no barrier inside: each thread runs all steps for its own rows.
import { expect, test } from "vitest";
import { cells } from "../../src/cells/index.ts";
import { isIndependent } from "../../src/emit/wasm/phases.ts";
import { languageModel } from "../../src/model/language-model.ts";
import { buildPlan } from "../../src/plan/build.ts";
import type { Loop } from "../../src/plan/plan.ts";
import { updateOf } from "../../src/train/optimizers.ts";

/** The cells with a loop. */
const recurrent = cells.filter((cell) => cell.states.length > 0).map((cell) => ({ name: cell.name, cell }));

test.each(recurrent)("rows of $name are independent of each other", ({ cell }) => {
  const embedding = cell.requires.length > 0 ? 8 : 0;
  const settings = { vocabulary: 11, cell, size: 8, layers: 2, dropout: 0.1, embedding, sizes: { P: 3 } };
  const network = languageModel(settings);
  const update = updateOf({ kind: "adam" }, { kind: "norm", limit: 5 });
  for (const mode of ["train", "evaluate", "step"] as const) {
    const { phases } = buildPlan(network, { mode, rows: 16, steps: 5, update: update.rule });
    const items = Object.values(phases).flat();
    const loops = items.filter((item): item is Loop => item.kind === "loop");
    expect(loops.length).toBeGreaterThan(0);
    for (const loop of loops) expect(isIndependent(loop)).toBe(true);
  }
});
