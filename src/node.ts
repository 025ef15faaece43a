// The public interface in Node: all of `unrolled`, files, and the native device, which is the default where it was built.
import { loadNative } from "./run/native/addon.ts";
import { nativeDevice } from "./run/native/device.ts";
import { preferDevice } from "./run/default.ts";
import { hasSimd } from "./run/wasm/engine.ts";
import { wasmDevice } from "./run/wasm/device.ts";
import { referenceDevice } from "./run/reference/device.ts";

export * from "./index.ts";
export { nativeDevice, type NativeOptions } from "./run/native/device.ts";

// Models and runs.
export { loadModel, loadRun, openModel, saveModel, saveRun } from "./checkpoint/model-files.ts";
export type { AnyModel } from "./tasks/index.ts";

// Data.
export { readText, readTextWith, type TextFileSettings } from "./tasks/language/text-files.ts";
export { readLabelledTable, type LabelledColumns } from "./tasks/classify/labelled-files.ts";
export { readLabelledFolder } from "./tasks/classify/labelled-folder.ts";
export { readPianoRolls, type PianoRollSettings } from "./tasks/music/piano-roll-files.ts";
export { describeImages, readCaptions, type CaptionReading } from "./tasks/caption/image-files.ts";
export { openEncoder, type EncoderSettings, type ImageEncoder } from "./tasks/caption/images/encoder.ts";
export { filterBank } from "./tasks/caption/images/filter-bank.ts";
export { readImage, writePng } from "./tasks/caption/images/image-file.ts";
export { writeShapesFolder } from "./tasks/caption/shapes/shapes-folder.ts";
export { readTagged, readTokens, type TaggedColumns, type TokenSettings } from "./tasks/tag/tagged-files.ts";
export { readPairs, type PairColumns } from "./tasks/translate/pair-files.ts";
export { readSeries, type SeriesFileSettings } from "./tasks/forecast/series-files.ts";

preferDevice(() => {
  try {
    loadNative();
    return nativeDevice();
  } catch {
    return hasSimd() ? wasmDevice() : referenceDevice();
  }
});
