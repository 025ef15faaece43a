// A folder of image features, so that a network sees each image once. Entries are found by the content of image, network,
// tap and preprocessing, not by their names; a damaged entry counts as absent.
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readBytes } from "../../../formats/files.ts";
import { writeAtomic } from "../../../formats/write-file.ts";
import type { ImageEncoder } from "./encoder.ts";
import { readImage } from "./image-file.ts";
import type { Preprocessing } from "./image.ts";

export interface FeatureSource {
  /** The bytes of the network's file. */
  readonly model: Uint8Array;
  /** The name of the tapped value, as `ImageEncoder` has it. */
  readonly tap: string;
  readonly preprocessing: Preprocessing;
}

export interface FeatureCache {
  /** The features of the image file with these bytes; undefined if the folder has none. */
  read(image: Uint8Array): Promise<Float32Array | undefined>;
  /** Keeps features, completely or not at all. Throws as `writeAtomic`. */
  write(image: Uint8Array, features: Float32Array): Promise<void>;
}

/** A cache in `folder`, which is made if it is absent. Several processes may share one. */
export function featureCache(folder: string, source: FeatureSource): FeatureCache {
  const { resize, crop, order, layout, divide, mean, deviation } = source.preprocessing;
  const sides = (size: { readonly width: number; readonly height: number } | null): readonly number[] =>
    size === null ? [] : [size.width, size.height];
  const parts = [
    hashOf(source.model),
    source.tap,
    resize !== null && "shorter" in resize ? [resize.shorter] : sides(resize),
    sides(crop),
    [order, layout, divide, mean, deviation],
  ];
  const network = JSON.stringify(parts);
  // 256 folders: writing looks through the whole folder.
  const pathOf = (image: Uint8Array): string => {
    const key = hashOf(Buffer.from(JSON.stringify([hashOf(image), network])));
    return join(folder, key.slice(0, 2), `${key}.features`);
  };
  return {
    async read(image) {
      const bytes = await readFile(pathOf(image)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw new Error(`cannot read the features in ${folder}: ${error.message}; check its permissions`, {
          cause: error,
        });
      });
      return bytes && unpack(bytes);
    },
    async write(image, features) {
      const path = pathOf(image);
      await mkdir(dirname(path), { recursive: true });
      await writeAtomic(path, pack(features));
    },
  };
}

/**
 * The features of image files, in order: from the cache, or computed by the encoder, 32 images at a time, and kept.
 * `onProgress` is called with the number of images that are done. Throws as `readImage`, the encoder and the cache do.
 */
export async function encodeFiles(
  encoder: Pick<ImageEncoder, "encode">,
  paths: readonly string[],
  cache?: FeatureCache,
  onProgress?: (done: number) => void,
): Promise<Float32Array[]> {
  const features: Float32Array[] = [];
  for (let from = 0; from < paths.length; from += 32) {
    const read = await Promise.allSettled(
      paths.slice(from, from + 32).map(async (path) => {
        const bytes = await readBytes(path);
        const kept = await cache?.read(bytes);
        return kept ?? { bytes, image: await readImage(bytes, { name: path }) };
      }),
    );
    // Of several that fail, the first in order is named, whichever fails first.
    const group = read.map((one) => {
      if (one.status === "rejected") throw one.reason;
      return one.value;
    });
    const absent = group.flatMap((item) => (item instanceof Float32Array ? [] : [item.image]));
    const computed = await encoder.encode(absent);
    for (const item of group) {
      const vector = item instanceof Float32Array ? item : computed.shift();
      if (vector === undefined) throw new Error("encoder: expected features of every image, got fewer");
      features.push(vector);
      if (!(item instanceof Float32Array)) await cache?.write(item.bytes, vector);
    }
    onProgress?.(features.length);
  }
  return features;
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

const hashBytes = 32;

/** The SHA-256 of the features, then the features, as little-endian float32. */
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
