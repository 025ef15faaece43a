// Atomic writing: a crash, a full disk or a power failure leaves the old file or the new one, never a part. The bytes go
// to a temporary file in the same folder, which is flushed and then renamed.
import { existsSync } from "node:fs";
import {
  mkdtemp,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  statfs,
  type FileHandle,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";

let writes = 0;

/**
 * Writes `bytes` to `path`, replacing an existing file; follows a symbolic link, also to a file that is not there yet.
 * Throws if the folder does not exist, or the write fails; the old file is then unchanged, and no temporary file is left.
 */
export async function writeAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const target = await targetOf(path);
  const temporary = `${target}${temporaryMark}${process.pid}-${++writes}`; // a rename works within one disk
  await removeLeftovers(target);
  try {
    await withFile(temporary, "w", async (file) => {
      await file.writeFile(bytes);
      await file.sync();
    });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writeError(error, path, bytes.length, await freeBytes(dirname(target)));
  }
  await syncFolder(dirname(target));
}

/** The file that a path leads to, which need not be there. */
async function targetOf(path: string): Promise<string> {
  const linked = await readlink(path).catch(() => undefined);
  return realpath(path).catch(() => (linked === undefined ? path : resolve(dirname(path), linked)));
}

const temporaryMark = ".tmp-";

/** Removes the temporary files of `target` left by processes that ended in the middle of a write. */
async function removeLeftovers(target: string): Promise<void> {
  const folder = dirname(target);
  const start = `${basename(target)}${temporaryMark}`;
  for (const name of await readdir(folder).catch(() => [])) {
    const [, id] = (name.startsWith(start) && /^(\d+)-\d+$/.exec(name.slice(start.length))) || [];
    if (id && !isRunning(Number(id))) await rm(join(folder, name), { force: true }).catch(() => {});
  }
}

function isRunning(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

async function withFile(
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

/**
 * The same, for what must not be lost: where it cannot be written to `path`, it goes to the system's temporary folder, and
 * the error names that file.
 */
export async function writeAnywhere(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeAtomic(path, bytes);
  } catch (error) {
    const elsewhere = await writeElsewhere(basename(path), bytes);
    const kept = elsewhere
      ? `it was saved in ${elsewhere} instead; move it to a better place`
      : `nor could it be saved in ${tmpdir()}`;
    throw new Error(`${(error as Error).message}\n       ${kept}`, { cause: error });
  }
}

async function writeElsewhere(name: string, bytes: Uint8Array): Promise<string | undefined> {
  try {
    const path = join(await mkdtemp(join(tmpdir(), "unrolled-")), name);
    await writeAtomic(path, bytes);
    return path;
  } catch {
    return undefined;
  }
}

/** Makes the rename durable where the system can; Windows and some network disks cannot flush folders. */
async function syncFolder(folder: string): Promise<void> {
  await withFile(folder, "r", (file) => file.sync()).catch(() => {});
}

async function freeBytes(folder: string): Promise<number | undefined> {
  return statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
}

/** A system error with its reason and remedy. `bytes` were to be written; `free` are left on the disk, if known. */
export function writeError(cause: unknown, path: string, bytes: number, free?: number): Error {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return new Error(`cannot write ${path}: ${reasonOf(code, cause, path, bytes, free)}`, { cause });
}

function reasonOf(
  code: string | undefined,
  cause: unknown,
  path: string,
  bytes: number,
  free: number | undefined,
): string {
  const folder = dirname(path);
  switch (code) {
    case "ENOSPC":
    case "EDQUOT": {
      const available = free === undefined ? "" : ` and ${free} are free`;
      const problem = code === "ENOSPC" ? "disk full" : "disk quota used up";
      return `${problem}: needs ${bytes} bytes${available}; free some space or choose another disk (an older file is kept)`;
    }
    case "EACCES":
    case "EPERM":
      return `no permission to write in ${folder}; choose another folder or change its permissions`;
    case "EROFS":
      return `${folder} is on a read-only disk; choose another folder`;
    case "ENOENT":
      return existsSync(folder)
        ? `no file can be made in ${folder}; choose another folder`
        : `the folder ${folder} does not exist; make it first, with mkdir -p`;
    case "ENOTDIR":
      return `${folder} is a file, not a folder; choose another path`;
    case "EISDIR":
    case "ENOTEMPTY":
    case "EEXIST":
      return `it is a folder; add a file name`;
    default:
      return `${cause instanceof Error ? cause.message : String(cause)}; choose another path`;
  }
}
