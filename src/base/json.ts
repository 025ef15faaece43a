// Reading JSON of files, which anyone may have written: a text that would take memory out of proportion is refused before
// it is parsed.
import { visible } from "./visible.ts";

/** Deeper than any table, header or list of examples, and shallow enough for whatever reads the value. */
const deepest = 64;

/**
 * The value of a JSON text. Throws a SyntaxError, without control characters of the text, for other text, and where lists and
 * objects lie more than `depth` deep in each other (default 64): each level takes a hundred times the memory of its bracket.
 */
export function parseJson(text: string, depth: number = deepest): unknown {
  let [level, inString] = [0, false];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === backslash) i++;
      else inString = code !== quote;
    } else if (code === quote) inString = true;
    else if (code === openList || code === openObject) {
      if (++level > depth)
        throw new SyntaxError(`lists and objects lie more than ${depth} deep in each other`);
    } else if (code === closeList || code === closeObject) level--;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new SyntaxError(visible((error as Error).message), { cause: error });
  }
}

const [quote, backslash] = [0x22, 0x5c];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];
