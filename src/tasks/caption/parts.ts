// The parts of images with captions: those that the images name, or shares in an order that a seed gives.
import { givenParts, partsOfItems } from "../shared/parts.ts";
import type { DesignSettings, Part, Parts } from "../task.ts";
import type { CaptionedImage, CaptionedImages } from "./design.ts";

/** What data sets call their parts, in lower case and letters alone. */
const partNames: Readonly<Record<Part, readonly string[]>> = {
  train: "train training trn trainval restval traindev trainrestval".split(" "),
  validation: "val valid validation dev devel development eval evaluation minival".split(" "),
  test: "test testing tst testdev teststd teststandard testa testb holdout heldout".split(" "),
};

/**
 * The part that a data set means by `name`, in any case and with years or other numbers: `Val`, `val2014`, `test-dev`; `restval`
 * of Karpathy and Fei-Fei is for training. Throws for a name that it does not know; `place` begins the error.
 */
export function partOfName(name: string, place: string): Part {
  const letters = name.toLowerCase().replace(/[^a-z]+/gu, "");
  const parts = Object.keys(partNames) as Part[];
  const part = parts.find((candidate) => partNames[candidate].includes(letters));
  if (part) return part;
  throw new Error(
    `${place}: ${JSON.stringify(name)} is not the name of a part that is known; write train, val or test`,
  );
}

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

/** The parts that the images name; a part without images is absent. An image that names none trains. */
export function ownParts(data: CaptionedImages): Parts<CaptionedImages> {
  const partOf = ({ split }: CaptionedImage, i: number): Part =>
    split === undefined ? "train" : partOfName(split, `image ${i}, split`);
  const parts = data.images.map(partOf);
  const part = (wanted: Part): CaptionedImages | undefined => {
    const images = data.images.filter((_, i) => parts[i] === wanted);
    return images.length === 0 ? undefined : { ...data, images };
  };
  const train = part("train");
  if (!train) {
    throw new Error(
      "split: every image is in the validation or test part; give some of another part to train on",
    );
  }
  return { train, validation: part("validation"), test: part("test") };
}
