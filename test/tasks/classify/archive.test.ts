// Figures on two data sets of the UCR and UEA archive, with nothing set. Need the data beside the checkout.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { fastDevice } from "../../fast-device.ts";
import { classify } from "../../../src/tasks/classify/classify.ts";
import { readLabelledTable } from "../../../src/tasks/classify/labelled-files.ts";
import { train } from "../../../src/tasks/train.ts";

const folder = new URL("../../../../shared/data/series-classification/", import.meta.url);
const columns = { series: "series", label: "label" };

test.skipIf(!existsSync(folder)).each([
  ["GunPoint", 0.91],
  ["BasicMotions", 0.95],
])(
  "%s is learned with nothing set (skipped without the data)",
  async (name, least) => {
    const device = fastDevice();
    const read = (part: string) =>
      readLabelledTable(fileURLToPath(new URL(`${name}-${part}.jsonl`, folder)), columns);
    const [learned, test] = [await read("train"), await read("test")];
    const run = train(classify(), learned, { device });
    await run.finish();
    const { accuracy, baselines = [] } = await (await run.best()).score(test, { baseline: learned });
    expect(baselines.map((one) => one.name)).toEqual(["nearest series", "nearest series, warped"]);
    expect(accuracy).toBeGreaterThanOrEqual(least);
    for (const baseline of baselines) expect(accuracy).toBeGreaterThanOrEqual(baseline.accuracy);
    device.dispose();
  },
  600_000,
);
