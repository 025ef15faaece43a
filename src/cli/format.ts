// Times and words as people read and type them on a terminal.
export { grouped } from "../tasks/shared/words.ts";

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
