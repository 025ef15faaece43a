// Paints scenes. Every pixel is the share of 16 points inside each object, in whole numbers throughout, so that the
// bytes are the same on every machine.
import type { PixelImage } from "../images/image.ts";
import { sceneSide, type Scene, type SceneObject, type ShapeName } from "./scene.ts";

/** Points of a pixel along each axis. */
const points = 4;
/** The most pixels along each side. */
export const sideLimit = 1024;

/**
 * [side, side, 3] the scene as an image; the default side is 32. Objects are painted in order over the background.
 * Throws at a side that is not a whole number from 8 to 1024.
 */
export function paintScene(scene: Scene, side = 32): PixelImage {
  if (!Number.isInteger(side) || side < 8 || side > sideLimit)
    throw new Error(
      `shapes: an image's side must be a whole number from 8 to ${sideLimit} pixels, not ${side}`,
    );
  const pixels = new Uint8ClampedArray(side * side * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = scene.background[i % 3]!;
  for (const object of scene.objects) paint(pixels, side, object);
  return { width: side, height: side, pixels };
}

function paint(pixels: Uint8ClampedArray, side: number, object: SceneObject): void {
  const { x, y, radius, rgb, shape } = object;
  const inside = insides[shape];
  // Points are in the middle of their cells: lengths are counted in units of the scene times this.
  const scale = 2 * points * side;
  const first = (centre: number): number => Math.max(0, Math.floor(((centre - radius) * side) / sceneSide));
  const last = (centre: number): number =>
    Math.min(side - 1, Math.floor(((centre + radius) * side) / sceneSide));
  for (let row = first(y); row <= last(y); row++)
    for (let column = first(x); column <= last(x); column++) {
      let covered = 0;
      for (let v = 0; v < points; v++)
        for (let u = 0; u < points; u++) {
          const dx = (2 * (column * points + u) + 1) * sceneSide - x * scale;
          const dy = (2 * (row * points + v) + 1) * sceneSide - y * scale;
          if (inside(dx, dy, radius * scale)) covered++;
        }
      const at = (row * side + column) * 3;
      const all = points * points;
      for (let channel = 0; channel < 3; channel++) {
        const mixed = covered * rgb[channel]! + (all - covered) * pixels[at + channel]!;
        pixels[at + channel] = Math.floor((mixed + all / 2) / all);
      }
    }
}

/** Whether a point this far right of and below the centre belongs to the shape. All fit in a square of side 2r. */
const insides: Readonly<Record<ShapeName, (dx: number, dy: number, r: number) => boolean>> = {
  circle: (dx, dy, r) => dx * dx + dy * dy <= r * r,
  square: (dx, dy, r) => 8 * Math.abs(dx) <= 7 * r && 8 * Math.abs(dy) <= 7 * r, // as much area as the circle
  triangle: (dx, dy, r) => 2 * Math.abs(dx) <= dy + r && dy <= r, // its tip above
  diamond: (dx, dy, r) => Math.abs(dx) + Math.abs(dy) <= r,
  cross: (dx, dy, r) =>
    Math.min(Math.abs(dx), Math.abs(dy)) * 3 <= r && Math.max(Math.abs(dx), Math.abs(dy)) <= r,
};
