// The package as its users have it: built, and installed in an otherwise empty folder, for tests that need the
// real thing. Types are not checked again here; `npm run types` does that.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const repository: string = fileURLToPath(new URL("..", import.meta.url));

export interface Installed {
  /** Where a user's files would be. */
  readonly folder: string;
  /** The package's own folder in it. */
  readonly package: string;
  /** Runs a line of shell there, with `npx unrolled` as it stands; all that it says. Throws where it fails. */
  run(command: string): string;
  dispose(): void;
}

export function install(): Installed {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-"));
  const modules = join(folder, "node_modules");
  const own = join(modules, "unrolled");
  mkdirSync(own, { recursive: true });
  copyFileSync(join(repository, "package.json"), join(own, "package.json"));
  const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const project = join(repository, "tsconfig.build.json");
  execFileSync(process.execPath, [compiler, "-p", project, "--outDir", join(own, "dist"), "--noCheck"]);

  const { bin, dependencies } = JSON.parse(readFileSync(join(own, "package.json"), "utf8")) as {
    readonly bin: Readonly<Record<string, string>>;
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(repository, "node_modules", name), join(modules, name));
  }
  mkdirSync(join(modules, ".bin"));
  for (const [name, path] of Object.entries(bin)) {
    chmodSync(join(own, path), 0o755);
    symlinkSync(join(own, path), join(modules, ".bin", name));
  }
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  return {
    folder,
    package: own,
    run: (command) => execFileSync("bash", ["-c", `{ ${command}; } 2>&1`], { cwd: folder, encoding: "utf8" }),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
