// The files that the programs read, made up: reviews whose last words decide, a book of a few words, and sales with a
// season.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomStream, streams } from "../../src/base/random.ts";

const stream = randomStream(7, streams.data);
const oneOf = <T>(list: readonly T[]): T => list[Math.floor(stream.uniform() * list.length)] as T;

/** The letters of good and bad words are such that runs of three do not tell which came last. */
function review(): string {
  const [good, bad] = [
    ["good", "fine"],
    ["bad", "lame"],
  ];
  const stars = oneOf([1, 5]);
  const [first, last] = stars === 5 ? [bad, good] : [good, bad];
  const end = `a ${oneOf(last)} ${oneOf(["film", "book", "play"])}`;
  return `"${oneOf([end, `a ${oneOf(first)} start, then ${end}`])}",${stars}`;
}

function sentences(): string {
  const [who, where] = [oneOf(["king", "fox", "girl", "smith"]), oneOf(["wood", "town", "sea"])];
  return `Once a ${who} went to the ${where}. Home from the ${where} came the ${who}.`;
}

function month(i: number): string {
  const name = `${1990 + Math.floor(i / 12)}-${String(1 + (i % 12)).padStart(2, "0")}`;
  return `${name},${(100 + 30 * Math.sin((2 * Math.PI * i) / 12) + 10 * stream.normal()).toFixed(1)}`;
}

export function writeData(folder: string): void {
  const write = (name: string, count: number, line: (i: number) => string, head: string[] = []): void => {
    const lines = [...head, ...Array.from({ length: count }, (_, i) => line(i))];
    writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
  };
  write("reviews.csv", 2000, review, ["review,stars"]);
  write("book.txt", 250, sentences);
  write("sales.csv", 360, month, ["month,sold"]);
}
