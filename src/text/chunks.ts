// Bytes in chunks, as one string.
import type { Chunks } from "./symbols.ts";

/** The text of UTF-8 bytes, without a byte order mark. Throws where they are not UTF-8. */
export async function stringOf(chunks: Chunks): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const parts: string[] = [];
  try {
    for await (const chunk of chunks) parts.push(decoder.decode(chunk, { stream: true }));
    parts.push(decoder.decode());
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new Error("text: it must be UTF-8, and is not; save it as UTF-8", { cause });
  }
  return parts.join("");
}
