// Compiles `programs/` and runs one of them in a process of its own, with the addon or with one built with sanitizers:
//   node test/native/program.mjs [--sanitize=address,undefined] NAME [arguments]
// With `--into=FOLDER` and no name it only compiles.
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { addonPath, build } from "../../native/build.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const args = process.argv.slice(2);
const nameAt = args.findIndex((a) => !a.startsWith("--"));
const options = nameAt < 0 ? args : args.slice(0, nameAt);
const option = (name) => options.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3);
const sanitize = option("sanitize") ?? "";
const folder =
  option("into") ?? join(root, sanitize ? `dist-native-${sanitize.replace(",", "-")}` : "dist-native");

/** True if the addon is newer than all of its sources. */
function isNewer(addon) {
  const sources = join(root, "native");
  const time = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return readdirSync(sources).every((name) => time(join(sources, name)) < time(addon));
}

/** Compiles the sources to JavaScript and puts the addon where they expect it. */
async function prepare() {
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

/** Preloads the sanitizers' libraries; ignores leaks, since Node itself never frees some memory. */
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

await prepare();
if (nameAt >= 0) {
  const program = join(folder, "test", "native", "programs", `${args[nameAt]}.js`);
  const { status, signal } = spawnSync(
    process.execPath,
    ["--expose-gc", program, ...args.slice(nameAt + 1)],
    {
      stdio: "inherit",
      env: environment(),
    },
  );
  if (signal) console.error(`${args[nameAt]} was ended by ${signal}`);
  process.exitCode = status ?? 1;
}
