// Made sales of shops: short series on different levels with a season of a week and holidays that are known ahead, whose best
// forecasts are known up to noise.
import { randomStream, streams } from "../../base/random.ts";

const day = 864e5; // milliseconds
const first = Date.UTC(2025, 0, 1);
const steps = 120;
/** Days after the last sale, of which the holidays are known. */
const ahead = 28;
const regions = ["east", "west"] as const;
/** Shares that a holiday adds. */
const holidays = { fair: 0.6, feast: -0.4 } as const;
const week = [0, 0.1, 0.15, 0.1, 0.2, -0.2, -0.35] as const;

/** A CSV table of `count` shops, one after another. */
export function shopsTable(count: number, seed: number): string {
  const random = randomStream(seed, streams.data);
  const rows = ["day,shop,region,sold,holiday"];
  const calendar = Array.from({ length: steps + ahead }, () => {
    const draw = random.uniform();
    return draw < 0.04 ? "fair" : draw < 0.08 ? "feast" : "";
  });
  for (let shop = 0; shop < count; shop++) {
    const level = 10 ** (1 + 2 * random.uniform());
    const slope = 0.002 * random.normal();
    const region = regions[shop % regions.length] as string;
    calendar.forEach((holiday, t) => {
      const time = new Date(first + t * day);
      const weekday = week[(time.getUTCDay() + 6) % 7] as number;
      const share = holiday === "" ? 0 : holidays[holiday as keyof typeof holidays];
      const sold = level * (1 + weekday + slope * t + share + 0.05 * random.normal());
      const shown = t < steps ? Math.max(0, sold).toFixed(1) : "";
      rows.push(`${time.toISOString().slice(0, 10)},shop ${shop + 1},${region},${shown},${holiday}`);
    });
  }
  return `${rows.join("\n")}\n`;
}
