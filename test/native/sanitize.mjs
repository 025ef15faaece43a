// Runs the native engine under sanitizers: without Node under those for addresses, undefined behaviour and data races, then
// in Node under the first two. Run: npm run sanitize:native [-- CASES]. Needs g++ or clang++.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildHarness } from "../../native/build.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "dist-native-checks");
const plans = join(folder, "plans.bin");
const cases = process.argv[2] ?? "20000";

function run(command, ...args) {
  console.log(`\n${[command === process.execPath ? "node" : command, ...args].join(" ")}`);
  const { status, signal } = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      UBSAN_OPTIONS: "halt_on_error=1:print_stacktrace=1",
      TSAN_OPTIONS: "halt_on_error=1",
    },
  });
  if (status === 0) return;
  console.error(`failed: ${signal ?? status}`);
  process.exitCode = 1;
}

mkdirSync(folder, { recursive: true });
run(process.execPath, "test/native/program.mjs", "record", plans);
for (const [sanitize, changed] of [
  ["address,undefined", cases],
  ["thread", "200"],
]) {
  const harness = join(folder, `harness-${sanitize.replace(",", "-")}`);
  await buildHarness({ sanitize, output: harness });
  run(harness, plans, changed, "1");
}
run(process.execPath, "test/native/program.mjs", "--sanitize=address,undefined", "exercise");
run(process.execPath, "test/native/program.mjs", "--sanitize=address,undefined", "fuzz", "2000", "3");
