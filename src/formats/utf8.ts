// Text from the bytes of a file.

/**
 * UTF-8 bytes as text, without a byte order mark. `source` is the file's name, for errors. Throws at no bytes, other
 * encodings, and bytes of 0, which no text has.
 */
export function decodeText(source: string, bytes: Uint8Array): string {
  if (bytes.length === 0) throw new Error(`${source}: the file is empty; check that it is the right one`);
  const [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
    throw new Error(`${source}: expected UTF-8, got UTF-16 by its byte order mark; save it as UTF-8`);
  const zero = bytes.indexOf(0);
  if (zero >= 0)
    throw new Error(`${source}: not a text file: byte ${zero} is 0; check that it is the right one`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error(`${source}: the text is not valid UTF-8; save it as UTF-8`, { cause: error });
  }
}
