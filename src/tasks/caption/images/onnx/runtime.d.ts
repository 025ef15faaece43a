// The types of an optional package that need not be installed to compile this one: it re-exports those of onnxruntime-common.
declare module "onnxruntime-node" {
  export * from "onnxruntime-common";
}
