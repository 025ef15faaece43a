// `unrolled build-native`: compiles the native device with the machine's own compiler.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { flags, jsonFlag, type Given } from "../../tasks/shared/flags.ts";
import { exitCodes } from "../failure.ts";
import type { CommandContext } from "../context.ts";
import { addOptions } from "../settings.ts";

const settings = flags({ json: jsonFlag });

export function addBuildNative(program: CommandUnknownOpts, { terminal, exitWith }: CommandContext): void {
  const command = program
    .command("build-native")
    .description("compile the native device with a C++ compiler: g++, clang++ or $CXX");
  addOptions(command, settings);
  command.action(async (options) => {
    const { json } = settings.parse(options as Given);
    const script = new URL("../../../native/build.mjs", import.meta.url);
    const build = spawn(process.execPath, [fileURLToPath(script), "--require"], {
      stdio: json ? ["inherit", "ignore", "inherit"] : "inherit",
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      build.on("error", reject).on("exit", resolve);
    });
    if (code !== 0) return exitWith(exitCodes.failure);
    if (!json) return;
    const { addonPath } = (await import(script.href)) as { readonly addonPath: string };
    await terminal.out(`${JSON.stringify({ addon: addonPath })}\n`);
  });
}
