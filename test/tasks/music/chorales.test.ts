// A figure on real data: an LSTM on the chorales of Bach against what papers reach. Needs the data beside the checkout.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { fastDevice } from "../../fast-device.ts";
import { music } from "../../../src/tasks/music/music.ts";
import { readPianoRolls } from "../../../src/tasks/music/piano-roll-files.ts";
import { train } from "../../../src/tasks/train.ts";

const chorales = new URL("../../../../shared/data/jsb-chorales/jsb-chorales-quarter.json", import.meta.url);
test.skipIf(!existsSync(chorales))(
  "an LSTM of 36 is at or below 8.75 nats per frame of the JSB chorales (skipped without the data)",
  async () => {
    const device = fastDevice();
    const pieces = await readPianoRolls(fileURLToPath(chorales));
    const run = train(music(), pieces, { epochs: 60, patience: 0, rate: 0.005, clip: 1, device });
    await run.finish();
    const { nats, frames, baselines } = await (await run.best()).score("test");
    console.log(`LSTM of 36: ${nats.toFixed(3)} nats per frame; ${JSON.stringify(baselines)}`);
    expect(frames).toBe(4725);
    expect(nats).toBeLessThanOrEqual(8.75);
    device.dispose();
  },
  600_000,
);
