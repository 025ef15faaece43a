// A figure on real data, with nothing set: surnames by their language, beside a linear model and naive Bayes. Needs the data
// beside the checkout.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { fastDevice } from "../../fast-device.ts";
import { classify } from "../../../src/tasks/classify/classify.ts";
import { readLabelledFolder } from "../../../src/tasks/classify/labelled-folder.ts";
import { train } from "../../../src/tasks/train.ts";

const names = new URL("../../../../shared/data/names-by-nationality/", import.meta.url);
test.skipIf(!existsSync(names))(
  "surnames are known by their language better than a linear model knows them (skipped without the data)",
  async () => {
    const device = fastDevice();
    const items = (await readLabelledFolder(fileURLToPath(names))).filter(({ label }) => label !== "SOURCE");
    const distinct = new Map(items.map((item) => [`${item.label}\t${item.value}`, item]));
    const run = train(classify(), [...distinct.values()], { split: "0.75/0.05/0.2", device });
    await run.finish();
    const { accuracy, labels, baselines = [], sequences } = await (await run.best()).score("test");
    const figures = baselines.map(({ name, accuracy: of }) => `${name} ${of.toFixed(4)}`).join(", ");
    console.log(`surnames: ${accuracy.toFixed(4)}, ${figures}, of ${sequences}`);
    expect(labels).toHaveLength(18);
    expect(baselines.map(({ name }) => name)).toEqual([
      "linear, 1- to 4-grams",
      "naive Bayes, 1- to 3-grams",
    ]);
    expect(accuracy).toBeGreaterThan(0.82);
    for (const baseline of baselines) expect(accuracy).toBeGreaterThan(baseline.accuracy);
    device.dispose();
  },
  600_000,
);
