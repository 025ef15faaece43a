// `unrolled eval MODEL FILE`: how well a model predicts a text.
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import { evaluate } from "../../train/evaluate.ts";
import { deviceFields } from "../devices.ts";
import { asInput, InputError } from "../failure.ts";
import { grouped, natsAndBits } from "../format.ts";
import { openModel } from "../model.ts";
import type { CommandContext } from "../program.ts";
import { addOptions, flag, readSettings } from "../settings.ts";
import { readFileWith } from "../text-file.ts";

const fields = {
  ...deviceFields,
  json: flag.describe("one JSON object a line"),
};

export function addEval(program: CommandUnknownOpts, { terminal }: CommandContext): void {
  const command = program
    .command("eval")
    .description("measure how well a model predicts a text")
    .argument("<model>", "a model file")
    .argument("<file>", "a text with no other characters than the model's");
  addOptions(command, fields, { device: "name", threads: "n" });
  command.action(async (path, file, options) => {
    const { device: choice, threads, json } = readSettings(z.object(fields), options);
    const { checkpoint, device, store } = await asInput(() => openModel(path, choice, { threads }));
    const { network, alphabet, state } = checkpoint;
    const { ids } = await asInput(() => readFileWith(file, alphabet));
    if (ids.length < 2) throw new InputError(`${file}: a text needs two characters or more to predict one`);
    const { batch, window } = state.options;
    const { nats, bits, tokens } = await evaluate({
      network,
      device,
      store,
      batch,
      window,
      data: { kind: "text", ids },
    });
    device.dispose();
    const unit = alphabet.unit === "char" ? "characters" : "bytes";
    const text = `${natsAndBits(nats, alphabet.unit)}, over ${grouped(tokens)} of ${grouped(ids.length)} ${unit}`;
    await terminal.out(`${json ? JSON.stringify({ nats, bits, tokens }) : text}\n`);
  });
}
