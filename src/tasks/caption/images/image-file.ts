// Image files as pixels, and back: PNG, JPEG and WebP through sharp. Pixels are always 8-bit RGB, with the EXIF orientation
// applied.
import { readdir } from "node:fs/promises";
import { extname } from "node:path";
import type { PixelImage } from "./image.ts";
import { readBytes } from "../../../formats/files.ts";
import { optionalPackage } from "../../../formats/optional-package.ts";
import { writeAtomic } from "../../../formats/write-file.ts";

type Sharp = typeof import("sharp").default;

/** What `readImage` may be told. */
export interface ImageReading {
  /** The name of bytes in errors. Default "the image"; a path names itself. */
  readonly name?: string;
  /** Files with more pixels are refused before any is decoded. Default 50 million. */
  readonly pixelLimit?: number;
}

/**
 * Decodes a PNG, JPEG or WebP file, or the bytes of one. Grey becomes RGB, transparent pixels are laid on white, and the
 * EXIF orientation is applied. Throws, naming the file, for other formats, animations, damaged or cut files, more pixels
 * than the limit, and if the package sharp is not installed.
 */
export async function readImage(
  source: string | Uint8Array,
  reading: ImageReading = {},
): Promise<PixelImage> {
  const { pixelLimit = 50e6 } = reading;
  const name = typeof source === "string" ? source : (reading.name ?? "the image");
  const bytes = typeof source === "string" ? await readBytes(source) : source;
  const format = formatOf(bytes);
  if (format === undefined)
    throw new Error(
      `${name}: expected a PNG, JPEG or WebP file, but it begins with ${beginning(bytes)}; convert it, or leave it out`,
    );
  const sharp = await loadSharp();
  const damaged = (cause: unknown): never => {
    const reason = (cause instanceof Error ? cause.message : String(cause)).split("\n")[0]?.trim();
    throw new Error(
      `${name}: the ${format} file is damaged or cut (${reason}); copy it again, or leave it out`,
      {
        cause,
      },
    );
  };
  const header = await sharp(bytes, { limitInputPixels: false }).metadata().catch(damaged);
  if ((header.pages ?? 1) > 1 || (format === "PNG" && isAnimatedPng(bytes)))
    throw new Error(`${name}: it is an animation; save one of its images, and use that`);
  if (header.width * header.height > pixelLimit)
    throw new Error(
      `${name}: it has ${header.width} x ${header.height} pixels, more than the limit of ${pixelLimit}; ` +
        `make it smaller, or raise the limit`,
    );
  // Cut files are refused, but not JPEGs with a stray byte: cameras write them.
  const { data, info } = await sharp(bytes, { limitInputPixels: false, failOn: "error" })
    .autoOrient()
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true })
    .catch(damaged);
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
  if (info.channels !== 3)
    throw new Error(`${name}: it has ${info.channels} channels, not red, green and blue; convert it`);
  return { width: info.width, height: info.height, pixels };
}

/** Writes an image as a PNG file, replacing an older one. Throws as `writeAtomic`, and if sharp is not installed. */
export async function writePng(path: string, image: PixelImage): Promise<void> {
  const { width, height, pixels } = image;
  if (!(width >= 1 && height >= 1) || pixels.length !== width * height * 3)
    throw new Error(
      `${path}: expected ${width * height * 3} pixel values for ${width} x ${height}, got ${pixels.length}`,
    );
  const sharp = await loadSharp();
  const file = await sharp(pixels, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .png()
    .toBuffer();
  await writeAtomic(path, file);
}

const endings = [".png", ".jpg", ".jpeg", ".webp"];

/**
 * The names of the images in a folder, by their endings, sorted by code unit, so that they are the same on every machine.
 * Hidden files and folders in it are left out. Throws for a folder without images.
 */
export async function imagesInFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === "ENOTDIR"
        ? "it is a file, not a folder; name its folder"
        : cause.code === "ENOENT"
          ? "there is no such folder; check the path"
          : cause.message;
    throw new Error(`cannot read ${folder}: ${why}`, { cause });
  });
  const names = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const images = names.filter(
    (name) => !name.startsWith(".") && endings.includes(extname(name).toLowerCase()),
  );
  if (images.length > 0) return images.sort();
  const content = names.length === 0 ? "it has no files" : `it has ${names.sort().slice(0, 5).join(", ")}`;
  throw new Error(`${folder}: it has no images that end in ${endings.join(", ")}; ${content}`);
}

async function loadSharp(): Promise<Sharp> {
  const loaded = await optionalPackage("sharp@0.35.5", "reading and writing images", () => import("sharp"));
  return loaded.default;
}

/** The format by the first bytes, so that no other format reaches the decoder. */
function formatOf(bytes: Uint8Array): "PNG" | "JPEG" | "WebP" | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 12));
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "PNG";
  if (text.startsWith("\xff\xd8\xff")) return "JPEG";
  return text.startsWith("RIFF") && text.slice(8) === "WEBP" ? "WebP" : undefined;
}

function beginning(bytes: Uint8Array): string {
  if (bytes.length === 0) return "nothing: it is empty";
  const start = String.fromCharCode(...bytes.subarray(0, 8));
  if (/^[\x20-\x7e\s]+$/.test(start)) return JSON.stringify(start);
  return `the bytes ${[...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}`;
}

/** A PNG with a chunk `acTL` before the first data is an animation, of which the decoder would give the first image. */
function isAnimatedPng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === "acTL") return true;
    if (type === "IDAT") return false;
  }
  return false;
}
