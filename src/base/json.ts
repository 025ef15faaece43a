// JSON of files, which anyone may have written.

/** Far deeper than any file of use, and shallow enough for whatever reads the value. */
const deepest = 100;

/**
 * The value of a JSON text. Throws a SyntaxError for other text, and where lists and objects lie more than `depth` deep in
 * each other (default 100), since each level takes a hundred times the memory of its bracket.
 */
export function parseJsonWithin(text: string, depth: number = deepest): unknown {
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
  return JSON.parse(text);
}

const [quote, backslash] = [0x22, 0x5c];
const [openList, closeList, openObject, closeObject] = [0x5b, 0x5d, 0x7b, 0x7d];
