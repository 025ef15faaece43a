// The shapes data set: images of one to three coloured shapes, each with five sentences that say all there is in it.
// Example i is a pure function of (seed, i).
import type { PixelImage } from "../images/image.ts";
import { sceneCaptions } from "./captions.ts";
import { paintScene } from "./paint.ts";
import { drawScene, type Scene, type ShapesSettings } from "./scene.ts";

/** An image of the shapes data set, and what it shows. */
export interface ShapesExample {
  readonly scene: Scene;
  readonly image: PixelImage;
  /** [5] all sentences of the language that are true of the image and name everything in it. */
  readonly captions: readonly string[];
}

/**
 * Example `index`, from 0. For training and testing take different ranges of indices: they never share a scene's exact
 * positions and shades, though sentences recur (there are 720 for one object, 12,480 for two, 118,560 for three).
 */
export function shapesExample(index: number, settings: ShapesSettings = {}): ShapesExample {
  const scene = drawScene(index, settings);
  return { scene, image: paintScene(scene, settings.side), captions: sceneCaptions(scene) };
}
