// The public interface in Node: everything that a browser has, and files.
export * from "./index.ts";
export * from "./checkpoint.ts";
export { nativeDevice, type NativeOptions } from "./run/native.ts";
export { loadCheckpoint, saveCheckpoint } from "./io/checkpoint-file.ts";
export { fileBytes, fileChunks, readBytes } from "./io/files.ts";
export { writeAtomic } from "./io/write-atomic.ts";
