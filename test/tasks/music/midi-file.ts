// MIDI files from their events, for tests.

/** An event: ticks since the one before, and its bytes. */
export type Event = readonly [delta: number, ...bytes: number[]];

/** A file of format 1; each track ends with its last event. */
export function midiFile(tracks: readonly (readonly Event[])[], ticksPerQuarter = 480): Uint8Array {
  const chunks = tracks.map((events) =>
    chunk(
      "MTrk",
      [...events, [0, 0xff, 0x2f, 0] as const].flatMap(([delta, ...bytes]) => [...varInt(delta), ...bytes]),
    ),
  );
  const header = [...bigEndian(1, 2), ...bigEndian(tracks.length, 2), ...bigEndian(ticksPerQuarter, 2)];
  return Uint8Array.from([...chunk("MThd", header), ...chunks.flat()]);
}

export function chunk(tag: string, bytes: readonly number[]): number[] {
  return [...new TextEncoder().encode(tag), ...bigEndian(bytes.length, 4), ...bytes];
}

function bigEndian(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256);
}

function varInt(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    bytes.unshift((rest % 128) + 128);
  return bytes;
}
