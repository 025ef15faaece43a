// Toy data: dates as people write them, in figures and in words, and the same dates in ISO 8601. English; years from 1900
// to 2099.
import { randomStream, streams, type RandomStream } from "../../base/random.ts";
import type { TextPair } from "./design.ts";

const months = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
] as const;

const ones = [
  "",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
  "thirteen",
  "fourteen",
  "fifteen",
  "sixteen",
  "seventeen",
  "eighteen",
  "nineteen",
] as const;

const tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"] as const;

const ordinals: Readonly<Record<string, string>> = {
  one: "first",
  two: "second",
  three: "third",
  five: "fifth",
  eight: "eighth",
  nine: "ninth",
  twelve: "twelfth",
  twenty: "twentieth",
  thirty: "thirtieth",
};

/** 1 to 99, such as `forty-two`. */
function cardinal(value: number): string {
  if (value < 20) return ones[value] as string;
  const unit = ones[value % 10] as string;
  return unit === "" ? (tens[Math.floor(value / 10)] as string) : `${tens[Math.floor(value / 10)]}-${unit}`;
}

/** 1 to 31, such as `twenty-third`. */
function ordinal(value: number): string {
  const words = cardinal(value).split("-");
  const last = words.at(-1) as string;
  return [...words.slice(0, -1), ordinals[last] ?? `${last}th`].join("-");
}

/** `23rd`. */
function ordinalFigure(value: number): string {
  const isTeen = value >= 11 && value <= 13;
  const ending = isTeen ? "th" : (["th", "st", "nd", "rd"][value % 10] ?? "th");
  return `${value}${ending}`;
}

/** `nineteen ninety-four`, `nineteen hundred`, `nineteen oh four`, `two thousand and five`, `twenty fourteen`. */
function yearInWords(year: number): string {
  const [century, rest] = [Math.floor(year / 100), year % 100];
  if (year >= 2000 && year < 2010) return rest === 0 ? "two thousand" : `two thousand and ${cardinal(rest)}`;
  if (rest === 0) return `${cardinal(century)} hundred`;
  return rest < 10 ? `${cardinal(century)} oh ${cardinal(rest)}` : `${cardinal(century)} ${cardinal(rest)}`;
}

/** Pair number `index` of the stream with this seed: "the 3rd of may 1994" and "1994-05-03". */
export function datePair(seed: number, index: number): TextPair {
  const stream = randomStream(seed, streams.data, index * drawsOfPair);
  const draw = (count: number): number => Math.floor(stream.uniform() * count);
  const year = 1900 + draw(200);
  const month = 1 + draw(12);
  const day = 1 + draw(daysOf(year, month));
  const two = (value: number): string => String(value).padStart(2, "0");
  return { source: dateInWords(year, month, day, draw, stream), target: `${year}-${two(month)}-${two(day)}` };
}

/** More numbers than any pair draws. */
const drawsOfPair = 16;

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function dateInWords(
  year: number,
  month: number,
  day: number,
  draw: (count: number) => number,
  stream: RandomStream,
): string {
  const name = months[month - 1] as string;
  const short = name.slice(0, 3);
  const forms = [
    () => `${name} ${day}, ${year}`,
    () => `${short} ${day} ${year}`,
    () => `${day} ${name} ${year}`,
    () => `${day}. ${short}. ${year}`,
    () => `the ${ordinalFigure(day)} of ${name} ${year}`,
    () => `${name} the ${ordinalFigure(day)}, ${year}`,
    () => `the ${ordinal(day)} of ${name}, ${year}`,
    () => `${name} ${ordinal(day)}, ${yearInWords(year)}`,
    () => `the ${ordinal(day)} of ${name} ${yearInWords(year)}`,
    () => `${ordinal(day)} ${name} ${yearInWords(year)}`,
  ];
  const text = (forms[draw(forms.length)] as () => string)();
  return stream.uniform() < 0.3 ? text.replace(/^\p{L}|\s\p{L}/gu, (letter) => letter.toUpperCase()) : text;
}
