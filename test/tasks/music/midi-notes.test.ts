// Which notes a MIDI file has: its keys go down and up in the order of events, whatever else happens on their channel.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { midiNotes } from "../../../src/tasks/music/midi-notes.ts";
import { chunk, midiFile, type Event } from "./midi-file.ts";

type Note = readonly [key: number, start: number, end: number];

function notesOf(bytes: Uint8Array): Note[] {
  const { keys, starts, ends } = midiNotes(bytes, "a.mid");
  return [...keys].map((key, i) => [key, starts[i]!, ends[i]!]);
}

const on = (delta: number, key: number, channel = 0): Event => [delta, 0x90 + channel, key, 80];
const off = (delta: number, key: number, channel = 0): Event => [delta, 0x80 + channel, key, 64];

describe("notes of a MIDI file", () => {
  it("last across changes of program, on a channel of their own or one with drums in its track", () => {
    const program: Event = [0, 0xc0, 5];
    expect(notesOf(midiFile([[on(0, 60), program, off(480, 60)]]))).toEqual([[60, 0, 480]]);
    expect(notesOf(midiFile([[on(0, 60), [480, 0xc0, 5], off(0, 60)]]))).toEqual([[60, 0, 480]]);
    const drums = [on(0, 36, 9), off(0, 36, 9)];
    expect(notesOf(midiFile([[...drums, on(0, 60), ...drums, off(480, 60)]]))).toEqual([[60, 0, 480]]);
  });

  it("are not ended by note-offs that come before they begin, at the same tick or earlier", () => {
    const twice = [on(0, 60), off(480, 60), off(0, 60), on(0, 60), off(480, 60)];
    expect(notesOf(midiFile([twice]))).toEqual([
      [60, 0, 480],
      [60, 480, 960],
    ]);
    expect(notesOf(midiFile([[off(5, 60), on(10, 60), off(10, 60)]]))).toEqual([[60, 15, 25]]);
  });

  it("end where their key is struck again, whose own end may come before or after", () => {
    const struck = [
      [60, 0, 480],
      [60, 480, 960],
    ];
    expect(notesOf(midiFile([[on(0, 60), on(480, 60), off(480, 60)]]))).toEqual(struck);
    expect(notesOf(midiFile([[on(0, 60), on(480, 60), off(0, 60), off(480, 60)]]))).toEqual(struck);
    expect(notesOf(midiFile([[on(0, 60), on(0, 60), off(480, 60)]]))).toEqual([[60, 0, 480]]);
  });

  it("belong to a track and a channel: the same key elsewhere is another", () => {
    const voices = [on(0, 60, 0), on(100, 60, 1), off(100, 60, 0), off(100, 60, 1)];
    expect(notesOf(midiFile([voices]))).toEqual([
      [60, 0, 200],
      [60, 100, 300],
    ]);
    expect(
      notesOf(
        midiFile([
          [on(0, 60), off(900, 60)],
          [on(100, 60), off(100, 60)],
        ]),
      ),
    ).toEqual([
      [60, 0, 900],
      [60, 100, 200],
    ]);
  });

  it("are counted where they never end", () => {
    const { unended, ticks, keys } = midiNotes(midiFile([[on(0, 60), on(480, 62), off(480, 62)]]), "a.mid");
    expect([unended, ticks, [...keys]]).toEqual([1, 960, [62]]);
  });

  it("come in tracks among which other chunks are passed over", () => {
    const bytes = midiFile([[on(0, 60), off(480, 60)]]);
    const other = chunk("XFIH", [1, 2, 3]);
    expect(notesOf(Uint8Array.from([...bytes.slice(0, 14), ...other, ...bytes.slice(14)]))).toEqual([
      [60, 0, 480],
    ]);
  });

  it("have the length of the events, with running status, note-ons of velocity 0, and system messages between", () => {
    const running: Event[] = [
      on(0, 60),
      [480, 60, 0],
      [0, 62, 80],
      [240, 0xf0, 2, 1, 0xf7],
      [240, 0x90, 62, 0],
    ];
    expect(notesOf(midiFile([running]))).toEqual([
      [60, 0, 480],
      [62, 480, 960],
    ]);
  });

  it("are those that were written, whatever programs, pressures and stray note-offs are between them", () => {
    // For each key of a channel, lengths of silence and sound in turn.
    const lengths = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 8 });
    const keys = fc.dictionary(fc.nat({ max: 15 * 128 + 127 }).map(String), lengths, {
      minKeys: 1,
      maxKeys: 12,
    });
    const noise = fc.array(fc.tuple(fc.nat({ max: 6000 }), fc.nat({ max: 15 }), fc.nat({ max: 3 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(keys, noise, (written, between) => {
        const expected: Note[] = [];
        const timed: { at: number; order: number; bytes: readonly number[] }[] = [];
        for (const [name, spans] of Object.entries(written)) {
          const [channel, key] = [Math.floor(Number(name) / 128), Number(name) % 128];
          let at = 0;
          for (let i = 0; i + 1 < spans.length; i += 2) {
            const start = at + spans[i]!;
            at = start + spans[i + 1]!;
            timed.push({ at: start, order: 2, bytes: on(0, key, channel).slice(1) });
            timed.push({ at, order: 0, bytes: off(0, key, channel).slice(1) });
            // A second end, which nothing has begun.
            timed.push({ at, order: 1, bytes: off(0, key, channel).slice(1) });
            if (channel !== 9) expected.push([key, start, at]);
          }
        }
        for (const [at, channel, kind] of between) {
          const bytes = [
            [0xc0 + channel, 7],
            [0xd0 + channel, 7],
            [0xb0 + channel, 64, 127],
            [0xe0 + channel, 0, 64],
          ];
          timed.push({ at, order: 1, bytes: bytes[kind]! });
        }
        timed.sort((a, b) => a.at - b.at || a.order - b.order);
        const events = timed.map(({ at, bytes }, i): Event => [at - (timed[i - 1]?.at ?? 0), ...bytes]);
        const sorted = (notes: readonly Note[]): Note[] =>
          notes.toSorted((a, b) => a[1] - b[1] || a[0] - b[0] || a[2] - b[2]);
        expect(sorted(notesOf(midiFile([events])))).toEqual(sorted(expected));
      }),
    );
  });
});
