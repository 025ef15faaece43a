// `unrolled check`: is a cell right, and is a device?
import { Option, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { cells } from "../../cells/index.ts";
import type { Cell } from "../../ir/cell.ts";
import { checkCell, checkDevice, type CheckResult } from "../../model/check.ts";
import { cellFromArgument, cellHelp } from "../cell-argument.ts";
import { deviceChoices, deviceNamed, type DeviceChoice } from "../devices.ts";
import { asInput, exitCodes, InputError } from "../failure.ts";
import type { CommandContext } from "../program.ts";

export function addCheck(program: CommandUnknownOpts, { terminal, exitWith }: CommandContext): void {
  program
    .command("check")
    .description("check derived gradients in float64, and with --device that device against the reference")
    .argument("[cell]", cellHelp)
    .option("--all", "every cell of the list; so does leaving out the cell")
    .addOption(new Option("--device <name>", "check this device, too").choices(deviceChoices))
    .option("--json", "one JSON object a line")
    .action(async (argument, { all, device: choice, json }) => {
      if (all && argument !== undefined) throw new InputError("give a cell or --all, not both");
      const chosen = argument === undefined ? cells : [await asInput(() => cellFromArgument(argument))];
      const device = choice && (await asInput(() => deviceNamed(choice satisfies DeviceChoice)));
      let failed = 0;
      for (const cell of chosen) {
        const checks = [
          { of: gradients, work: () => checkCell(cell) },
          ...(device ? [{ of: device.name, work: () => checkDevice(cell, device) }] : []),
        ];
        let passed = true;
        for (const { of, work } of checks) {
          terminal.status(`${cell.name}: ${of} …`);
          const result = await work();
          passed &&= result.pass;
          await terminal.out(json ? jsonLine(of, result) : line(of, result));
        }
        if (!passed) failed += 1;
      }
      device?.dispose();
      await terminal.out(
        json
          ? `${JSON.stringify({ cells: chosen.length, failed })}\n`
          : `${count(chosen)} checked, ${failed === 0 ? "none failed" : `${failed} failed`}\n`,
      );
      if (failed > 0) exitWith(exitCodes.failure);
    });

  function line(of: string, { cell, error, pass, cases, worst }: CheckResult): string {
    const verdict = pass ? terminal.paint("out", "green", "ok    ") : terminal.paint("out", "red", "FAILED");
    const what = of === gradients ? gradients : `${of} against the reference`;
    const where = pass || !worst ? "" : `, worst in ${worst.quantity} at T = ${worst.sizes.steps}`;
    return `${verdict}  ${cell.padEnd(18)} ${error.toExponential(1)}  ${what}, ${cases} cases${where}\n`;
  }
}

/** The gradient check has no device: it is always made on the reference. */
function jsonLine(of: string, { cell, error, pass }: CheckResult): string {
  const device = of === gradients ? {} : { device: of };
  return `${JSON.stringify({ cell, ...device, error, pass })}\n`;
}

const gradients = "gradients in float64";

const count = (list: readonly Cell[]): string => `${list.length} cell${list.length === 1 ? "" : "s"}`;
