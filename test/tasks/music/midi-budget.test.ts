// Memory and time that a hostile MIDI file may take: in a process of its own, whose largest size only grows.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readPianoRolls } from "../../../src/tasks/music/piano-roll-files.ts";
import { chunk, midiFile, type Event } from "./midi-file.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unrolled-midi-"));
});
afterAll(() => rm(folder, { recursive: true }));

const keys = Array.from({ length: 128 }, (_, key) => key);
const all = (delta: number, status: number): Event[] =>
  keys.map((key) => [key === 0 ? delta : 0, ...(key === 0 ? [status] : []), key, 80]);
const longest = 0xfffffff; // ticks between two events

const hostile: Readonly<Record<string, Uint8Array>> = {
  "a note of 268 million ticks": midiFile([
    [
      [0, 0x90, 60, 80],
      [longest, 0x80, 60, 0],
    ],
  ]),
  "all keys, held for as long as a frame takes": midiFile([[...all(0, 0x90), ...all(190_000, 0x80)]], 1),
  "all keys, held for longer": midiFile([[...all(0, 0x90), ...all(longest, 0x80)]], 1),
  "all keys, one of which is let go and struck again in each frame": midiFile(
    [
      [
        ...all(0, 0x90),
        ...Array.from({ length: 150_000 }, (_, i): Event => [1, 60, i % 2 === 0 ? 0 : 80]),
        ...all(1, 0x80),
      ],
    ],
    1,
  ),
  "notes that are struck again and again": midiFile([
    [[0, 0x90, 60, 80], ...Array.from({ length: 200_000 }, (): Event => [1, 60, 80]), [480, 60, 0]],
  ]),
  "empty tracks": Uint8Array.from([
    ...midiFile([], 480).with(10, 0xff).with(11, 0xff),
    ...Array.from({ length: 65_535 }, () => chunk("MTrk", [])).flat(),
  ]),
};

it.each(Object.entries(hostile))("%s", async (name, bytes) => {
  const path = join(folder, `${name}.mid`);
  await writeFile(path, bytes);
  const range = { lowest: 0, highest: 127 };
  const [before, start] = [process.resourceUsage().maxRSS, process.cpuUsage()];
  const outcome = await readPianoRolls(path, { range, resolution: 1 }).catch((error: Error) => error);
  const { user, system } = process.cpuUsage(start);
  const grown = (process.resourceUsage().maxRSS - before) * 1024;
  expect(outcome instanceof Error ? outcome.message : outcome.train).toBeDefined();
  expect((user + system) / 1e6, "seconds of CPU").toBeLessThan(2);
  expect(grown, "bytes").toBeLessThan(64 * 2 ** 20 + 20 * bytes.length);
});
