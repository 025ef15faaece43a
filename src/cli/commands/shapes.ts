// `unrolled caption shapes FOLDER`: a data set of pictures and captions that the project makes.
import { readdir } from "node:fs/promises";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { z } from "zod";
import { writeShapesFolder } from "../../tasks/caption/shapes/shapes-folder.ts";
import { asInput, InputError } from "../failure.ts";
import { grouped, quoted } from "../format.ts";
import type { CommandContext } from "../program.ts";
import { addOptions, flag, number, readSettings, whole } from "../settings.ts";

const fields = {
  count: whole(1).default(2000).describe("pictures to make"),
  side: whole(8).default(32).describe("pixels along each side"),
  seed: number("a whole number", Number.isSafeInteger).default(1).describe("of all that is random"),
  json: flag.describe("one JSON object a line"),
};

export function addShapes(parent: CommandUnknownOpts, { terminal }: CommandContext): void {
  const command = parent
    .command("shapes")
    .description("make pictures of coloured shapes with captions, to learn from")
    .argument("<folder>", "where to write them");
  addOptions(command, fields);
  command.action(async (folder, options) => {
    const settings = readSettings(z.object(fields), options);
    const path = await asInput(async () => {
      await checkEmpty(folder);
      return writeShapesFolder(folder, settings);
    });
    terminal.say(`${grouped(settings.count)} pictures written; to learn from them:`);
    const { count, seed } = settings;
    await terminal.out(
      settings.json
        ? `${JSON.stringify({ captions: path, pictures: count, seed })}\n`
        : `unrolled caption train ${quoted(path)}\n`,
    );
  });
}

/** Pictures of another set would stay among those of this one. */
async function checkEmpty(folder: string): Promise<void> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new InputError(`${folder} is a file, or may not be read; name a new folder`, { cause: error });
  });
  if (found.length > 0)
    throw new InputError(`${folder} has ${found.length} files already; name a new folder, or empty it first`);
}
