/** The contents of the fenced blocks of a language in a Markdown text. */
export function blocks(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gmu)].flatMap(([, name, content]) =>
    name === language ? [content as string] : [],
  );
}
