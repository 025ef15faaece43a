// The shapes data set, made here instead of downloaded: pictures of one to three coloured shapes, each with five
// sentences that say all there is in it. Example i is a pure function of (seed, i). Knows no files.
import type { PixelImage } from "../images/image.ts";
import { sceneCaptions } from "./captions.ts";
import { paintScene } from "./paint.ts";
import { drawScene, type Scene, type SceneSettings } from "./scene.ts";

export interface ShapesSettings extends SceneSettings {
  /** Pixels along each side; default 32. */
  readonly side?: number;
}

export interface ShapesExample {
  readonly scene: Scene;
  readonly image: PixelImage;
  /** [5] all sentences of the language that are true of the picture and name everything in it. */
  readonly captions: readonly string[];
}

/**
 * Example `index`, from 0. Parts for training and testing are ranges of indices: they never share a scene's exact
 * places and shades, though sentences return (there are 720 for one object, 12,480 pairs, 118,560 threes).
 */
export function shapesExample(index: number, settings: ShapesSettings = {}): ShapesExample {
  const scene = drawScene(index, settings);
  return { scene, image: paintScene(scene, settings.side), captions: sceneCaptions(scene) };
}
