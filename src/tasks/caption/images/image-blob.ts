// Image files as pixels in a browser, which decodes them itself. In Node `readImage` of `unrolled/node` does it.
import type { PixelImage } from "./image.ts";

/**
 * Decodes an image file that a page has: chosen, dropped or fetched. Transparent pixels are laid on white, the EXIF
 * orientation is applied, and an animation gives its first image. Throws for files that the browser cannot decode, and in
 * engines without `createImageBitmap`.
 */
export async function readImageBlob(file: Blob): Promise<PixelImage> {
  if (typeof createImageBitmap !== "function" || typeof OffscreenCanvas !== "function")
    throw new Error("the image: this engine cannot decode images; in Node use readImage of 'unrolled/node'");
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch((cause: unknown) => {
    const type = file.type === "" ? "of unknown type" : file.type;
    throw new Error(`the image (${type}, ${file.size} bytes): the browser cannot decode it; convert it`, {
      cause,
    });
  });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("the image: the browser gives no canvas to draw it on; close other pages");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height); // [height, width, 4]
  const pixels = new Uint8ClampedArray(3 * width * height);
  for (let i = 0; i < width * height; i++) pixels.set(data.subarray(4 * i, 4 * i + 3), 3 * i);
  return { width, height, pixels };
}
