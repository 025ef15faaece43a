// The devices of this version by name, which of them this machine has, and the options that choose one.
import type { z } from "zod";
import type { Device } from "../run/device.ts";
import { loadNative } from "../run/native/addon.ts";
import { nativeDevice } from "../run/native/device.ts";
import { referenceDevice } from "../run/reference/device.ts";
import { isThreadCount, threadRange } from "../run/threads.ts";
import { hasRelaxedSimd, hasSimd } from "../run/wasm/engine.ts";
import { wasmDevice } from "../run/wasm/device.ts";
import { number, oneOf } from "../tasks/shared/flags.ts";

export const deviceChoices = ["auto", "native", "wasm", "reference"] as const;
export type DeviceChoice = (typeof deviceChoices)[number];

export interface DeviceOptions {
  /** Threads that a long run is divided among; all of the machine's if not given. */
  readonly threads?: number | undefined;
  /** Keep account of where the time goes. */
  readonly profile?: boolean | undefined;
}

/** Options of a command that uses a device, as zod fields. */
export const deviceFields: {
  readonly device: z.ZodDefault<z.ZodType<DeviceChoice, string>>;
  readonly threads: z.ZodOptional<z.ZodType<number, string>>;
} = {
  device: oneOf(deviceChoices)
    .default("auto")
    .describe(`device: ${deviceChoices.join(", ")}`),
  threads: number(threadRange, isThreadCount)
    .optional()
    .describe("threads of the device (default: one per core)"),
};

/** `auto` is native where it was built, else wasm where the engine has SIMD, else the reference. */
export function deviceNamed(choice: DeviceChoice, { threads, profile }: DeviceOptions = {}): Device {
  const options = { ...(threads !== undefined && { threads }), ...(profile && { profile }) };
  switch (choice) {
    case "auto":
      if (findNative().found) return nativeDevice(options);
      return hasSimd() ? wasmDevice(options) : referenceDevice();
    case "native":
      return nativeDevice(options);
    case "wasm":
      return wasmDevice(options);
    case "reference":
      return referenceDevice();
  }
  return choice satisfies never;
}

/** `native, 2 threads`. */
export const deviceTitle = ({ name, threads }: Device): string =>
  threads > 1 ? `${name}, ${threads} threads` : name;

/** What to do for a faster device than wasm, where the native one is missing and can be had. */
export function nativeRemedy({ name }: Device, program: string): string | undefined {
  if (name !== "wasm" || process.platform === "win32" || findNative().found) return undefined;
  return `the native device is faster, and is not built for this machine; to build it: ${program} build-native`;
}

export interface DeviceReport {
  readonly name: Device["name"];
  readonly found: boolean;
  /** What it can do, or why it was not found. */
  readonly note: string;
  readonly simd?: boolean;
  readonly relaxedSimd?: boolean;
  /** Of native. */
  readonly instructions?: string;
}

export function findDevices(): DeviceReport[] {
  return [
    { name: "reference", found: true, note: "float64, interpreted: slow; defines what the others compute" },
    findWasm(),
    findNative(),
  ];
}

function findWasm(): DeviceReport {
  if (!hasSimd()) {
    return { name: "wasm", found: false, note: "this engine has no WebAssembly SIMD", simd: false };
  }
  const relaxedSimd = hasRelaxedSimd();
  const fused = relaxedSimd ? "with relaxed SIMD (fused multiply-add)" : "without relaxed SIMD";
  return {
    name: "wasm",
    found: true,
    note: `float32, SIMD ${fused}`,
    simd: true,
    relaxedSimd,
  };
}

function findNative(): DeviceReport {
  try {
    const instructions = loadNative().processor();
    return { name: "native", found: true, note: `float32, ${instructions}`, instructions };
  } catch (error) {
    return { name: "native", found: false, note: (error as Error).message };
  }
}
