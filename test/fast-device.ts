// The fastest device that is there, on one thread, for tests that train for seconds.
import { loadNative } from "../src/run/native/addon.ts";
import { nativeDevice } from "../src/run/native/device.ts";
import type { Device } from "../src/run/device.ts";
import { wasmDevice } from "../src/run/wasm/device.ts";

export function fastDevice(): Device {
  try {
    loadNative();
    return nativeDevice({ threads: 1 });
  } catch {
    return wasmDevice({ threads: 1 });
  }
}
