// A figure on real data: surnames by their language, beside naive Bayes. Needs the data beside the checkout.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { fastDevice } from "../../fast-device.ts";
import { classify } from "../../../src/tasks/classify/classify.ts";
import { readLabelledFolder } from "../../../src/tasks/classify/labelled-folder.ts";
import { train } from "../../../src/tasks/train.ts";

const names = new URL("../../../../shared/data/names-by-nationality/", import.meta.url);
test.skipIf(!existsSync(names))(
  "surnames are known by their language better than naive Bayes knows them (skipped without the data)",
  async () => {
    const device = fastDevice();
    const items = (await readLabelledFolder(fileURLToPath(names))).filter(({ label }) => label !== "SOURCE");
    const distinct = new Map(items.map((item) => [`${item.label}\t${item.value}`, item]));
    const options = { split: "0.75/0.05/0.2", device };
    const run = train(
      classify({ cell: "gru", bidirectional: false, size: 128, dropout: 0.3 }),
      [...distinct.values()],
      options,
    );
    await run.finish();
    const { accuracy, labels, baseline, sequences } = await (await run.best()).score("test");
    console.log(`surnames: ${accuracy}, ${baseline?.name} ${baseline?.accuracy}, of ${sequences}`);
    expect(labels).toHaveLength(18);
    expect(accuracy).toBeGreaterThan(0.8);
    expect(accuracy).toBeGreaterThan(baseline?.accuracy ?? 1);
    device.dispose();
  },
  600_000,
);
