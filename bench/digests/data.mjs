// The data of the digests: small files for every task, the same on every machine.
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A linear congruential generator: whole numbers below `most`. */
function generator(seed) {
  let state = seed >>> 0;
  return (most) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
}

const nouns = ["cat", "dog", "moon", "bird", "house", "river", "child", "stone"];
const verbs = ["sees", "hears", "finds", "leaves", "follows"];
const places = ["Paris", "Rome", "Oslo", "Lima"];

function sentence(below) {
  const pick = (list) => list[below(list.length)];
  const end = below(3) === 0 ? ` in ${pick(places)}` : "";
  return `the ${pick(nouns)} ${pick(verbs)} the ${pick(nouns)}${end}.`;
}

export function writeData(folder, tokenizer) {
  const write = (name, text) => writeFileSync(join(folder, name), text);
  const many = (count, of) => Array.from({ length: count }, (_, i) => of(i)).join("");
  const below = generator(7);
  write(
    "book.txt",
    many(400, () => `${sentence(below)}\n`),
  );
  write("prompts.txt", "the cat\nthe dog sees\n");
  copyFileSync(tokenizer, join(folder, "tokenizer.json"));
  write(
    "words.csv",
    `text,label\n${many(200, () => {
      const text = sentence(below);
      return `"${text}",${text.includes(" in ") ? "place" : "none"}\n`;
    })}`,
  );
  write(
    "series.jsonl",
    many(90, (i) => {
      const points = Array.from({ length: 5 + below(5) }, (_, t) => [
        Math.sin(t * (1 + (i % 3))),
        below(100) / 100,
      ]);
      return `${JSON.stringify({ points, kind: `k${i % 3}` })}\n`;
    }),
  );
  write(
    "names.conll",
    many(120, () => {
      const words = sentence(below).replace(".", " .").split(" ");
      return `${words.map((w) => `${w}\t${places.includes(w) ? "B-LOC" : "O"}\n`).join("")}\n`;
    }),
  );
  write(
    "pairs.txt",
    many(150, () => {
      const text = Array.from({ length: 2 + below(6) }, () => "abcde"[below(5)]).join("");
      return `${text}\t${[...text].reverse().join("")}\n`;
    }),
  );
  write(
    "sales.csv",
    `month,sold,kept\n${many(120, (i) => {
      const month = `${1990 + Math.floor(i / 12)}-${String(1 + (i % 12)).padStart(2, "0")}`;
      return `${month},${100 + i + 20 * (i % 12) + below(10)},${50 + (i % 12) + below(5)}\n`;
    })}`,
  );
  const piece = (root) => Array.from({ length: 12 }, (_, t) => (t % 2 ? [root, root + 4] : [root + 7]));
  write(
    "pieces.json",
    JSON.stringify({ train: [60, 62, 64, 65, 59].map(piece), valid: [piece(67)], test: [piece(61)] }),
  );
}
