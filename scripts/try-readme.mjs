// Runs the commands and programs of the README, in its order and as they stand, in the folder that it is called in:
//   node scripts/try-readme.mjs [README.md]
// `npm` lines are left out: they are what brought the reader to where this runs. Exits with 1 if one fails.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const readme = process.argv[2] ?? fileURLToPath(new URL("../README.md", import.meta.url));
const blocks = [...readFileSync(readme, "utf8").matchAll(/^```(\w+)\n([^]*?)^```$/gmu)];
const shell = (line) => execFileSync("bash", ["-c", line], { stdio: ["ignore", "inherit", "inherit"] });

let failed = 0;
function attempt(title, work) {
  console.log(`\n$ ${title}`);
  try {
    work();
  } catch (error) {
    failed += 1;
    console.log(`FAILED: ${title} (${error.status ?? error.message})`);
  }
}

for (const [, language, text] of blocks) {
  if (language === "sh") {
    for (const line of text.trim().split("\n"))
      if (!line.startsWith("npm ")) attempt(line, () => shell(line));
  } else if (language === "js") {
    const file = "readme-program.mjs";
    attempt(text.split("\n")[0], () => {
      writeFileSync(file, text);
      shell(`node ${file}`);
      rmSync(file);
    });
  }
}
console.log(failed === 0 ? "\nevery command and program of the README works" : `\n${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
