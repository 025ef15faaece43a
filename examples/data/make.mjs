// Makes the small files of this folder but for the book: `node examples/data/make.mjs` writes them again, with the same
// bytes. `unrolled data` lists them, and prints one.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Random numbers from 0 to 1 (mulberry32). */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

const numbers = (count) => Array.from({ length: count }, (_, i) => i);

/** Monthly sales with growth, a season and noise. */
function sales() {
  const random = randomFrom(1);
  const rows = numbers(240).map((i) => {
    const month = `${2005 + Math.floor(i / 12)}-${String(1 + (i % 12)).padStart(2, "0")}`;
    const season = 1 + 0.3 * Math.sin((2 * Math.PI * i) / 12) + 0.1 * Math.cos((4 * Math.PI * i) / 12);
    const noise = 1 + 0.06 * (random() + random() + random() - 1.5);
    return `${month},${Math.round(100 * 1.008 ** i * season * noise)}\n`;
  });
  return `month,sold\n${rows.join("")}`;
}

const praise = [
  "a clever plot",
  "fine acting",
  "a lovely score",
  "real wit",
  "a great ending",
  "warm characters",
];
const blame = [
  "a dull plot",
  "wooden acting",
  "a noisy score",
  "no wit at all",
  "a silly ending",
  "flat characters",
];
const nouns = ["film", "story", "comedy", "thriller", "sequel"];

/** Sentences with three remarks; the stars count the good ones. */
function reviews() {
  const random = randomFrom(2);
  const one = (list) => list[Math.floor(random() * list.length)];
  const rows = numbers(400).map(() => {
    const good = numbers(3).map(() => random() < 0.5);
    const remarks = good.map((isGood) => one(isGood ? praise : blame));
    return `"A ${one(nouns)} with ${remarks[0]}, ${remarks[1]} and ${remarks[2]}.",${1 + good.filter(Boolean).length}\n`;
  });
  return `review,stars\n${rows.join("")}`;
}

/** Chords in a circle with a melody on top. */
function pieces() {
  const chords = [
    [48, 52, 55],
    [53, 57, 60],
    [55, 59, 62],
    [48, 52, 55],
  ];
  const melody = [72, 74, 76, 77, 79, 77, 76, 74];
  const piece = (p) =>
    numbers(32).map((t) => [...chords[Math.floor((t + p) / 2) % 4], melody[(t + 3 * p) % 8]]);
  const part = (from, count) => numbers(count).map((p) => piece(from + p));
  return `${JSON.stringify({ train: part(0, 20), valid: part(20, 2), test: part(22, 2) })}\n`;
}

export const files = {
  "sales.csv": sales(),
  "reviews.csv": reviews(),
  "pieces.json": pieces(),
};

const [, script] = process.argv;
if (script === fileURLToPath(import.meta.url)) {
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(new URL(name, import.meta.url), content);
  }
}
