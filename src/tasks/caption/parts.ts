// The parts of images with captions: those that the images name, or shares in an order that a seed gives.
import { givenParts, partsOfItems } from "../shared/parts.ts";
import type { DesignSettings, Parts } from "../task.ts";
import type { CaptionedImage, CaptionedImages } from "./design.ts";

const testNames: ReadonlySet<string> = new Set(["test"]);
const validationNames: ReadonlySet<string> = new Set(["val", "valid", "validation"]);

/** Whether images name the parts that they belong to. */
export function hasOwnParts({ images }: CaptionedImages): boolean {
  return images.some((image) => image.split !== undefined);
}

/** The parts that the images name, else shares of them. Throws for a part without images. */
export function partsOfImages(data: CaptionedImages, settings: DesignSettings): Parts<CaptionedImages> {
  if (hasOwnParts(data)) return givenParts(ownParts(data), settings.split, "images");
  const { train, validation, test } = partsOfItems(data.images, settings);
  const part = (images: readonly CaptionedImage[]): CaptionedImages => ({ ...data, images });
  return {
    train: part(train),
    validation: validation && part(validation),
    test: test && part(test),
  };
}

/** The parts that the images name; a part without images is absent. */
export function ownParts(data: CaptionedImages): Parts<CaptionedImages> {
  const part = (belongs: (split: string) => boolean): CaptionedImages | undefined => {
    const images = data.images.filter(({ split = "" }) => belongs(split));
    return images.length === 0 ? undefined : { ...data, images };
  };
  const train = part((split) => !validationNames.has(split) && !testNames.has(split));
  if (!train) {
    throw new Error(
      "split: every image is in the validation or test part; give some of another part to train on",
    );
  }
  return {
    train,
    validation: part((split) => validationNames.has(split)),
    test: part((split) => testNames.has(split)),
  };
}
