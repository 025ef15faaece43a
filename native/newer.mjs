// Whether a build is up to date, by the times of files.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Whether `built` exists and is newer than all files and folders in `sources`. */
export function isBuilt(built, sources) {
  const time = statSync(built, { throwIfNoEntry: false })?.mtimeMs;
  return time !== undefined && sources.every((source) => newest(source) <= time);
}

/** A folder's own time tells of files that were removed. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
