// Sizes of further widths of a cell, as typed: `P=64,K=3`.

/** Throws for an entry that is not a name, = and a whole number. */
export function parseSizes(text: string | undefined): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const entry of text === undefined ? [] : text.split(",")) {
    const [, name = "", value = ""] = /^\s*([^=\s]+)\s*=\s*(\d+)\s*$/u.exec(entry) ?? [];
    if (name === "" || Number(value) < 1)
      throw new Error(`--sizes: '${entry}' cannot be read; write it as in --sizes P=64,K=3`);
    sizes[name] = Number(value);
  }
  return sizes;
}
