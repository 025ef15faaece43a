// Times in the forms that people's files have, by a pattern such as `DD.MM.YYYY HH:mm`.

const fields = {
  YYYY: { digits: "\\d{4}", example: "2024" },
  MM: { digits: "\\d{1,2}", example: "01" },
  DD: { digits: "\\d{1,2}", example: "31" },
  HH: { digits: "\\d{1,2}", example: "14" },
  mm: { digits: "\\d{2}", example: "30" },
  ss: { digits: "\\d{2}", example: "00" },
} as const;

type Field = keyof typeof fields;

const names = Object.keys(fields) as readonly Field[];
const token = new RegExp(names.join("|"), "gu");

export interface TimeFormat {
  /** A time in this form: `31.01.2024 14:30`. */
  readonly example: string;
  /** The same time in ISO 8601; undefined for text of another form. */
  toIso(text: string): string | undefined;
}

/** Throws for a pattern without a year, with a field twice, and with days or hours but not what is longer than they are. */
export function timeFormat(pattern: string): TimeFormat {
  const found = pattern.match(token) ?? [];
  const order = names.slice(0, found.length);
  if (found.length === 0 || !order.every((name) => found.includes(name as never))) {
    throw new Error(
      `time format: '${pattern}' must have YYYY, MM, DD, HH, mm and ss from the year on as far as the times go, each once; ` +
        "write DD.MM.YYYY for 31.01.2024",
    );
  }
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\/]/gu, "\\$&");
  const expression = new RegExp(
    `^\\s*${escaped.replace(token, (name) => `(${fields[name as Field].digits})`)}\\s*$`,
    "u",
  );
  return {
    example: pattern.replace(token, (name) => fields[name as Field].example),
    toIso(text) {
      const match = expression.exec(text);
      if (!match) return undefined;
      const part = (name: Field): string | undefined => {
        const at = found.indexOf(name as never);
        return at < 0 ? undefined : match[at + 1]?.padStart(2, "0");
      };
      const [year, month, day, hour, minute = "00", second = "00"] = names.map(part);
      const date = [year, month, day].filter((value) => value !== undefined).join("-");
      return hour === undefined ? date : `${date}T${hour}:${minute}:${second}`;
    },
  };
}
