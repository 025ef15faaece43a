// Numbers as people read them on a terminal.
import type { Task } from "../tasks/task.ts";

/** `1,003,854`. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** `1.617 nats, 2.333 bits per character`. */
export function natsAndBits(nats: number, unit: "char" | "byte"): string {
  return `${nats.toFixed(3)} nats, ${(nats / Math.LN2).toFixed(3)} bits per ${unit === "char" ? "character" : "byte"}`;
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
