// The growth of memory over a long run: JavaScript heap after a forced collection, and resident memory, between steps
// 100 and 10,000 of a character model. Run: `npm run bench:memory`, or with `-- --size 128 --steps 10000`.
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { lstm } from "../src/cells/lstm.ts";
import { languageModel } from "../src/model/language-model.ts";
import { wasmDevice } from "../src/run/wasm/device.ts";
import { fit } from "../src/train/fit.ts";

const { values: options } = parseArgs({
  options: {
    size: { type: "string", default: "128" },
    batch: { type: "string", default: "32" },
    window: { type: "string", default: "50" },
    vocabulary: { type: "string", default: "65" },
    steps: { type: "string", default: "10000" },
  },
});
setFlagsFromString("--expose-gc");
if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");
const collect = runInNewContext("gc") as () => void;

const vocabulary = Number(options.vocabulary);
const [first, last] = [100, Number(options.steps)];
const train = Uint8Array.from({ length: 500_000 }, (_, i) => (i * i + (i >> 5)) % vocabulary);
const run = await fit({
  network: languageModel({ vocabulary, cell: lstm, size: Number(options.size) }),
  device: wasmDevice(),
  data: { kind: "text", train },
  batch: Number(options.batch),
  window: Number(options.window),
  budget: { steps: last },
});

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
const measure = (): { heap: number; resident: number } => {
  for (let i = 0; i < 3; i++) collect();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed, resident: rss };
};
let start = { heap: 0, resident: 0 };
for await (const event of run) {
  if (event.kind !== "step" || (event.step !== first && event.step !== last)) continue;
  const now = measure();
  console.log(`step ${event.step}: heap ${megabytes(now.heap)}, resident ${megabytes(now.resident)}`);
  if (event.step === first) start = now;
  else {
    const growth = { heap: now.heap - start.heap, resident: now.resident - start.resident };
    console.log(`growth: heap ${megabytes(growth.heap)}, resident ${megabytes(growth.resident)}`);
  }
}
