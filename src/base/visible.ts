// Text from files in messages: a terminal would obey its control characters.

/** A text with its control characters as JSON has them, such as `\t` and `\u001b`; those in `kept` stay. Default none. */
export function visible(text: string, kept = ""): string {
  return text.replaceAll(/\p{Cc}/gu, (control) => {
    if (kept.includes(control)) return control;
    const escaped = JSON.stringify(control).slice(1, -1);
    // JSON leaves those from U+007F on as they are.
    return escaped.length > 1 ? escaped : `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
