// `unrolled data`: lists the small files that come with the package and the data that it can make, and prints one.
import { readFile } from "node:fs/promises";
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { nearest } from "../../base/nearest.ts";
import type { DataMaker } from "../../tasks/command.ts";
import { taskCommands } from "../../tasks/flags.ts";
import { flags, jsonFlag, seedFlag, whole, type Given } from "../../tasks/shared/flags.ts";
import type { CommandContext } from "../context.ts";
import { asInput } from "../failure.ts";
import { addOptions } from "../settings.ts";
import type { Terminal } from "../terminal.ts";

const settings = flags({
  count: whole(1).optional().describe("items to make, of data that unrolled makes"),
  seed: seedFlag,
  json: jsonFlag,
});

/** A file that comes with the package. */
interface SampleFile {
  readonly name: string;
  readonly about: string;
  /** A command line that trains on it, without `unrolled`. */
  readonly use: string;
}

/** From `src/cli/commands` as from `dist/cli/commands`. */
const folder = new URL("../../../examples/data/", import.meta.url);

export const sampleFile = (name: string): Promise<Buffer> => readFile(new URL(name, folder));

export function addData(program: CommandUnknownOpts, { terminal }: CommandContext): void {
  const command = program
    .command("data")
    .description("list small files to try everything with; with a name, print one")
    .argument("[name]", "a name from the list")
    .addHelpText("after", "\nExamples:\n  unrolled data\n  unrolled data dates --count 5000 > dates.csv");
  addOptions(command, settings);
  command.action(async (name, given) => {
    const { count, seed, json } = await asInput(() => settings.parse(given as Given), settings);
    const files = JSON.parse(String(await sampleFile("index.json"))) as SampleFile[];
    const makers = taskCommands.flatMap(({ data }) => data);
    if (name === undefined) return list(files, makers, json, terminal);
    return terminal.out(await asInput(() => textOf(name as string, files, makers, count, seed)));
  });
}

async function textOf(
  name: string,
  files: readonly SampleFile[],
  makers: readonly DataMaker[],
  count: number | undefined,
  seed: number,
): Promise<string> {
  const isCalled = (file: string): boolean => name === file || name === file.replace(/\.\w+$/u, "");
  const file = files.find((one) => isCalled(one.name));
  if (file && count !== undefined)
    throw new Error(`${file.name} is a file as it stands, so --count would do nothing; leave it out`);
  if (file) return String(await sampleFile(file.name));
  const maker = makers.find((one) => isCalled(`${one.name}${one.ending}`));
  if (maker) return maker.make(count ?? maker.count, seed);
  const names = [...files.map((one) => one.name), ...makers.map((one) => `${one.name}${one.ending}`)];
  const near = nearest(
    name,
    names.flatMap((one) => [one, one.replace(/\.\w+$/u, "")]),
  );
  throw new Error(
    `no data are called '${name}'${near === undefined ? "" : `; did you mean ${near}?`} (there are ${names.join(", ")})`,
  );
}

async function list(
  files: readonly SampleFile[],
  makers: readonly DataMaker[],
  json: boolean,
  { out, program, paint }: Terminal,
): Promise<void> {
  const made = makers.map(({ name, ending, about, use, count }) => ({
    name: `${name}${ending}`,
    about: `${about} (made; ${count} of them, or --count)`,
    use,
  }));
  const all = [...files, ...made];
  if (json) return out(all.map((one) => `${JSON.stringify(one)}\n`).join(""));
  const lines = all.flatMap(({ name, about, use }) => [
    `${paint("out", "bold", name.padEnd(14))}${about}`,
    `${" ".repeat(14)}${paint("out", "dim", `${program} ${use}`)}`,
  ]);
  await out(
    `${lines.join("\n")}\n\nTo write one: ${program} data book > book.txt\nImages with captions: ${program} caption shapes FOLDER\n`,
  );
}
