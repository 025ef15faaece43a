import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { midiBytes, type MidiSettings } from "../../../src/tasks/music/midi-bytes.ts";
import { midiFrames } from "../../../src/tasks/music/midi-frames.ts";

interface Heard {
  readonly bytes: string;
  readonly ticksPerQuarter: number;
  readonly tempo: readonly number[];
  readonly name: readonly string[];
  readonly ends: number;
  readonly notes: readonly (readonly [number, number, number])[];
}
const golden = JSON.parse(readFileSync(new URL("../../goldens/midi/midi.json", import.meta.url), "utf8")) as {
  readonly read: Readonly<Record<string, Heard>>;
};

const frames = [[60, 64], [60], [], [60, 67], [127, 0], []];
const name = "Präludium";
const written: Readonly<Record<string, MidiSettings>> = {
  held: { name, tempo: 71 },
  struck: { name, repeated: "strike", resolution: 4, tempo: 133 },
  odd: { name, tempo: 71, resolution: 7, velocity: 1 },
};

describe("MIDI bytes", () => {
  it.each(Object.keys(written))("%s: are those that mido reads as expected", (key) => {
    expect(Buffer.from(midiBytes(frames, written[key])).toString("base64")).toBe(golden.read[key]?.bytes);
  });

  it("are held notes of one tempo, with the silence at the end", () => {
    const { held, struck, odd } = golden.read;
    // 60000000 / 71 = 845070.4; a frame is 480 ticks; mido shows the UTF-8 of the name byte by byte.
    expect(held).toMatchObject({ ticksPerQuarter: 480, tempo: [845070], ends: 2880, name: ["PrÃ¤ludium"] });
    expect(held?.notes).toEqual([
      [0, 480, 64],
      [0, 960, 60],
      [1440, 1920, 60],
      [1440, 1920, 67],
      [1920, 2400, 0],
      [1920, 2400, 127],
    ]);
    // A frame is 120 ticks, and 60 is struck twice.
    expect(struck).toMatchObject({ ticksPerQuarter: 480, tempo: [451128], ends: 720 });
    expect(struck?.notes.slice(0, 3)).toEqual([
      [0, 120, 60],
      [0, 120, 64],
      [120, 240, 60],
    ]);
    // 480 / 7 = 68.6, so a frame has 68 ticks and a quarter 476.
    expect(odd).toMatchObject({ ticksPerQuarter: 476, ends: 408 });
  });

  it("come back as the frames they were made from", () => {
    for (const repeated of ["hold", "strike"] as const)
      for (const resolution of [1, 2, 3, 4, 7, 12, 480]) {
        const back = midiFrames(midiBytes(frames, { resolution, repeated }), "x", { resolution });
        expect(back.frames).toEqual(frames.map((frame) => frame.toSorted((a, b) => a - b)));
      }
  });

  it("are long pieces, too", () => {
    const long = Array.from({ length: 3000 }, (_, f) => [40 + (f % 3), 70]);
    expect(midiFrames(midiBytes(long), "x").frames).toEqual(long);
  });

  it("have 100 quarter notes per minute unless told otherwise, 600,000 microseconds each", () => {
    const [bytes, tempo] = [[...midiBytes(frames)].join(), [0xff, 0x51, 3, 0x09, 0x27, 0xc0].join()];
    expect(bytes).toContain(tempo);
    expect(midiBytes(frames, { tempo: 100 })).toEqual(midiBytes(frames));
  });

  it("are refused where the format cannot express them", () => {
    expect(() => midiBytes([[1], [128]])).toThrow(
      "MIDI, frame 1: a note must be a whole number from 0 to 127, not 128",
    );
    expect(() => midiBytes(frames, { tempo: 3 })).toThrow("the tempo must be from 3.58 to 60000000");
    expect(() => midiBytes(frames, { tempo: Number.NaN })).toThrow("not NaN");
    expect(() => midiBytes(frames, { resolution: 0.5 })).toThrow("the resolution must be a whole number");
    expect(() => midiBytes(frames, { velocity: 0 })).toThrow(
      "velocity must be a whole number from 1 to 127, not 0",
    );
  });
});
