// Builds the addon with this machine's C++ compiler:
//   node native/build.mjs [--if-changed] [--require] [--sanitize=address,undefined] [--output=FILE]
// Without a compiler it says so in one line and still exits with 0, unless `--require` is set. With
// `--if-changed` it does nothing where the addon is newer than its sources.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isBuilt } from "./newer.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);

/** The instruction sets that `kernels.cpp` is compiled for, with the compiler's options. */
const x86Sets = [
  ["kernelsAvx512", ["-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mavx2", "-mfma"]],
  ["kernelsAvx2", ["-mavx2", "-mfma"]],
  ["kernelsBase", []],
];
const sources = [
  "engine",
  "engine-kernels",
  "engine-packing",
  "engine-pointwise",
  "plan",
  "plan-pointwise",
  "threads",
];

/** The addon for this operating system and processor. */
export const addonPath = join(here, "..", "build", `unrolled-${process.platform}-${process.arch}.node`);

async function findCompiler() {
  for (const name of [process.env.CXX, "g++", "clang++", "c++"].filter(Boolean)) {
    try {
      await run(name, ["--version"]);
      return name;
    } catch {
      // Try the next one.
    }
  }
  return undefined;
}

/** Compiles the addon. `sanitize`: the sanitizers to build it with. */
export function build({ sanitize = "", output = addonPath } = {}) {
  const headers = createRequire(import.meta.url)("node-api-headers").include_dir;
  // The package carries the addon to machines whose C++ library may be older or absent.
  const system =
    process.platform === "darwin"
      ? ["-undefined", "dynamic_lookup"]
      : ["-ldl", ...(sanitize ? [] : ["-static-libstdc++", "-static-libgcc"])];
  return compile(["addon", "roofline"], {
    sanitize,
    output,
    include: [`-I${headers}`],
    link: ["-shared", ...system],
  });
}

/** Compiles `harness.cpp`: the engine as a program of its own, for checks without Node. */
export function buildHarness({ sanitize = "", output }) {
  return compile(["harness"], { sanitize, output, include: [], link: [] });
}

async function compile(entries, { sanitize, output, include, link }) {
  if (process.platform === "win32") throw new Error("the native device is not built on Windows");
  const compiler = await findCompiler();
  if (!compiler) throw new Error("there is no C++ compiler (g++ or clang++)");
  mkdirSync(dirname(output), { recursive: true });
  // Linked elsewhere and then moved, so that nobody loads a half-written addon.
  const work = mkdtempSync(join(dirname(output), "work-"));
  try {
    const common = [
      "-std=c++20",
      "-O3",
      "-fPIC",
      "-pthread",
      "-fvisibility=hidden",
      "-ffp-contract=off",
      "-fno-math-errno",
    ];
    const sanitizers = sanitize ? [`-fsanitize=${sanitize}`, "-fno-omit-frame-pointer", "-g", "-O1"] : [];
    const isX86 = process.arch === "x64";
    const sets = isX86 ? x86Sets : [["kernelsBase", []]];
    const options = [...include, ...(isX86 ? ["-DUNROLLED_X86_SETS"] : [])];
    const jobs = [
      ...sets.map(([table, flags]) => ["kernels", table, [`-DKERNELS=${table}`, ...flags]]),
      ...[...sources, ...entries].map((name) => [name, name, options]),
    ];
    const objectOf = ([, object]) => join(work, `${object}.o`);
    await Promise.all(
      jobs.map((job) =>
        run(compiler, [
          ...common,
          ...sanitizers,
          ...job[2],
          "-c",
          join(here, `${job[0]}.cpp`),
          "-o",
          objectOf(job),
        ]),
      ),
    );
    const target = join(work, "linked");
    await run(compiler, ["-pthread", ...sanitizers, ...jobs.map(objectOf), ...link, "-o", target]);
    renameSync(target, output);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return output;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const option = (name) => process.argv.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3);
  if (process.argv.includes("--if-changed") && isBuilt(addonPath, [here])) process.exit(0);
  try {
    const path = await build({ sanitize: option("sanitize"), output: option("output") });
    if (!existsSync(path)) throw new Error("the compiler wrote nothing");
    console.log(`native device: built ${path}`);
  } catch (error) {
    const reason = String(error.stderr || error.message)
      .trim()
      .split("\n")[0];
    console.log(`native device: not built, wasm is used instead: ${reason}`);
    if (process.argv.includes("--require")) process.exitCode = 1;
  }
}
