import { referenceDevice } from "../../src/run/reference/device.ts";
import { nativeDevice } from "../../src/run/native/device.ts";
import { wasmDevice } from "../../src/run/wasm/device.ts";
import { deviceConformance } from "./conformance.ts";

deviceConformance("reference", referenceDevice);
deviceConformance("wasm", wasmDevice);
deviceConformance("native", nativeDevice);
deviceConformance("wasm without relaxed SIMD", () => wasmDevice({ relaxed: false }));
deviceConformance("wasm with an odd tile", () => wasmDevice({ tile: { rows: 5, vectors: 2 } }));
