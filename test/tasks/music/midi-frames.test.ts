import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { midiBytes } from "../../../src/tasks/music/midi-bytes.ts";
import { midiFrames } from "../../../src/tasks/music/midi-frames.ts";
import { chunk, midiFile, type Event } from "./midi-file.ts";

const golden = JSON.parse(readFileSync(new URL("../../goldens/midi/midi.json", import.meta.url), "utf8")) as {
  readonly written: string;
};
/** 96 ticks a quarter: 60 and 64 from 0 (to 192 and 96), 60 again to 240, 72 from 300 to 320, 48 from 384 to 481. */
const bytes = new Uint8Array(Buffer.from(golden.written, "base64"));

describe("MIDI frames", () => {
  it("are counted in ticks, whatever the tempo does, without drums", () => {
    // Frames begin at ticks 0, 96, 192, 288, 384; 72 sounds from 300 to 320, which rounds to none; 48 ends at 481.
    expect(midiFrames(bytes, "a.mid")).toEqual({
      frames: [[60, 64], [60], [60], [], [48]],
      notes: 5,
      short: 1,
      finer: 6,
      empty: 0,
      unended: 0,
    });
  });

  it("are as fine as asked", () => {
    // A sixteenth has 24 ticks: 240 / 24 = 10 frames of 60, 72 from 12.5 to 13.3, which are 13, 48 from 384 = 16 · 24.
    const { frames, short, finer } = midiFrames(bytes, "a.mid", { resolution: 4 });
    expect([short, finer]).toEqual([1, 6]);
    expect(frames).toHaveLength(20); // to tick 481, just after 20 · 24
    expect(frames.map((frame) => (frame.includes(60) ? 1 : 0)).join("")).toBe("11111111110000000000");
    expect(frames.map((frame) => (frame.includes(64) ? 1 : 0)).join("")).toBe("11110000000000000000");
    const sixth = midiFrames(bytes, "a.mid", { resolution: 6 }); // 16 ticks: 72 from 18.75 to 20
    expect([sixth.short, sixth.frames.findIndex((frame) => frame.includes(72))]).toEqual([0, 19]);
    expect(frames.map((frame) => (frame.includes(48) ? 1 : 0)).join("")).toBe("00000000000000001111");
  });

  it("are read from a view that begins inside its buffer", () => {
    const shifted = new Uint8Array(bytes.length + 5);
    shifted.set(bytes, 5);
    expect(midiFrames(shifted.subarray(5), "a.mid")).toEqual(midiFrames(bytes, "a.mid"));
  });
});

describe("MIDI files that cannot be read", () => {
  const changed = (...changes: readonly (readonly [number, number])[]): Uint8Array => {
    const copy = bytes.slice();
    for (const [at, value] of changes) copy[at] = value;
    return copy;
  };
  const read = (some: Uint8Array) => (): unknown => midiFrames(some, "b.mid");

  it("are named, with what was found", () => {
    expect(read(new TextEncoder().encode("RIFFxyz"))).toThrow(
      `b.mid: a MIDI file begins with 'MThd', not "RIFF"; is it another format?`,
    );
    expect(read(new Uint8Array(0))).toThrow(`not ""`);
    expect(read(bytes.subarray(0, 11))).toThrow(
      "b.mid: the MIDI header must have 6 bytes, but the file ends at byte 11",
    );
    expect(read(changed([7, 9]))).toThrow("b.mid: the MIDI header must have 6 bytes, but says 9");
    expect(read(changed([9, 2]))).toThrow("b.mid: expected MIDI format 0 or 1, got 2");
    expect(read(changed([12, 0xe7], [13, 40]))).toThrow("b.mid: its times are SMPTE frames");
    expect(read(changed([12, 0], [13, 0]))).toThrow("b.mid: a quarter note must have 1 tick or more, not 0");
    expect(read(changed([11, 0]))).toThrow("b.mid: there are no tracks");
    expect(read(changed([11, 5]))).toThrow("inside track 4 of 5; it is not complete");
    expect(read(changed([14, 0x58]))).toThrow("b.mid: the file ends at byte 131, inside track 3 of 3");
    expect(read(changed([14, 0x01]))).toThrow(
      String.raw`b.mid, byte 14: track 1 must begin with 'MTrk', not "\u0001Trk"`,
    );
    // The first event of the first track becomes one that no MIDI file has.
    expect(read(changed([23, 0xf5]))).toThrow(
      "b.mid, byte 23: no event of a file begins with 245; get the file again",
    );
    // Its length, the key of a note, and the first byte of a track's first event.
    const events = (...track: number[]): Uint8Array =>
      Uint8Array.from([...bytes.slice(0, 10), 0, 1, 0, 96, ...chunk("MTrk", track)]);
    expect(read(events(0xff, 0xff, 0xff, 0xff, 0x7f, 0x90, 60, 80))).toThrow(
      "byte 25: expected a length of 4 bytes or fewer",
    );
    expect(read(events(0, 0x90, 0x90, 80))).toThrow("byte 24: expected a number below 128, got 144");
    expect(read(events(0, 60, 80))).toThrow("byte 23: expected the beginning of an event, got 60");
    expect(read(events(0, 0x90, 60))).toThrow("its track ends inside an event");
    expect(read(events(0, 0xff, 1, 9, 65))).toThrow("its track ends inside an event");
  });

  it("are noticed wherever the file is cut", () => {
    for (let end = 0; end < bytes.length; end++) expect(read(bytes.subarray(0, end))).toThrow(/^b\.mid: /);
    expect(read(bytes)).not.toThrow();
  });

  it("have no notes, or too many frames", () => {
    expect(read(midiBytes([[], []]))).toThrow("b.mid: there are no notes but drums");
    const long = midiBytes([[60], ...Array.from({ length: 3000 }, () => [])]);
    expect(() => midiFrames(long, "b.mid", { resolution: 400 })).toThrow(
      "b.mid: 1440480 ticks are 1200400 frames, more than 104800; its times are damaged, or the resolution is too high",
    );
    expect(() => midiFrames(bytes, "b.mid", { resolution: 0 })).toThrow(
      "the resolution must be a whole number",
    );
  });
});

describe("short notes", () => {
  /** Notes of `length` ticks, one in each quarter of 480 ticks, all `late` by the same. */
  const quarters = (late: number, length: number): Uint8Array =>
    midiFile([
      Array.from({ length: 8 }, (_, i): Event[] => [
        [i === 0 ? 480 + late : 480 - length, 0x90, 60 + i, 80],
        [length, 0x80, 60 + i, 0],
      ]).flat(),
    ]);

  it("are kept where they are nearer to two frames than to one, be they early or late", () => {
    for (const late of [-100, -1, 0, 1, 100]) {
      const { frames, short } = midiFrames(quarters(late, 400), "a.mid");
      expect(frames.slice(0, 9)).toEqual([[], ...Array.from({ length: 8 }, (_, i) => [60 + i])]);
      expect(short).toBe(0);
    }
  });

  it("are counted where no frame holds them, with a resolution that holds them all", () => {
    expect(midiFrames(quarters(0, 100), "a.mid")).toMatchObject({ notes: 8, short: 8, finer: 3 });
    const some = midiFile([
      [
        [0, 0x90, 60, 80],
        [480, 60, 0],
        [10, 62, 80],
        [20, 62, 0],
        [0, 64, 80],
        [0, 64, 0],
        [0, 65, 80],
      ],
    ]);
    expect(midiFrames(some, "a.mid")).toEqual({
      frames: [[60]],
      notes: 4,
      short: 1,
      finer: 8,
      empty: 1,
      unended: 1,
    });
    expect(midiFrames(some, "a.mid", { resolution: 8 })).toMatchObject({ short: 0, finer: undefined });
  });

  it("are all held from the resolution that is named", () => {
    const notes = fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 900 })), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(notes, fc.integer({ min: 1, max: 12 }), (lengths, resolution) => {
        const whole: Event[] = [
          [0, 0x90, 30, 80],
          [4800, 0x80, 30, 0],
        ];
        const bytes = midiFile([
          whole,
          lengths.flatMap(([rest, length]): Event[] => [
            [rest, 0x90, 60, 80],
            [length, 0x80, 60, 0],
          ]),
        ]);
        const { short, finer } = midiFrames(bytes, "a.mid", { resolution });
        expect(finer === undefined).toBe(short === 0);
        for (const finest of [finer ?? resolution, 192, 480].filter((r) => r >= (finer ?? r)))
          expect(midiFrames(bytes, "a.mid", { resolution: finest }).short).toBe(
            finest === resolution ? short : 0,
          );
      }),
    );
  });
});
