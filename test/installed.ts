// The package as its users have it: built, and installed in an otherwise empty folder, for tests that need the
// real thing. The package's own types are not checked here; `npm run types` does that.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
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
  const { folder, own } = emptyFolder();
  buildInto(own);
  return installed(folder, own);
}

/** The same from the tarball that `npm pack` makes, with types for Node beside it. */
export function installTarball(): Installed & { readonly tarballBytes: number } {
  const { folder, own } = emptyFolder();
  const stage = join(folder, "stage");
  mkdirSync(stage);
  buildInto(stage);
  const { files } = JSON.parse(readFileSync(join(stage, "package.json"), "utf8")) as {
    readonly files: readonly string[];
  };
  for (const name of files.filter((file) => file !== "dist")) {
    cpSync(join(repository, name), join(stage, name), { recursive: true });
  }
  // Without scripts: `prepare` would build the native addon.
  const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const [packed] = JSON.parse(execFileSync("npm", pack, { cwd: stage, encoding: "utf8", stdio: "pipe" })) as [
    { readonly filename: string; readonly size: number },
  ];
  execFileSync("tar", ["-xzf", join(folder, packed.filename), "-C", own, "--strip-components=1"]);
  rmSync(stage, { recursive: true });
  linkPackage(folder, "@types/node");
  return { ...installed(folder, own), tarballBytes: packed.size };
}

function emptyFolder(): { readonly folder: string; readonly own: string } {
  const folder = mkdtempSync(join(tmpdir(), "unrolled-"));
  const own = join(folder, "node_modules", "unrolled");
  mkdirSync(own, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  return { folder, own };
}

function buildInto(own: string): void {
  copyFileSync(join(repository, "package.json"), join(own, "package.json"));
  const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const project = join(repository, "tsconfig.build.json");
  execFileSync(process.execPath, [compiler, "-p", project, "--outDir", join(own, "dist"), "--noCheck"]);
}

function linkPackage(folder: string, name: string): void {
  const target = join(folder, "node_modules", name);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(join(repository, "node_modules", name), target);
}

/** Links the dependencies and the commands of the package. */
function installed(folder: string, own: string): Installed {
  const { bin, dependencies } = JSON.parse(readFileSync(join(own, "package.json"), "utf8")) as {
    readonly bin: Readonly<Record<string, string>>;
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of Object.keys(dependencies)) linkPackage(folder, name);
  const commands = join(folder, "node_modules", ".bin");
  mkdirSync(commands);
  for (const [name, path] of Object.entries(bin)) {
    chmodSync(join(own, path), 0o755);
    symlinkSync(join(own, path), join(commands, name));
  }
  return {
    folder,
    package: own,
    run: (command) => execFileSync("bash", ["-c", `{ ${command}; } 2>&1`], { cwd: folder, encoding: "utf8" }),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}
