// The first example of many lectures: a vocabulary of four letters, and a network that learns to write "hello". Must
// reach: less than 0.01 nats per letter, and "ello" after "h".
import { trainHello } from "unrolled";

const { table, nats, steps, continuation } = await trainHello({ cell: "elman", size: 8 });
for (const { input, target, outputs, hidden } of table) {
  const shown = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(" ");
  console.log(`${input} → ${target}   p(h e l o) = ${shown(outputs)}   hidden ${shown(hidden)}`);
}
console.log(
  `after ${steps} updates "h" is continued with "${continuation}", at ${nats.toFixed(4)} nats per letter`,
);
if (!(nats < 0.01 && continuation === "ello")) throw new Error("hello: not below 0.01 nats, or not 'ello'");
