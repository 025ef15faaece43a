import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { midiBytes } from "../../../src/tasks/music/midi-bytes.ts";
import { midiFrames } from "../../../src/tasks/music/midi-frames.ts";

const golden = JSON.parse(readFileSync(new URL("../../goldens/midi/midi.json", import.meta.url), "utf8")) as {
  readonly written: string;
};
/** 96 ticks a quarter: 60 and 64 from 0 (to 192 and 96), 60 again to 240, 72 from 300 to 320, 48 from 384 to 481. */
const bytes = new Uint8Array(Buffer.from(golden.written, "base64"));

describe("MIDI frames", () => {
  it("are counted in ticks, whatever the tempo does, without drums", () => {
    // Frames begin at ticks 0, 96, 192, 288, 384, 480; nothing but 72 sounds between 288 and 384.
    expect(midiFrames(bytes, "a.mid")).toEqual([[60, 64], [60], [60], [], [48], [48]]);
  });

  it("are as fine as asked", () => {
    // A sixteenth has 24 ticks: 240 / 24 = 10 frames of 60, 72 sounds at tick 312 = 13 · 24, 48 from 384 = 16 · 24.
    const frames = midiFrames(bytes, "a.mid", { resolution: 4 });
    expect(frames).toHaveLength(21); // to tick 481, just after 20 · 24
    expect(frames.map((frame) => (frame.includes(60) ? 1 : 0)).join("")).toBe("111111111100000000000");
    expect(frames.map((frame) => (frame.includes(64) ? 1 : 0)).join("")).toBe("111100000000000000000");
    expect(frames.map((frame) => (frame.includes(72) ? 1 : 0)).join("")).toBe("000000000000010000000");
    expect(frames.map((frame) => (frame.includes(48) ? 1 : 0)).join("")).toBe("000000000000000011111");
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
    expect(read(changed([14, 0x58]))).toThrow(`b.mid, byte 14: track 1 must begin with 'MTrk', not "XTrk"`);
    // The first event of the first track becomes one that no MIDI file has.
    expect(read(changed([23, 0xf5]))).toThrow("b.mid: its MIDI events cannot be read (");
  });

  it("are noticed wherever the file is cut", () => {
    for (let end = 0; end < bytes.length; end++) expect(read(bytes.subarray(0, end))).toThrow(/^b\.mid: /);
    expect(read(bytes)).not.toThrow();
  });

  it("have no notes, or too many frames", () => {
    expect(read(midiBytes([[], []]))).toThrow("b.mid: there are no notes but drums");
    const long = midiBytes([[60], ...Array.from({ length: 3000 }, () => [])]);
    expect(() => midiFrames(long, "b.mid", { resolution: 400 })).toThrow(
      "b.mid: 1440480 ticks are 1200400 frames, more than 1000000; its times are damaged, or the resolution is too high",
    );
    expect(() => midiFrames(bytes, "b.mid", { resolution: 0 })).toThrow(
      "the resolution must be a whole number",
    );
  });
});
