// Parquet files whose pages claim more than they hold: refused before memory is taken for what they claim.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeTable } from "../../src/formats/decode-table.ts";
import { checkParquet } from "../../src/formats/parquet-check.ts";

const folder = new URL("../goldens/tables/", import.meta.url);
const names = ["small.parquet", "plain.parquet", "nested.parquet", "encodings.parquet"];
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));

/** A number of 31 bits as Parquet writes it; even: a run of one value. */
const large = { run: [0xfe, 0xff, 0xff, 0xff, 0x07], packed: [0xff, 0xff, 0xff, 0xff, 0x07] };

describe.each(names)("%s", (name) => {
  const whole = bytesOf(name);

  test("passes as it is", () => {
    expect(() => checkParquet(whole.slice().buffer)).not.toThrow();
  });

  test.each(Object.entries(large))(
    "with a large number anywhere (%s), takes no time or memory",
    async (_, number) => {
      const end = Math.min(whole.length - number.length, 400);
      for (let at = 4; at < end; at++) {
        const bytes = whole.slice();
        bytes.set(number, at);
        const before = process.cpuUsage();
        await decodeTable("forged.parquet", bytes).catch((error: Error) => {
          expect(error.message).toContain("forged.parquet");
        });
        const { user, system } = process.cpuUsage(before);
        expect((user + system) / 1e6, `at byte ${at}`).toBeLessThan(2);
      }
      expect(process.memoryUsage().rss).toBeLessThan(1.5e9);
    },
  );
});
