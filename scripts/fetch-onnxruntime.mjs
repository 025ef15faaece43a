// Fetches ONNX Runtime, which only the tests of image encoders need: it is larger than everything else together, so
// `npm ci` leaves it out.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const { peerDependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const wanted = `onnxruntime-node@${peerDependencies["onnxruntime-node"]}`;
try {
  createRequire(import.meta.url).resolve("onnxruntime-node");
} catch {
  console.log(`fetching ${wanted} for the tests of image encoders`);
  const flags = [
    "--no-save",
    "--save-dev",
    "--no-package-lock",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
  ];
  execFileSync("npm", ["install", ...flags, wanted], { stdio: "inherit" });
}
