// Numbers as people read them on a terminal.
import type { Symbols } from "../tasks/language/language.ts";
import type { Task } from "../tasks/task.ts";

/** `1,003,854`. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** `97.3 %`, of a share. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** `character`. */
export function unitName(unit: Symbols["unit"]): string {
  return unit === "char" ? "character" : unit;
}

/** Whether a loss is told in perplexity; else in bits. */
export function isInPerplexity(unit: Symbols["unit"]): boolean {
  return unit === "word" || unit === "subword";
}

/** `1.617 nats, 2.333 bits per character`, of words `5.021 nats, perplexity 151.6`. */
export function natsAndBits(nats: number, unit: Symbols["unit"]): string {
  const other = isInPerplexity(unit)
    ? `perplexity ${Math.exp(nats).toFixed(1)}`
    : `${(nats / Math.LN2).toFixed(3)} bits per ${unitName(unit)}`;
  return `${nats.toFixed(3)} nats, ${other}`;
}

/** A task's loss: in nats and bits where it is a language's, else as it is. */
export function lossInWords(loss: number, task: Task): string {
  return task.kind === "language" ? natsAndBits(loss, task.text.unit) : `loss ${loss.toFixed(4)}`;
}

/** `45 s`, `12:07`, `3:04:05`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  if (h > 0) return `${h}:${two(m)}:${two(s)}`;
  return m > 0 ? `${m}:${two(s)}` : `${s} s`;
}

/** A word for a shell: quoted where it has to be. */
export function quoted(word: string): string {
  return /^[\w./@%+=:,-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Rows below their titles in columns: the first to the left, the others, which are numbers, to the right. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [titles, ...rows];
  const widths = titles.map((_, j) => Math.max(...all.map((row) => [...(row[j] ?? "")].length)));
  const line = (row: readonly string[]): string =>
    row.map((cell, j) => (j === 0 ? cell.padEnd(widths[j] ?? 0) : cell.padStart(widths[j] ?? 0))).join("  ");
  return all.map((row) => line(row).trimEnd()).join("\n");
}
