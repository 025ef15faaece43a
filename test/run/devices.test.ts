import { referenceDevice } from "../../src/run/reference.ts";
import { nativeDevice } from "../../src/run/native.ts";
import { wasmDevice } from "../../src/run/wasm.ts";
import { deviceConformance } from "./conformance.ts";

deviceConformance("reference", referenceDevice);
deviceConformance("wasm", wasmDevice);
deviceConformance("native", nativeDevice);
deviceConformance("wasm without relaxed SIMD", () => wasmDevice({ relaxed: false }));
deviceConformance("wasm with an odd tile", () => wasmDevice({ tile: { rows: 5, vectors: 2 } }));
