import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PixelImage } from "../../../../src/tasks/caption/images/image.ts";
import { imagesInFolder, readImage, writePng } from "../../../../src/tasks/caption/images/image-file.ts";
import { optionalPackage } from "../../../../src/formats/optional-package.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unrolled-image-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** 5 x 3, every value another. */
const image: PixelImage = { width: 5, height: 3, pixels: Uint8Array.from({ length: 45 }, (_, i) => i * 5) };
const raw = (channels: 1 | 2 | 3 | 4, width: number, values: number[]): ReturnType<typeof sharp> =>
  sharp(Uint8Array.from(values), { raw: { width, height: values.length / channels / width, channels } });
const photograph = (): ReturnType<typeof sharp> =>
  raw(
    3,
    40,
    Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * i) % 251),
  );

describe("reading images", () => {
  it("gives back every byte of a PNG, from a path or bytes", async () => {
    const path = join(folder, "a.png");
    await writePng(path, image);
    expect(await readImage(path)).toEqual(image);
    expect(await readImage(new Uint8Array(await readFile(path)))).toEqual(image);
    const lossless = await raw(3, 5, [...image.pixels])
      .webp({ lossless: true })
      .toBuffer();
    expect(await readImage(lossless)).toEqual(image);
  });

  it("reads a JPEG close to what was written", async () => {
    // A plane of one colour survives the transform to within its rounding.
    const grey = raw(
      3,
      16,
      Array.from({ length: 16 * 16 * 3 }, (_, i) => [200, 100, 50][i % 3] ?? 0),
    );
    const { pixels } = await readImage(
      await grey.jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer(),
    );
    expect(pixels.length).toBe(16 * 16 * 3);
    pixels.forEach((value, i) =>
      expect(Math.abs(value - ([200, 100, 50][i % 3] ?? 0))).toBeLessThanOrEqual(3),
    );
  });

  it("makes grey red, green and blue, and 16 bits 8", async () => {
    const grey = await raw(1, 3, [0, 100, 255]).toColourspace("b-w").png().toBuffer();
    expect((await sharp(grey).metadata()).channels).toBe(1);
    expect([...(await readImage(grey)).pixels]).toEqual([0, 0, 0, 100, 100, 100, 255, 255, 255]);
    const deep = await raw(3, 1, [10, 20, 30]).toColourspace("rgb16").png().toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe("ushort");
    expect([...(await readImage(deep)).pixels]).toEqual([10, 20, 30]);
  });

  it("lays what is transparent on white", async () => {
    // 128 of 255 opaque: 0 * 128 / 255 + 255 * 127 / 255 = 127, and 100 * 128 / 255 + 127 = 177.2.
    const png = await raw(4, 3, [9, 8, 7, 0, 0, 100, 0, 128, 1, 2, 3, 255]).png().toBuffer();
    expect([...(await readImage(png)).pixels]).toEqual([255, 255, 255, 127, 177, 127, 1, 2, 3]);
  });

  it("turns an image as its orientation says", async () => {
    const pixels = [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6]; // 1 2 3 above 4 5 6
    const turned = async (orientation: number): Promise<PixelImage> =>
      readImage(await raw(3, 3, pixels).webp({ lossless: true }).withMetadata({ orientation }).toBuffer());
    const reds = ({ pixels: of }: PixelImage): number[] => [...of].filter((_, i) => i % 3 === 0);
    const right = await turned(6); // to be turned a quarter clockwise
    expect([right.width, right.height]).toEqual([2, 3]);
    expect(reds(right)).toEqual([4, 1, 5, 2, 6, 3]);
    expect(reds(await turned(3))).toEqual([6, 5, 4, 3, 2, 1]);
    expect(reds(await turned(1))).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("refusing images", () => {
  it.each(["png", "jpeg", "webp"] as const)("names a %s file that is cut anywhere", async (format) => {
    const whole = await photograph().toFormat(format).toBuffer();
    await readImage(whole);
    const path = join(folder, "cut");
    for (const share of [0.1, 0.5, 0.97]) {
      await writeFile(path, whole.subarray(0, Math.floor(whole.length * share)));
      await expect(readImage(path)).rejects.toThrow(
        new RegExp(`${path}: the (PNG|JPEG|WebP) file is damaged or cut \\(.+\\); copy it again`),
      );
    }
  });

  it("names what is no image", async () => {
    await expect(readImage(new TextEncoder().encode("<svg xmlns"), { name: "a.svg" })).rejects.toThrow(
      'a.svg: expected a PNG, JPEG or WebP file, but it begins with "<svg xml"; convert it, or leave it out',
    );
    await expect(readImage(Uint8Array.of(0, 1, 2, 3, 4))).rejects.toThrow(
      "begins with the bytes 00 01 02 03",
    );
    await expect(readImage(new Uint8Array(0))).rejects.toThrow("begins with nothing: it is empty");
    await expect(readImage(join(folder, "none.png"))).rejects.toThrow("there is no such file");
  });

  it("refuses animations", async () => {
    const two = await raw(
      3,
      4,
      Array.from({ length: 4 * 8 * 3 }, (_, i) => i * 2),
    ).toBuffer();
    const webp = await sharp(two, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } })
      .webp({ loop: 0, delay: [50, 50] })
      .toBuffer();
    await expect(readImage(webp, { name: "a.webp" })).rejects.toThrow(
      "a.webp: it is an animation; save one of its images, and use that",
    );
    // A PNG with a chunk `acTL` after its header of 33 bytes; checksums of chunks that are not needed are not read.
    const png = await photograph().png().toBuffer();
    const control = Uint8Array.of(0, 0, 0, 8, ...Buffer.from("acTL"), 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0);
    const animated = Buffer.concat([png.subarray(0, 33), control, png.subarray(33)]);
    await expect(readImage(animated)).rejects.toThrow("it is an animation");
  });

  it("refuses a file by the size in its header, before it decodes it", async () => {
    const png = Buffer.from(await photograph().png().toBuffer());
    png.writeUInt32BE(60_000, 16);
    png.writeUInt32BE(50_000, 20);
    const crc = (bytes: Uint8Array): number => {
      let sum = ~0;
      for (const byte of bytes) {
        sum ^= byte;
        for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
      }
      return ~sum >>> 0;
    };
    png.writeUInt32BE(crc(png.subarray(12, 29)), 29);
    await expect(readImage(png, { name: "bomb.png" })).rejects.toThrow(
      "bomb.png: it has 60000 x 50000 pixels, more than the limit of 50000000; make it smaller, or raise the limit",
    );
    const small = await photograph().png().toBuffer();
    await expect(readImage(small, { pixelLimit: 1199 })).rejects.toThrow("it has 40 x 30 pixels");
    expect((await readImage(small, { pixelLimit: 1200 })).width).toBe(40);
  });

  it("does not write what is no image", async () => {
    await expect(writePng(join(folder, "a.png"), { ...image, width: 4 })).rejects.toThrow(
      "expected 36 pixel values for 4 x 3, got 45",
    );
  });
});

describe("folders and packages", () => {
  it("lists the images of a folder, sorted", async () => {
    for (const name of ["b.JPG", "a10.png", "a9.webp", "Z.jpeg", "notes.txt", ".hidden.png"])
      await writeFile(join(folder, name), "");
    await mkdir(join(folder, "more.png"));
    expect(await imagesInFolder(folder)).toEqual(["Z.jpeg", "a10.png", "a9.webp", "b.JPG"]);
    await expect(imagesInFolder(join(folder, "more.png"))).rejects.toThrow("it has no files");
    await expect(imagesInFolder(join(folder, "none"))).rejects.toThrow("there is no such folder");
    await expect(imagesInFolder(join(folder, "notes.txt"))).rejects.toThrow("it is a file, not a folder");
  });

  it("prints the line that installs a package", async () => {
    const absent = "unrolled-has-no-such-package";
    await expect(optionalPackage(`${absent}@1.2.3`, "flying", () => import(absent))).rejects.toThrow(
      `flying needs the package ${absent}, which is not installed; npm install ${absent}@1.2.3`,
    );
    const broken = (): Promise<never> => Promise.reject(new Error("no library for this system\nlong"));
    await expect(optionalPackage("@a/b@1.0.0", "flying", broken)).rejects.toThrow(
      "flying needs the package @a/b, which does not load (no library for this system); npm install @a/b@1.0.0",
    );
  });
});
