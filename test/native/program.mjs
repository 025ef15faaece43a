// Runs one of `programs/` in a process of its own, compiled, with the addon or with one built with a compiler's checks:
// node test/native/program.mjs [--sanitize=address,undefined] NAME [arguments]. With `--into=FOLDER` and no name it only
// makes ready. Knows nothing of what the programs do.
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { addonPath, build } from "../../native/build.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const given = process.argv.slice(2);
const named = given.findIndex((a) => !a.startsWith("--"));
const own = named < 0 ? given : given.slice(0, named);
const option = (name) => own.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3);
const sanitize = option("sanitize") ?? "";
const folder =
  option("into") ?? join(root, sanitize ? `dist-native-${sanitize.replace(",", "-")}` : "dist-native");

/** Whether the addon was built from the sources as they are. */
function isNewer(addon) {
  const sources = join(root, "native");
  const time = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return readdirSync(sources).every((name) => time(join(sources, name)) < time(addon));
}

/** The sources as JavaScript, and the addon where they look for it. */
async function makeReady() {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const project = join(root, "tsconfig.native.json");
  const addon = join(folder, "build", basename(addonPath));
  mkdirSync(dirname(addon), { recursive: true });
  const compiled = promisify(execFile)(process.execPath, [
    compiler,
    "-p",
    project,
    "--noCheck",
    "--outDir",
    folder,
  ]);
  if (sanitize && !isNewer(addon)) await build({ sanitize, output: addon });
  else if (sanitize) await compiled;
  else copyFileSync(addonPath, addon);
  await compiled;
}

/** What the checks need: their libraries first, and no complaint about what Node itself never frees. */
function environment() {
  if (!sanitize) return process.env;
  const library = (name) =>
    execFileSync("g++", [`-print-file-name=lib${name}.so`], { encoding: "utf8" }).trim();
  const names = { address: "asan", undefined: "ubsan", thread: "tsan" };
  return {
    ...process.env,
    LD_PRELOAD: sanitize
      .split(",")
      .map((kind) => library(names[kind]))
      .join(" "),
    ASAN_OPTIONS: "detect_leaks=0:abort_on_error=1:allocator_may_return_null=1",
    UBSAN_OPTIONS: "print_stacktrace=1:halt_on_error=1:abort_on_error=1",
  };
}

await makeReady();
if (named >= 0) {
  const program = join(folder, "test", "native", "programs", `${given[named]}.js`);
  const { status, signal } = spawnSync(
    process.execPath,
    ["--expose-gc", program, ...given.slice(named + 1)],
    {
      stdio: "inherit",
      env: environment(),
    },
  );
  if (signal) console.error(`${given[named]} was ended by ${signal}`);
  process.exitCode = status ?? 1;
}
