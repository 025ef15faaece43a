// A page of pictures with what a model says of them, and what people said. One file of HTML, which names the pictures.

export interface CaptionedRow {
  /** What the page's `img` is to show: a path from the page, or an address. */
  readonly picture: string;
  readonly caption: string;
  readonly references: readonly string[];
  readonly isExact: boolean;
}

/** HTML of the rows, with a title. */
export function captionPage(title: string, rows: readonly CaptionedRow[]): string {
  const cards = rows.map(({ picture, caption, references, isExact }) => {
    const said = references.map((reference) => `<li>${escaped(reference)}</li>`).join("");
    const mark = isExact ? ' class="exact"' : "";
    return (
      `<figure><img src="${escaped(picture)}" alt="${escaped(references[0] ?? caption)}" loading="lazy">` +
      `<figcaption><p${mark}>${escaped(caption)}</p><ul>${said}</ul></figcaption></figure>`
    );
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>
  body { font: 15px/1.4 system-ui, sans-serif; margin: 1.5rem; color: #1c1c1c; background: #fff; }
  main { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1rem; }
  figure { margin: 0; padding: 0.75rem; border: 1px solid #d5d5d5; border-radius: 6px; }
  img { width: 100%; max-height: 14rem; object-fit: contain; image-rendering: auto; background: #f4f4f4; }
  p { margin: 0.5rem 0; font-weight: 600; }
  .exact::after { content: " ✓"; color: #1b7a3a; }
  ul { margin: 0; padding-left: 1.1rem; color: #555; }
</style>
<h1>${escaped(title)}</h1>
<main>
${cards.join("\n")}
</main>
</html>
`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
