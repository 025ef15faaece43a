// The public interface in Node: all of `unrolled`, files, and the native device.
export * from "./index.ts";
