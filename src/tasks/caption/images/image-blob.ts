// Picture files as pixels in a browser, by what it decodes itself. In Node `readImage` of `unrolled/node` does it.
import type { PixelImage } from "./image.ts";

/**
 * A picture file that a page has: chosen, dropped or fetched. What is transparent is laid on white, and pictures are turned
 * as their EXIF orientation says; of an animation it is the first picture. Throws for what the browser cannot decode, and
 * where there is no `createImageBitmap`.
 */
export async function readImageBlob(file: Blob): Promise<PixelImage> {
  if (typeof createImageBitmap !== "function" || typeof OffscreenCanvas !== "function")
    throw new Error("the picture: this engine decodes none; in Node use readImage of 'unrolled/node'");
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch((cause: unknown) => {
    const type = file.type === "" ? "of no known type" : file.type;
    throw new Error(`the picture (${type}, ${file.size} bytes): the browser cannot decode it; convert it`, {
      cause,
    });
  });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("the picture: the browser gives no canvas to draw it on; close other pages");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height); // [height, width, 4]
  const pixels = new Uint8ClampedArray(3 * width * height);
  for (let i = 0; i < width * height; i++) pixels.set(data.subarray(4 * i, 4 * i + 3), 3 * i);
  return { width, height, pixels };
}
