// The devices of this version by name, and which of them this machine has.
import type { Device } from "../run/device.ts";
import { referenceDevice } from "../run/reference.ts";
import { fastestTile, hasRelaxedSimd, hasSimd } from "../run/wasm-engine.ts";
import { wasmDevice, type WasmOptions } from "../run/wasm.ts";
import { InputError } from "./failure.ts";

export const deviceChoices = ["auto", "wasm", "reference", "native", "webgpu"] as const;
export type DeviceChoice = (typeof deviceChoices)[number];

export interface DeviceOptions {
  /** Threads that a long run is divided among; all of the machine's if not given. */
  readonly threads?: number;
  /** Keep account of where the time goes. */
  readonly profile?: boolean;
}

/** `auto` is wasm where the engine has SIMD, else the reference. */
export function deviceNamed(choice: DeviceChoice, options: DeviceOptions = {}): Device {
  switch (choice) {
    case "auto":
      return hasSimd() ? wasmDevice(options as WasmOptions) : referenceDevice();
    case "wasm":
      return wasmDevice(options as WasmOptions);
    case "reference":
      return referenceDevice();
    case "native":
    case "webgpu":
      throw new InputError(`--device ${choice} is not part of this version; use wasm, or leave it out`);
  }
  return choice satisfies never;
}

export interface DeviceReport {
  readonly name: Device["name"];
  readonly found: boolean;
  /** What it can do, or why it was not found. */
  readonly note: string;
  readonly simd?: boolean;
  readonly relaxedSimd?: boolean;
  /** Rows and columns of the register tile of matrix products, the fastest on this engine. */
  readonly tile?: readonly [rows: number, columns: number];
}

export function findDevices(): DeviceReport[] {
  return [
    { name: "reference", found: true, note: "float64, interpreted: slow, and the definition of the others" },
    findWasm(),
    { name: "native", found: false, note: "not part of this version" },
    { name: "webgpu", found: false, note: "not part of this version" },
  ];
}

function findWasm(): DeviceReport {
  if (!hasSimd()) {
    return { name: "wasm", found: false, note: "this engine has no WebAssembly SIMD", simd: false };
  }
  const relaxedSimd = hasRelaxedSimd();
  const { rows, vectors } = fastestTile(relaxedSimd);
  const fused = relaxedSimd ? "with relaxed SIMD (fused multiply-add)" : "without relaxed SIMD";
  return {
    name: "wasm",
    found: true,
    note: `float32, SIMD ${fused}, matrix products in tiles of ${rows}×${4 * vectors}`,
    simd: true,
    relaxedSimd,
    tile: [rows, 4 * vectors],
  };
}
