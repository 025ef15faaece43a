// The list of cells and transforms, as text or JSON: description and source, parameters, and cost on this machine
// relative to the plain LSTM.
import { cellNamed, cells } from "../cells/index.ts";
import { transforms } from "../cells/transforms/index.ts";
import type { Cell } from "../language/cell.ts";
import { explainCell } from "../model/explain.ts";
import type { Device } from "../run/device.ts";
import {
  openLayer,
  relativeCost,
  type CostSizes,
  type OpenLayer,
  type RelativeCost,
} from "../measure/costs.ts";
import { deviceTitle } from "./devices.ts";
import type { Terminal } from "./terminal.ts";

/** Settings of `listCells`. */
export interface ListSettings {
  /** Hidden width, input width, rows and time steps: H, I, B, T. */
  readonly size: number;
  readonly input: number;
  readonly batch: number;
  readonly steps: number;
  /** One JSON object per line instead of text. */
  readonly json: boolean;
  /** The device that costs are measured on; without one they are left out. */
  readonly device: Device | undefined;
}

const baseName = "lstm";
/** Rounds of measurement per cell; the table in docs/cells.md takes more. */
const rounds = 5;

/** Prints every cell, then every transform of the LSTM. */
export async function listCells(terminal: Terminal, settings: ListSettings): Promise<void> {
  const { size, input, batch, steps, json, device } = settings;
  const sizes: CostSizes = { size, rows: batch, steps };
  const base = device && (await openLayer(cellNamed(baseName), device, sizes));
  const show = async (cell: Cell, about: string): Promise<void> => {
    terminal.status(`${cell.name} …`);
    const cost = device && base && (await costOf(cell, device, base, sizes));
    const { count, equations, sizes: widths } = explainCell(cell, { size, input });
    if (json) {
      const description = { cell: cell.name, about, equations, sizes: widths, parameters: count };
      const row = { ...description, ...(cost && { device: device.name, ...cost }) };
      return terminal.out(`${JSON.stringify(row)}\n`);
    }
    const title = `${terminal.paint("out", "bold", cell.name)}  ${count.toLocaleString("en-US")} parameters`;
    const costs = cost ? `, ${times(cost.forward)} forward, ${times(cost.training)} in training` : "";
    await terminal.out(`${title}${costs}\n${indent(about)}`);
  };
  for (const cell of cells) await show(cell, cell.about);
  if (!json) await terminal.out(`\ntransforms, applied to the ${baseName}\n\n`);
  for (const { name, about, example } of transforms) {
    const applied = example.startsWith("init") ? example.replace(/,.*/u, "") : name;
    await show(cellNamed(`${baseName}+${applied}`), about);
  }
  base?.dispose();
  const legend = device
    ? `; costs are relative to the ${baseName} on ${deviceTitle(device)}, B = ${batch}, T = ${steps}`
    : "";
  terminal.say(
    `H = ${size}, I = ${input}${legend}; 'unrolled cells NAME' shows what is derived from the equations`,
  );
}

async function costOf(cell: Cell, device: Device, base: OpenLayer, sizes: CostSizes): Promise<RelativeCost> {
  const layer = await openLayer(cell, device, sizes);
  const { forward, training } = await relativeCost(layer, base, rounds);
  layer.dispose();
  return { forward: threeDigits(forward), training: threeDigits(training) };
}

const threeDigits = (value: number): number => Number(value.toPrecision(3));
const times = (value: number): string => `${value.toFixed(2)} ×`;

/** Wraps a text into indented lines of up to a hundred characters. */
function indent(text: string): string {
  const lines = text.match(/.{1,98}(?:\s|$)/gu) ?? [];
  return lines.map((line) => `  ${line.trimEnd()}\n`).join("");
}
