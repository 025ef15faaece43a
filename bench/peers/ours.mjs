// unrolled: the library built in this checkout, with the workload that `unrolled bench` measures.
import { readFileSync } from "node:fs";
import { cellNamed } from "../../dist/cells/index.js";
import { deviceNamed } from "../../dist/cli/devices.js";
import { parseCell } from "../../dist/language/equations.js";
import { libraryVersion } from "../../dist/base/version.js";
import { openWorkload } from "../../dist/measure/workload.js";
import { serve } from "./serve.mjs";

await serve(async ({ configuration, cell: name, device: deviceName, threads }) => {
  const cell =
    name === "peephole"
      ? parseCell(name, readFileSync(new URL("peephole.cell", import.meta.url), "utf8"))
      : cellNamed(name);
  const device = deviceNamed(deviceName, { threads });
  if (device.threads !== threads) throw new Error(`it uses ${device.threads} threads here, not ${threads}`);
  const { call } = await openWorkload(configuration, cell, device);
  return { call, versions: { unrolled: libraryVersion } };
});
