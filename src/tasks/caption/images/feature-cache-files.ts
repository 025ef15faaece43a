// Features of pictures kept in a folder, so that a network sees each picture once: by what the picture, the network, the
// tap and the preprocessing are, not by their names. A damaged entry is no entry. Knows no networks.
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PixelImage, Preprocessing } from "./image.ts";
import { readBytes } from "../../../formats/files.ts";
import { readImage } from "./image-file.ts";
import { writeAtomic } from "../../../formats/write-file.ts";

export interface FeatureSource {
  /** The bytes of the network's file. */
  readonly model: Uint8Array;
  /** The value's name, as `ImageEncoder` has it. */
  readonly tap: string;
  readonly preprocessing: Preprocessing;
}

export interface FeatureCache {
  /** What is kept of the picture file with these bytes; undefined where there is nothing, or it is damaged. */
  read(picture: Uint8Array): Promise<Float32Array | undefined>;
  /** Keeps features, whole or not at all. Throws as `writeAtomic`. */
  write(picture: Uint8Array, features: Float32Array): Promise<void>;
}

/** What of an encoder `encodeFiles` needs. */
export interface PictureEncoder {
  encode(images: readonly PixelImage[]): Promise<Float32Array[]>;
}

/** A cache in `folder`, which is made where it is absent. Several processes may use one. */
export function featureCache(folder: string, source: FeatureSource): FeatureCache {
  const { resize, crop, order, layout, divide, mean, deviation } = source.preprocessing;
  const sides = (size: { width: number; height: number } | null): readonly number[] =>
    size === null ? [] : [size.width, size.height];
  const parts = [
    hashOf(source.model),
    source.tap,
    resize !== null && "shorter" in resize ? [resize.shorter] : sides(resize),
    sides(crop),
    [order, layout, divide, mean, deviation],
  ];
  const network = JSON.stringify(parts);
  // In folders of about a 256th of the entries: writing looks through the folder.
  const pathOf = (picture: Uint8Array): string => {
    const key = hashOf(Buffer.from(JSON.stringify([hashOf(picture), network])));
    return join(folder, key.slice(0, 2), `${key}.features`);
  };
  return {
    async read(picture) {
      const bytes = await readFile(pathOf(picture)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw new Error(`cannot read the features in ${folder}: ${error.message}; check its permissions`, {
          cause: error,
        });
      });
      return bytes && unpack(bytes);
    },
    async write(picture, features) {
      const path = pathOf(picture);
      await mkdir(dirname(path), { recursive: true });
      await writeAtomic(path, pack(features));
    },
  };
}

/**
 * The features of picture files, in their order: from the cache, or else made by the encoder, 32 pictures at a time, and
 * kept. `onProgress` hears how many are done. Throws as `readImage`, the encoder and the cache do.
 */
export async function encodeFiles(
  encoder: PictureEncoder,
  paths: readonly string[],
  cache?: FeatureCache,
  onProgress?: (done: number) => void,
): Promise<Float32Array[]> {
  const features: Float32Array[] = [];
  for (let from = 0; from < paths.length; from += 32) {
    const group = await Promise.all(
      paths.slice(from, from + 32).map(async (path) => {
        const bytes = await readBytes(path);
        const kept = await cache?.read(bytes);
        return kept ?? { bytes, image: await readImage(bytes, { name: path }) };
      }),
    );
    const absent = group.flatMap((item) => (item instanceof Float32Array ? [] : [item.image]));
    const made = await encoder.encode(absent);
    for (const item of group) {
      const given = item instanceof Float32Array ? item : made.shift();
      if (given === undefined) throw new Error("encoder: it gave fewer features than pictures; give all");
      features.push(given);
      if (!(item instanceof Float32Array)) await cache?.write(item.bytes, given);
    }
    onProgress?.(features.length);
  }
  return features;
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

const hashBytes = 32;

/** SHA-256 of what follows, then the features as little-endian float32. */
function pack(features: Float32Array): Uint8Array {
  const body = Buffer.alloc(features.length * 4);
  features.forEach((value, i) => body.writeFloatLE(value, i * 4));
  return Buffer.concat([Buffer.from(hashOf(body), "hex"), body]);
}

function unpack(bytes: Buffer): Float32Array | undefined {
  const body = bytes.subarray(hashBytes);
  if (body.length % 4 !== 0 || hashOf(body) !== bytes.toString("hex", 0, hashBytes)) return undefined;
  return Float32Array.from({ length: body.length / 4 }, (_, i) => body.readFloatLE(i * 4));
}
