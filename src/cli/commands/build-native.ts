// `unrolled build-native`: compiles the native device with the machine's own compiler.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { exitCodes } from "../failure.ts";
import type { CommandContext } from "../context.ts";

export function addBuildNative(program: CommandUnknownOpts, { exitWith }: CommandContext): void {
  program
    .command("build-native")
    .description("compile the native device with a C++ compiler: g++, clang++ or $CXX")
    .action(async () => {
      const script = fileURLToPath(new URL("../../../native/build.mjs", import.meta.url));
      const build = spawn(process.execPath, [script, "--require"], { stdio: "inherit" });
      const code = await new Promise<number | null>((resolve, reject) => {
        build.on("error", reject).on("exit", resolve);
      });
      if (code !== 0) exitWith(exitCodes.failure);
    });
}
