// Stop and resume equals never stopped, to the bit: through a checkpoint's bytes, onto a new device.
import { describe, expect, it } from "vitest";
import { decodeFile, encodeRun } from "../../src/checkpoint/checkpoint.ts";
import type { Device } from "../../src/run/device.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { fit, type TrainingSettings } from "../../src/train/fit.ts";
import type { TrainingState } from "../../src/train/state.ts";
import { language } from "../../src/tasks/language/language.ts";
import { alphabet, finish, ids, runUntil, smallNetwork, smallSettings } from "./small.ts";

/** 26 updates, with all that has a state: noise, carried states, context, moments, a schedule, validations. */
const windows = (): Partial<TrainingSettings> => ({
  network: smallNetwork({ layers: 2, dropout: 0.3, embedding: 4 }),
  bptt: 20,
  schedule: { kind: "cosine", warmup: 0.1 },
  budget: { epochs: 1.5 },
  validateEvery: 4,
});

const sequences = (): Partial<TrainingSettings> => ({
  network: smallNetwork({ dropout: 0.3 }),
  data: {
    kind: "sequences",
    train: Array.from({ length: 11 }, (_, i) => ids.subarray(13 * i, 13 * i + 2 + ((7 * i) % 11))),
    validation: [ids.subarray(300, 320)],
  },
  optimizer: { kind: "sgd", momentum: 0.9 },
  budget: { steps: 10 },
});

const spec = { kind: "language", text: alphabet };

/** Without the time that it took. */
const untimed = ({ seconds: _seconds, ...state }: TrainingState): Omit<TrainingState, "seconds"> => state;

async function interrupted(
  make: () => Partial<TrainingSettings>,
  device: () => Device,
  stops: readonly number[],
) {
  let state: TrainingState | undefined;
  for (const stop of stops) {
    const settings = smallSettings({ ...make(), device: device() });
    const run = await fit(settings, state);
    await runUntil(run, stop);
    const { network } = settings;
    const training = await run.snapshot();
    const bytes = await encodeRun({ spec, network, training, metadata: { settings: {} } });
    state = (await decodeFile(bytes, [language])).training;
    run.dispose();
  }
  const last = await fit(smallSettings({ ...make(), device: device() }), state);
  const events = await finish(last);
  return { state: untimed(await last.snapshot()), events };
}

describe.each([
  ["reference", () => referenceDevice()],
  ["wasm", () => wasmDevice()],
])("on %s", (_name, device) => {
  it.each([
    // In the first windows, whose context still grows; at a validation; in the second epoch.
    ["windows of a text", windows, [1, 2, 4, 19]],
    ["separate sequences", sequences, [2, 4, 9]],
  ])("%s: stopped and resumed is never stopped", async (_kind, make, stops) => {
    const whole = await fit(smallSettings({ ...make(), device: device() }));
    const events = await finish(whole);
    const expected = untimed(await whole.snapshot());
    const came = await interrupted(make, device, stops);
    expect(came.state).toEqual(expected);
    const rest = events.filter((e) => e.step > stops.at(-1)!);
    const [a, b] = [rest, came.events].map((list) =>
      list
        // A slow machine tells of a long validation while it is under way.
        .filter((e) => e.kind !== "validating")
        .map((e) => ({ ...e, seconds: 0, tokensPerSecond: 0, updatesPerSecond: 0 })),
    );
    expect(b).toEqual(a);
  });
});

describe("what is carried matters", () => {
  it.each(["carried", "optimizer", "position"] as const)(
    "without its %s a run ends elsewhere",
    async (part) => {
      const device = referenceDevice();
      const run = await fit(smallSettings({ ...windows(), device }));
      const fresh = await run.snapshot();
      await runUntil(run, 10);
      const state = await run.snapshot();
      await finish(run);
      const other = await fit(smallSettings({ ...windows(), device }), { ...state, [part]: fresh[part] });
      await finish(other);
      expect(await other.store.read()).not.toEqual(await run.store.read());
    },
  );
});

describe("resume refuses", () => {
  async function stateOf(): Promise<TrainingState> {
    const run = await fit(smallSettings());
    await runUntil(run, 2);
    return run.snapshot();
  }

  it.each<[Partial<TrainingSettings>, string | RegExp]>([
    [{ batch: 2 }, "resume: batch was 3 in the saved run, not 2; use the same, or start anew"],
    [{ rate: 0.02 }, "resume: rate was 0.01 in the saved run, not 0.02"],
    [{ seed: 2 }, "resume: seed was 1 in the saved run, not 2"],
    [
      { optimizer: { kind: "sgd" } },
      'resume: optimizer was {"kind":"adam"} in the saved run, not {"kind":"sgd"}',
    ],
    [{ network: smallNetwork({ size: 8 }) }, "resume: the saved run trained another network"],
    [
      { data: { kind: "text", train: ids.subarray(1, 401), validation: ids.subarray(400) } },
      /resume: the data are not those of the saved run: it had 400 symbols \(\w{16}\) for training and 104/,
    ],
    [{ data: { kind: "text", train: ids.subarray(0, 400) } }, "use the same file and split"],
  ])("%o", async (change, message) => {
    await expect(fit(smallSettings(change), await stateOf())).rejects.toThrow(message);
  });

  it("arrays of another size", async () => {
    const state = await stateOf();
    const broken = { ...state, optimizer: { ...state.optimizer, m: new Float64Array(3) } };
    await expect(fit(smallSettings(), broken)).rejects.toThrow(/resume: 'm' must have \d+ values, not 3/);
  });

  it("but not a longer budget", async () => {
    const run = await fit(smallSettings({ budget: { steps: 7 } }), await stateOf());
    expect((await finish(run)).at(-1)).toMatchObject({ kind: "end", step: 7 });
  });
});
