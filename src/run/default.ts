// The device for whoever names none: WebAssembly, unless a faster one is put in its place.
import type { Device } from "./device.ts";
import { wasmDevice } from "./wasm/device.ts";

let make: () => Device = () => wasmDevice();
let shared: Device | undefined;

/** The device of all models and runs that name none. It lives as long as the program. */
export function defaultDevice(): Device {
  return (shared ??= make());
}

/** Makes `defaultDevice` another one, from its first use on. */
export function preferDevice(maker: () => Device): void {
  make = maker;
}
