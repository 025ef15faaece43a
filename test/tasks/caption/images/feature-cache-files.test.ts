import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ImageEncoder } from "../../../../src/tasks/caption/images/encoder.ts";
import { namedPreprocessing, type PixelImage } from "../../../../src/tasks/caption/images/image.ts";
import {
  encodeFiles,
  featureCache,
  type FeatureSource,
} from "../../../../src/tasks/caption/images/feature-cache-files.ts";
import { writePng } from "../../../../src/tasks/caption/images/image-file.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unrolled-features-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const source: FeatureSource = {
  model: Uint8Array.of(1, 2, 3),
  tap: "fc7",
  preprocessing: namedPreprocessing("imagenet"),
};
const imageFile = Uint8Array.of(9, 8, 7);
const features = Float32Array.of(0.1, -2.5, 3e-30, Infinity, 0);

async function entries(): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith(".features")).map((name) => join(folder, name));
}

describe("kept features", () => {
  it("come back bit by bit, in another process's cache too", async () => {
    await featureCache(folder, source).write(imageFile, features);
    expect(await featureCache(folder, source).read(imageFile)).toEqual(features);
    expect(await entries()).toHaveLength(1);
  });

  it("are of that image, model, tap and preprocessing only", async () => {
    await featureCache(folder, source).write(imageFile, features);
    expect(await featureCache(folder, source).read(Uint8Array.of(9, 8))).toBeUndefined();
    const p = source.preprocessing;
    const others: FeatureSource[] = [
      { ...source, model: Uint8Array.of(1, 2) },
      { ...source, tap: "fc6" },
      { ...source, preprocessing: { ...p, resize: { shorter: 255 } } },
      { ...source, preprocessing: { ...p, resize: { width: 256, height: 256 } } },
      { ...source, preprocessing: { ...p, resize: null } },
      { ...source, preprocessing: { ...p, crop: null } },
      { ...source, preprocessing: { ...p, crop: { width: 224, height: 223 } } },
      { ...source, preprocessing: { ...p, order: "bgr" } },
      { ...source, preprocessing: { ...p, layout: "nhwc" } },
      { ...source, preprocessing: { ...p, divide: 1 } },
      { ...source, preprocessing: { ...p, mean: [0, 0, 0] } },
      { ...source, preprocessing: { ...p, deviation: [1, 1, 1] } },
    ];
    for (const other of others) expect(await featureCache(folder, other).read(imageFile)).toBeUndefined();
    const { resize, ...rest } = p; // the order in which the parts are written down does not count
    const same = featureCache(folder, { ...source, preprocessing: { ...rest, resize } });
    expect(await same.read(imageFile)).toEqual(features);
  });

  it("are none when damaged anywhere, and are then written anew", async () => {
    const cache = featureCache(folder, source);
    await cache.write(imageFile, features);
    const [path = ""] = await entries();
    const whole = await readFile(path);
    expect(whole.length).toBe(32 + 5 * 4);
    for (let at = 0; at < whole.length; at += 3) {
      const wrong = Buffer.from(whole);
      wrong[at] = (wrong[at] ?? 0) ^ 1;
      await writeFile(path, wrong);
      expect(await cache.read(imageFile)).toBeUndefined();
    }
    for (const length of [0, 20, 32, whole.length - 4, whole.length - 1]) {
      await writeFile(path, whole.subarray(0, length));
      expect(await cache.read(imageFile)).toBeUndefined();
    }
    await cache.write(imageFile, features);
    expect(await cache.read(imageFile)).toEqual(features);
  });
});

describe("encoding files", () => {
  it("sees each image once, and those whose entry is damaged again", async () => {
    const seen: number[] = [];
    const encoder: Pick<ImageEncoder, "encode"> = {
      encode(images: readonly PixelImage[]) {
        seen.push(...images.map(({ pixels }) => pixels[0] ?? -1));
        return Promise.resolve(images.map(({ pixels }) => Float32Array.of(pixels[0] ?? -1, 7)));
      },
    };
    const paths: string[] = [];
    for (let i = 0; i < 35; i++) {
      paths.push(join(folder, `${i}.png`));
      await writePng(join(folder, `${i}.png`), { width: 1, height: 1, pixels: Uint8Array.of(i, 0, 0) });
    }
    const cache = featureCache(join(folder, "kept"), source);
    const all = paths.map((_, i) => Float32Array.of(i, 7));
    const done: number[] = [];
    expect(await encodeFiles(encoder, paths.slice(0, 3), cache)).toEqual(all.slice(0, 3));
    expect(await encodeFiles(encoder, paths, cache, (count) => done.push(count))).toEqual(all);
    expect(done).toEqual([32, 35]);
    expect(seen).toEqual(paths.map((_, i) => i));
    const [path = ""] = await entries();
    await writeFile(path, "x");
    expect(await encodeFiles(encoder, paths, cache)).toEqual(all);
    expect(seen).toHaveLength(36);
    expect(await encodeFiles(encoder, paths.slice(4, 6))).toEqual(all.slice(4, 6));
    expect(seen.slice(36)).toEqual([4, 5]);
    await writeFile(join(folder, "bad.png"), "no");
    await expect(encodeFiles(encoder, [join(folder, "bad.png")], cache)).rejects.toThrow(
      `${join(folder, "bad.png")}: expected a PNG, JPEG or WebP file`,
    );
  });
});
