// SVG elements as strings: the page around a chart, its text, and its colours on light and dark pages.

/** Colours on a light page, as #rrggbb. */
export const colours = {
  paper: "#ffffff",
  ink: "#1f2933",
  soft: "#52606d",
  grid: "#e4e8ec",
  blue: "#0b5cad",
  orange: "#a84300",
  green: "#1d7a3e",
  purple: "#7d3c98",
  /** The area of a cell, drawn more opaque the larger its share, and text on a pale and on a full one. */
  shade: "#0b4f8a",
  onPale: "#000000",
  onShade: "#fefefe",
} as const;

/** Replaces each colour where the reader's system prefers dark pages. */
const onDark: Readonly<Record<keyof typeof colours, string>> = {
  paper: "#15191e",
  ink: "#e6eaee",
  soft: "#a9b6c3",
  grid: "#2b323a",
  blue: "#63b0f7",
  orange: "#f2a065",
  green: "#63c987",
  purple: "#cf97e6",
  shade: "#5797d3",
  onPale: "#ffffff",
  onShade: "#000000",
};

/** Scopes the style sheet to charts: a page that holds the SVG inline applies it to all of its elements. */
const scope = "unrolled-chart";

/**
 * A whole SVG document, `width` by `height` pixels: the title as a heading in the first 36 pixels and as the accessible
 * name, then `parts`. Colours follow `prefers-color-scheme`.
 */
export function svgDocument(width: number, height: number, title: string, parts: readonly string[]): string {
  const rules = Object.entries(colours).map(([name, light]) => {
    const dark = onDark[name as keyof typeof colours];
    return `.${scope} [fill="${light}"]{fill:${dark}}.${scope} [stroke="${light}"]{stroke:${dark}}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" class="${scope}" width="${width}" height="${height}" ` +
      `viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">`,
    `<title>${escapeText(title)}</title>`,
    `<style>@media (prefers-color-scheme:dark){${rules.join("")}}</style>`,
    `<rect width="${width}" height="${height}" fill="${colours.paper}"/>`,
    text(16, 28, shorten(title, width - 32, headingSize), {
      size: headingSize,
      anchor: "start",
      weight: 600,
    }),
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

/** Font size of a chart's title, in pixels. */
export const headingSize = 16;

/** The look of a text. */
export interface TextStyle {
  /** Font size in pixels. */
  readonly size: number;
  /** Default "middle". */
  readonly anchor?: "start" | "middle" | "end";
  /** Default `colours.ink`. */
  readonly colour?: string;
  readonly weight?: number;
  /** Turned by a quarter, to be read from below. */
  readonly upright?: boolean;
}

/** A text element whose baseline is at `y`. */
export function text(x: number, y: number, content: string, style: TextStyle): string {
  const { size, anchor = "middle", colour = colours.ink, weight, upright = false } = style;
  const [px, py] = [round(x), round(y)];
  const more =
    (weight ? ` font-weight="${weight}"` : "") + (upright ? ` transform="rotate(-90 ${px} ${py})"` : "");
  return `<text x="${px}" y="${py}" font-size="${size}" text-anchor="${anchor}" fill="${colour}"${more}>${escapeText(content)}</text>`;
}

/** Rounds pixels to tenths. */
export const round = (pixels: number): number => Number(pixels.toFixed(1));

/** An estimate in pixels: an SVG without a page cannot measure. Chinese characters and emoji are as wide as high. */
export function textWidth(content: string, size: number): number {
  return [...content].reduce((sum, character) => sum + size * shareOfHeight(character), 0);
}

function shareOfHeight(character: string): number {
  if (character >= "\u2e80") return 1.05;
  if (/[A-Zmw@%]/.test(character)) return 0.8;
  return /[\s.,:;'|!()ijlIft-]/.test(character) ? 0.38 : 0.62;
}

/** The text, or as much of it as fits into `width` pixels and an ellipsis. */
export function shorten(content: string, width: number, size: number): string {
  if (textWidth(content, size) <= width) return content;
  const characters = [...content];
  while (characters.length > 0 && textWidth(`${characters.join("")}…`, size) > width) characters.pop();
  return `${characters.join("")}…`;
}

/** Text for XML 1.0, which allows no control characters and no lone surrogates. */
export function escapeText(content: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return content
    .replace(/[^\P{Cc}\t\n\r]|[\ufffe\uffff\p{Surrogate}]/gu, "\ufffd")
    .replace(/[&<>"]/g, (mark) => entities[mark]!);
}
