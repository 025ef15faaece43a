// Bytes as text, or an error that says what they are instead. Knows no files.

/** Bytes as UTF-8 text without its byte order mark. Throws at other encodings, binary files and where there are none. */
export function decodeUtf8(source: string, bytes: Uint8Array): string {
  if (bytes.length === 0) throw new Error(`${source}: the file is empty; check that it is the right one`);
  const [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
    throw new Error(`${source}: the text must be UTF-8, but its mark says UTF-16; save it as UTF-8`);
  const zero = bytes.indexOf(0);
  if (zero >= 0)
    throw new Error(`${source}: this is no text: byte ${zero} is 0; check that it is the right file`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error(`${source}: the text must be UTF-8, and is not; save it as UTF-8`, { cause: error });
  }
}
