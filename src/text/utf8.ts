// UTF-8 bytes to code points, piece by piece, strictly: overlong forms, surrogates and stray bytes are errors
// that name their offset, which TextDecoder does not report. Makes no strings.

/** What is left open between two pieces. */
export interface Utf8State {
  /** Bytes of the pieces before this one. */
  offset: number;
  /** Where the open character starts. */
  start: number;
  /** The open character's bits so far, and how many bytes it still lacks. */
  point: number;
  missing: number;
  /** Bounds of its next byte; narrower than 0x80 to 0xbf only for the second. */
  low: number;
  high: number;
}

export function utf8State(): Utf8State {
  return { offset: 0, start: 0, point: 0, missing: 0, low: 0x80, high: 0xbf };
}

/**
 * Decodes `bytes` to `points`, which has room for as many; returns how many code points came.
 * A byte order mark at the very start is dropped. Throws at bytes that are not UTF-8.
 */
export function decodeUtf8Piece(state: Utf8State, bytes: Uint8Array, points: Uint32Array): number {
  let { point, missing, low, high } = state;
  let count = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (missing > 0) {
      if (byte < low || byte > high) throw notUtf8(state.start);
      low = 0x80;
      high = 0xbf;
      point = (point << 6) | (byte & 0x3f);
      if (--missing === 0 && (point !== 0xfeff || state.start !== 0)) points[count++] = point;
    } else if (byte < 0x80) {
      points[count++] = byte;
    } else {
      state.start = state.offset + i;
      if (byte >= 0xc2 && byte <= 0xdf) {
        missing = 1;
        point = byte & 0x1f;
      } else if (byte >= 0xe0 && byte <= 0xef) {
        missing = 2;
        point = byte & 0x0f;
        if (byte === 0xe0) low = 0xa0;
        if (byte === 0xed) high = 0x9f;
      } else if (byte >= 0xf0 && byte <= 0xf4) {
        missing = 3;
        point = byte & 0x07;
        if (byte === 0xf0) low = 0x90;
        if (byte === 0xf4) high = 0x8f;
      } else throw notUtf8(state.start);
    }
  }
  state.offset += bytes.length;
  state.point = point;
  state.missing = missing;
  state.low = low;
  state.high = high;
  return count;
}

/** Throws when the last character was cut off. */
export function endUtf8(state: Utf8State): void {
  if (state.missing > 0) throw notUtf8(state.start);
}

function notUtf8(offset: number): Error {
  return new Error(
    `text: not valid UTF-8 at byte offset ${offset}; read it as bytes: unit "byte" (--unit byte), ` +
      `or convert the file to UTF-8`,
  );
}
