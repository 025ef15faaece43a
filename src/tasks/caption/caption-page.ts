// A page of images with a model's captions and those of people: one file of HTML, which refers to the images.

/** An image of the page. */
export interface CaptionedRow {
  /** The image's address for the page: a path from the page's folder, or a URL. */
  readonly image: string;
  /** The model's caption. */
  readonly caption: string;
  /** The captions of people. */
  readonly references: readonly string[];
  /** Whether the caption is one of the references; the page marks it. */
  readonly isExact: boolean;
}

/** The HTML of the page. */
export function captionPage(title: string, rows: readonly CaptionedRow[]): string {
  const cards = rows.map(({ image, caption, references, isExact }) => {
    const items = references.map((reference) => `<li>${escaped(reference)}</li>`).join("");
    const mark = isExact ? ' class="exact"' : "";
    return (
      `<figure><img src="${escaped(image)}" alt="${escaped(references[0] ?? caption)}" loading="lazy">` +
      `<figcaption><p${mark}>${escaped(caption)}</p><ul>${items}</ul></figcaption></figure>`
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
