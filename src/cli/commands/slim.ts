// `unrolled slim MODEL`: a model file without the state of its training.
import { stat } from "node:fs/promises";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import { encodeModel, modelOfRun } from "../../checkpoint/checkpoint.ts";
import { readModelFile } from "../../checkpoint/model-files.ts";
import { showBytes } from "../../model/memory.ts";
import { flag, flags, jsonFlag, type Given } from "../../tasks/shared/flags.ts";
import type { CommandContext } from "../context.ts";
import { asInput } from "../failure.ts";
import { writeAnywhere } from "../../formats/write-file.ts";
import { checkOutput } from "../model-file.ts";
import { addOptions } from "../settings.ts";

const settings = flags(
  {
    out: z
      .string()
      .min(1, "must name a file")
      .optional()
      .describe("the file to write (default: MODEL-slim.safetensors)"),
    force: flag.describe("write over a model that is there already; with --out MODEL, over the model itself"),
    json: jsonFlag,
  },
  { out: "file" },
);

export function addSlim(program: CommandUnknownOpts, { terminal }: CommandContext): void {
  const command = program
    .command("slim")
    .description("make a small model file, with the best weights alone, for use and for browsers")
    .argument("<model>", "a model file that can be resumed");
  addOptions(command, settings);
  command.action(async (typed, given) => {
    const path = typed as string;
    const {
      out = path.replace(/(\.safetensors)?$/u, "-slim.safetensors"),
      force,
      json,
    } = await asInput(() => settings.parse(given as Given), settings);
    const { training, ...model } = await asInput(() => readModelFile(path));
    await asInput(() => checkOutput(out, { force }));
    const bytes = await encodeModel(training ? modelOfRun({ ...model, training }) : model);
    const before = (await stat(path)).size;
    await writeAnywhere(out, bytes);
    const text = `${out}: ${showBytes(bytes.length)}, from ${showBytes(before)}; it can be used, not resumed`;
    await terminal.out(
      json ? `${JSON.stringify({ model: out, bytes: bytes.length, before })}\n` : `${text}\n`,
    );
  });
}
