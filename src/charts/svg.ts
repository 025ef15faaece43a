// Pieces of SVG that the pictures share: text, its size, and the element around it. Knows no picture.

export const ink = "#1f2933";
export const soft = "#52606d";

export interface TextStyle {
  readonly size: number;
  readonly anchor?: "start" | "middle" | "end";
  readonly colour?: string;
  readonly weight?: number;
  readonly turned?: boolean;
}

export function text(x: number, y: number, content: string, style: TextStyle): string {
  const { size, anchor = "middle", colour = ink, weight, turned = false } = style;
  const [px, py] = [round(x), round(y)];
  const more =
    (weight ? ` font-weight="${weight}"` : "") + (turned ? ` transform="rotate(-90 ${px} ${py})"` : "");
  return `<text x="${px}" y="${py}" font-size="${size}" text-anchor="${anchor}" fill="${colour}"${more}>${escaped(content)}</text>`;
}

export const round = (value: number): number => Number(value.toFixed(1));

/** About: an SVG without a page cannot measure. Wide characters, as Chinese and emoji, are as wide as high. */
export function textWidth(shown: string, size: number): number {
  return [...shown].reduce(
    (sum, c) => sum + size * (c >= "\u2e80" ? 1.05 : /[A-Zmw@%]/.test(c) ? 0.8 : 0.6),
    0,
  );
}

/** Text for XML 1.0, which has no place for control characters and half surrogates. */
export function escaped(content: string): string {
  const marks: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return content
    .replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff\p{Surrogate}]/gu, "\ufffd")
    .replace(/[&<>"]/g, (mark) => marks[mark]!);
}

/** An SVG element with a title, in pixels. */
export function svgOf(width: number, height: number, title: string, parts: readonly string[]): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">\n` +
    `<title>${escaped(title)}</title>\n${parts.join("\n")}\n</svg>\n`
  );
}
