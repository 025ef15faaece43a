// The list of cells and transforms as a person or a program reads it: what each is and where it comes from, its
// parameters, and what it costs on this machine beside the plain LSTM.
import { cellNamed, cells } from "../cells/index.ts";
import { transforms } from "../cells/transforms/index.ts";
import type { Cell } from "../language/cell.ts";
import { explainCell } from "../model/explain.ts";
import type { Device } from "../run/device.ts";
import { openLayer, priceBeside, type LayerWork, type Price, type PriceSizes } from "../measure/prices.ts";
import { deviceTitle } from "./devices.ts";
import type { Terminal } from "./terminal.ts";

export interface ListSettings {
  /** H, I, B, T. */
  readonly size: number;
  readonly input: number;
  readonly batch: number;
  readonly window: number;
  readonly json: boolean;
  /** Where costs are measured; without one they are left out. */
  readonly device: Device | undefined;
}

const base = "lstm";
/** Takes that go into a price; a table for keeps takes more. */
const rounds = 5;

export async function listCells(terminal: Terminal, settings: ListSettings): Promise<void> {
  const { size, input, batch, window, json, device } = settings;
  const sizes: PriceSizes = { size, rows: batch, steps: window };
  const plain = device && (await openLayer(cellNamed(base), device, sizes));
  const show = async (cell: Cell, about: string): Promise<void> => {
    terminal.status(`${cell.name} …`);
    const price = device && plain && (await priceOf(cell, device, plain, sizes));
    const { count, equations, sizes: widths } = explainCell(cell, { size, input });
    if (json) {
      const known = { cell: cell.name, about, equations, sizes: widths, parameters: count };
      return terminal.out(
        `${JSON.stringify({ ...known, ...(price && { device: device.name, ...price }) })}\n`,
      );
    }
    const cost = price && `, ${times(price.forward)} forward, ${times(price.training)} in training`;
    const title = `${terminal.paint("out", "bold", cell.name)}  ${count.toLocaleString("en-US")} parameters`;
    await terminal.out(`${title}${cost ?? ""}\n${indented(about)}`);
  };
  for (const cell of cells) await show(cell, cell.about);
  if (!json) await terminal.out(`\ntransforms, here of the ${base}\n\n`);
  for (const { name, about, example } of transforms) {
    await show(
      cellNamed(`${base}+${example.startsWith("init") ? example.replace(/,.*/u, "") : name}`),
      about,
    );
  }
  plain?.dispose();
  const costs = device
    ? `; costs are times of the ${base}'s on ${deviceTitle(device)}, B = ${batch}, T = ${window}`
    : "";
  terminal.say(
    `H = ${size}, I = ${input}${costs}; 'unrolled cells NAME' shows what is derived from the equations`,
  );
}

async function priceOf(cell: Cell, device: Device, plain: LayerWork, sizes: PriceSizes): Promise<Price> {
  const layer = await openLayer(cell, device, sizes);
  const price = await priceBeside(layer, plain, rounds);
  layer.dispose();
  return { forward: rounded(price.forward), training: rounded(price.training) };
}

const rounded = (value: number): number => Number(value.toPrecision(3));
const times = (value: number): string => `${value.toFixed(2)} ×`;

/** In lines of up to a hundred characters. */
function indented(text: string): string {
  const lines = text.match(/.{1,98}(?:\s|$)/gu) ?? [];
  return lines.map((line) => `  ${line.trimEnd()}\n`).join("");
}
