/**
 * For Node: all of `unrolled`, and files. Imported, it also makes the native device the default one, where it was built.
 *
 * @module unrolled/node
 */
import { loadNative } from "./run/native/addon.ts";
import { nativeDevice } from "./run/native/device.ts";
import { preferDevice } from "./run/default.ts";
import { hasSimd } from "./run/wasm/engine.ts";
import { wasmDevice } from "./run/wasm/device.ts";
import { referenceDevice } from "./run/reference/device.ts";

export * from "./index.ts";

// Models and runs
export { loadModel, loadRun, openModel, saveModel, saveRun } from "./checkpoint/model-files.ts";
export type { AnyModel } from "./tasks/index.ts";

// Texts
export { readText, readTextWith, type TextFileSettings } from "./tasks/language/text-files.ts";

// Classification
export { readLabelledTable, type LabelledColumns } from "./tasks/classify/labelled-files.ts";
export { readLabelledFolder, type LabelledText } from "./tasks/classify/labelled-folder.ts";
export {
  readSequences,
  type PlacedSequence,
  type ReadSequence,
  type SequenceColumns,
} from "./tasks/shared/sequence-files.ts";

// Tagging
export {
  readTagged,
  readTokens,
  type PlacedTokens,
  type TaggedColumns,
  type TokenColumns,
  type TokenSettings,
} from "./tasks/tag/tagged-files.ts";

// Translation
export { readPairs, readSources, type PairColumns, type PlacedSource } from "./tasks/translate/pair-files.ts";

// Forecasts
export {
  readSeries,
  type SeriesFileSettings,
  type SeveralSeriesSettings,
} from "./tasks/forecast/series-files.ts";
export { encodeCsv } from "./formats/csv.ts";

// Regression
export { readTargeted, type TargetedColumns } from "./tasks/regress/targeted-files.ts";

// Music
export { readPianoRolls, type PianoRollSettings } from "./tasks/music/piano-roll-files.ts";

// Captions of images
export {
  describeImages,
  encodeImages,
  imagePaths,
  pageOfImages,
  readCaptions,
  type CaptionReading,
  type DescribedImage,
  type DescribingOptions,
  type EncoderOptions,
  type EncodingOptions,
  type EncodingProgress,
} from "./tasks/caption/image-files.ts";
export { openEncoder, type EncoderSettings, type ImageEncoder } from "./tasks/caption/images/encoder.ts";
export { filterBank } from "./tasks/caption/images/filter-bank.ts";
export { readImage, writePng, type ImageReading } from "./tasks/caption/images/image-file.ts";
export { writeShapesFolder, type ShapesFolderSettings } from "./tasks/caption/shapes/shapes-folder.ts";

// Devices
export { nativeDevice, type NativeOptions } from "./run/native/device.ts";

preferDevice(() => {
  try {
    loadNative();
    return nativeDevice();
  } catch {
    return hasSimd() ? wasmDevice() : referenceDevice();
  }
});
