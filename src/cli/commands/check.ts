// `unrolled check`: is a cell right, and is a device?
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import {
  checkCell,
  checkDevice,
  checkNetwork,
  checkNetworkOnDevice,
  type CheckResult,
} from "../../check/check.ts";
import type { Subject } from "../../check/zoo.ts";
import { cellFromArgument, cellHelp } from "../cell-argument.ts";
import type { Device } from "../../run/device.ts";
import { flag, flags, jsonFlag, oneOf, type Given } from "../../tasks/shared/flags.ts";
import { deviceChoices, deviceNamed } from "../devices.ts";
import { asInput, exitCodes, InputError } from "../failure.ts";
import type { CommandContext } from "../context.ts";
import { addOptions } from "../settings.ts";

const settings = flags(
  {
    all: flag.describe("check everything: cells, transforms, compositions, losses (default without a cell)"),
    device: oneOf(deviceChoices)
      .optional()
      .describe(`also compare a device with the reference: ${deviceChoices.join(", ")}`),
    json: jsonFlag,
  },
  { device: "name" },
);

export function addCheck(program: CommandUnknownOpts, { terminal, exitWith }: CommandContext): void {
  const command = program
    .command("check")
    .description("check a cell's derived gradients against difference quotients, and devices")
    .argument("[cell]", cellHelp);
  addOptions(command, settings);
  command.action(async (argument, options) => {
    const { all, device: choice, json } = await asInput(() => settings.parse(options as Given));
    if (all && argument !== undefined) throw new InputError("give a cell or --all, not both");
    const { zoo } = await import("../../check/zoo.ts");
    const chosen = argument === undefined ? zoo() : [await subjectFrom(argument)];
    const device = choice && (await asInput(() => deviceNamed(choice)));
    let failed = 0;
    let kind = "";
    for (const subject of chosen) {
      const checks = [
        { of: gradients, work: () => checkGradients(subject) },
        ...(device ? [{ of: device.name, work: () => checkOn(subject, device) }] : []),
      ];
      if (argument === undefined && subject.kind !== kind && !json) {
        await terminal.out(
          `${kind === "" ? "" : "\n"}${terminal.paint("out", "bold", headings[subject.kind])}\n`,
        );
      }
      kind = subject.kind;
      let passed = true;
      for (const { of, work } of checks) {
        terminal.status(`${subject.name}: ${of} …`);
        const result = await work();
        passed &&= result.pass;
        await terminal.out(json ? jsonLine(of, result) : line(of, result));
      }
      if (!passed) failed += 1;
    }
    device?.dispose();
    await terminal.out(
      json
        ? `${JSON.stringify({ checked: chosen.length, failed })}\n`
        : `${chosen.length} checked, ${failed === 0 ? "none failed" : `${failed} failed`}\n`,
    );
    if (failed > 0) exitWith(exitCodes.failure);
  });

  function line(of: string, { name, error, pass, cases, worst }: CheckResult): string {
    const verdict = pass ? terminal.paint("out", "green", "ok    ") : terminal.paint("out", "red", "FAILED");
    const what = of === gradients ? gradients : `${of} against the reference`;
    const where = pass || !worst ? "" : `, worst in ${worst.quantity} at T = ${worst.sizes.steps}`;
    return `${verdict}  ${name.padEnd(38)} ${error.toExponential(1)}  ${what}, ${cases} cases${where}\n`;
  }
}

/** The gradient check has no device: it is always made on the reference. */
function jsonLine(of: string, { name, error, pass }: CheckResult): string {
  const device = of === gradients ? {} : { device: of };
  return `${JSON.stringify({ name, ...device, error, pass })}\n`;
}

const gradients = "gradients in float64";

const headings: Readonly<Record<Subject["kind"], string>> = {
  cell: "cells",
  transform: "transforms",
  "pair of transforms": "pairs of transforms",
  composition: "compositions",
  loss: "losses",
};

async function subjectFrom(argument: string): Promise<Subject> {
  const cell = await asInput(() => cellFromArgument(argument));
  return { kind: "cell", name: cell.name, cell };
}

const checkGradients = (subject: Subject): Promise<CheckResult> =>
  "cell" in subject ? checkCell(subject.cell) : checkNetwork(subject.name, subject.network);

const checkOn = (subject: Subject, device: Device): Promise<CheckResult> =>
  "cell" in subject
    ? checkDevice(subject.cell, device)
    : checkNetworkOnDevice(subject.name, subject.network, device);
