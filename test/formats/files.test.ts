import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileBytes, fileChunks, readBytes } from "../../src/formats/files.ts";
import { writeAtomic, writeError } from "../../src/formats/write-file.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unrolled-io-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const content = Uint8Array.from({ length: 1000 }, (_, i) => i * 7);
const isRoot = process.getuid?.() === 0;

async function allChunks(path: string, chunkBytes?: number): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of fileChunks(path, chunkBytes === undefined ? {} : { chunkBytes }))
    chunks.push(chunk);
  return chunks;
}

describe("reading files", () => {
  it("reads all bytes in chunks that stay valid", async () => {
    const path = join(folder, "data.bin");
    await writeFile(path, content);
    const chunks = await allChunks(path, 333);
    expect(chunks.map((chunk) => chunk.length)).toEqual([333, 333, 333, 1]);
    expect(Uint8Array.from(chunks.flatMap((chunk) => [...chunk]))).toEqual(content);
    expect(await allChunks(path)).toEqual([content]);
    expect(await readBytes(path)).toEqual(content);
    expect(await fileBytes(path)).toBe(1000);
  });

  it("reads no chunk of an empty file, and closes the file when the caller stops early", async () => {
    const path = join(folder, "empty");
    await writeFile(path, "");
    expect(await allChunks(path)).toEqual([]);
    await writeFile(path, content);
    for (let i = 0; i < 50; i++)
      for await (const chunk of fileChunks(path, { chunkBytes: 10 })) {
        expect(chunk.length).toBe(10);
        break;
      }
    const open = await readdir("/proc/self/fd").catch(() => []);
    expect(open.length).toBeLessThan(50);
  });

  it("suggests the file with the nearest name", async () => {
    await writeFile(join(folder, "Shakespeare.txt"), "x");
    await writeFile(join(folder, "other.txt"), "x");
    const near = join(folder, "Shakespeare.txt");
    for (const read of [allChunks, fileBytes, readBytes])
      await expect(read(join(folder, "shakespere.txt"))).rejects.toThrow(
        `cannot read ${join(folder, "shakespere.txt")}: there is no such file; did you mean ${near}?`,
      );
    await expect(readBytes(join(folder, "model"))).rejects.toThrow("there is no such file; check the name");
    await expect(readBytes(join(folder, "no", "a"))).rejects.toThrow(
      `the folder ${join(folder, "no")} does not exist`,
    );
  });

  it("refuses a folder, a file as a folder, and chunks of no bytes", async () => {
    await expect(allChunks(folder)).rejects.toThrow(
      `cannot read ${folder}: it is a folder; name a file in it`,
    );
    await writeFile(join(folder, "f"), "x");
    await expect(readBytes(join(folder, "f", "g"))).rejects.toThrow(
      "is a file, not a folder; check the path",
    );
    await expect(allChunks(join(folder, "f"), 0)).rejects.toThrow(
      "chunkBytes must be a whole number, 1 or more, not 0",
    );
  });

  it.skipIf(isRoot)("refuses a file without read permission (skipped for root, who needs none)", async () => {
    const path = join(folder, "secret");
    await writeFile(path, "x", { mode: 0o000 });
    await expect(readBytes(path)).rejects.toThrow("no permission; change it with chmod u+r");
  });
});

describe("writing atomically", () => {
  it("writes new files and replaces old ones, leaving nothing else", async () => {
    const path = join(folder, "m.safetensors");
    await writeAtomic(path, Uint8Array.of(1, 2));
    await writeAtomic(path, content);
    expect(await readBytes(path)).toEqual(content);
    expect(await readdir(folder)).toEqual(["m.safetensors"]);
  });

  it("writes through a symbolic link", async () => {
    await writeFile(join(folder, "real"), "old");
    await symlink(join(folder, "real"), join(folder, "link"));
    await writeAtomic(join(folder, "link"), content);
    expect(await readBytes(join(folder, "real"))).toEqual(content);
  });

  it("leaves one whole file when two writes race", async () => {
    const path = join(folder, "m");
    const other = content.map((byte) => byte ^ 0xff);
    await Promise.all([writeAtomic(path, content), writeAtomic(path, other)]);
    const read = await readBytes(path);
    expect([content, other].some((bytes) => Buffer.compare(bytes, read) === 0)).toBe(true);
    expect(await readdir(folder)).toEqual(["m"]);
  });

  it("leaves the path unchanged when it fails, and removes its temporary file", async () => {
    const path = join(folder, "taken");
    await mkdir(join(path, "inside"), { recursive: true });
    await expect(writeAtomic(path, content)).rejects.toThrow(
      `cannot write ${path}: it is a folder; add a file name`,
    );
    expect(await readdir(folder)).toEqual(["taken"]);
    expect(await readdir(path)).toEqual(["inside"]);
  });

  it("removes the temporary files of processes that ended, and none of those that run", async () => {
    const ended = spawnSync(process.execPath, ["--version"]).pid;
    const [running, left] = [`model.tmp-${process.pid}-99`, `model.tmp-${ended}-1`];
    for (const name of [running, left]) await writeFile(join(folder, name), "half");
    await writeAtomic(join(folder, "model"), Uint8Array.of(1));
    const names = await readdir(folder);
    expect(names).toContain("model");
    expect(names).toContain(running);
    expect(names).not.toContain(left);
  });

  it("names the missing folder", async () => {
    await expect(writeAtomic(join(folder, "no", "m"), content)).rejects.toThrow(
      `the folder ${join(folder, "no")} does not exist; make it first, with mkdir -p`,
    );
    await writeFile(join(folder, "f"), "x");
    await expect(writeAtomic(join(folder, "f", "m"), content)).rejects.toThrow("is a file, not a folder");
  });

  it.skipIf(isRoot)(
    "names the folder without write permission (skipped for root, who needs none)",
    async () => {
      await writeFile(join(folder, "m"), "old");
      await chmod(folder, 0o500);
      await expect(writeAtomic(join(folder, "m"), content)).rejects.toThrow(
        `no permission to write in ${folder}`,
      );
      await chmod(folder, 0o700);
      expect(await readFile(join(folder, "m"), "utf8")).toBe("old");
    },
  );

  it.each([
    [
      "ENOSPC",
      "disk full: needs 500 bytes and 20 are free; free some space or choose another disk (an older file is kept)",
    ],
    ["EDQUOT", "disk quota used up: needs 500 bytes"],
    ["EROFS", "/d is on a read-only disk; choose another folder"],
    ["EPERM", "no permission to write in /d"],
    ["EIO", "the disk broke; choose another path"],
  ])("explains %s", (code, message) => {
    const cause = Object.assign(new Error("the disk broke"), { code });
    const error = writeError(cause, "/d/m", 500, 20);
    expect(error.message).toContain(`cannot write /d/m: ${message}`);
    expect(error.cause).toBe(cause);
  });
});
