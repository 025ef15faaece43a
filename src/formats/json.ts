// Reading JSON from anywhere: a text that would take memory out of proportion is refused before it is parsed.
import { visible } from "./visible.ts";

/** Deeper than any table, header or list of examples. */
const mostDepth = 64;

/**
 * Parses JSON. Throws a SyntaxError, without control characters of the text, at invalid JSON, and at lists and objects more
 * than 64 deep.
 */
export function parseJson(text: string): unknown {
  checkDepth(text);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new SyntaxError(visible((error as Error).message), { cause: error });
  }
}

function checkDepth(text: string): void {
  // Brackets and quotes; a quote's text is passed over.
  const mark = /[[\]{}"]/gu;
  let depth = 0;
  for (let match = mark.exec(text); match; match = mark.exec(text)) {
    const [character] = match;
    if (character === '"') mark.lastIndex = endOfString(text, match.index + 1);
    else if (character === "[" || character === "{") depth++;
    else depth--;
    if (depth > mostDepth)
      throw new SyntaxError(
        `lists and objects are nested more than ${mostDepth} deep at position ${match.index}`,
      );
  }
}

/** The position after the quote that ends a string, or the end of the text. */
function endOfString(text: string, from: number): number {
  let end = text.indexOf('"', from);
  while (end >= 0) {
    let slashes = 0;
    while (text[end - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return end + 1;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}
