// Builds what a checkout needs to run: `dist/` from the sources, and the native device where there is a C++ compiler. Ends
// at once when both are newer than what they are made of, since npm and npx call this before each use of a checkout.
import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isBuilt } from "../native/newer.mjs";

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const run = (...words) => execFileSync(process.execPath, words, { cwd: path("."), stdio: "inherit" });

const main = path("dist/cli/main.js");
if (!isBuilt(main, [path("src"), path("tsconfig.json"), path("tsconfig.build.json"), path("package.json")])) {
  console.log("unrolled: compiling TypeScript to dist/");
  run(path("node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json");
  chmodSync(main, 0o755);
}
run(path("native/build.mjs"), "--if-changed");
