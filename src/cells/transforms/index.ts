// The transforms by name, as the command line writes them: `lstm+layer-norm+zoneout:c=0.5,h=0.05`. Reads settings;
// what a transform does stands in its own file.
import type { Cell } from "../../language/cell.ts";
import { suggestion } from "../../base/nearest.ts";
import { candidateDropout } from "./candidate-dropout.ts";
import { deepTransition } from "./deep-transition.ts";
import { highway } from "./highway.ts";
import { initialised } from "./initialised.ts";
import { layerNormed } from "./layer-norm.ts";
import { learnedStart } from "./learned-start.ts";
import { recurrentDropout } from "./recurrent-dropout.ts";
import { residual } from "./residual.ts";
import { weightDrop } from "./weight-drop.ts";
import { zoneout } from "./zoneout.ts";

export interface Transform {
  readonly name: string;
  /** What it does and where it comes from. */
  readonly about: string;
  /** How its settings are written, where it has any. */
  readonly example: string;
  readonly apply: (cell: Cell, settings: Settings) => Cell;
}

/** `c=0.5,h=0.05`: values by name; what has no name stands under "". */
type Settings = ReadonlyMap<string, string>;

export const transforms: readonly Transform[] = [
  {
    name: "layer-norm",
    about: "normalises what each matrix makes, and a state that the output squashes: Ba et al. 2016",
    example: "layer-norm",
    apply: (cell, settings) => layerNormed(cell, ...nothing("layer-norm", settings)),
  },
  {
    name: "zoneout",
    about: "elements of states keep their value at random: Krueger et al. 2016",
    example: "zoneout:c=0.5,h=0.05",
    apply: (cell, settings) => {
      if (settings.size === 0) return zoneout(cell);
      if (settings.has("")) throw new Error("zoneout: say of which states, as in 'zoneout:c=0.5,h=0.05'");
      return zoneout(
        cell,
        Object.fromEntries([...settings].map(([name, text]) => [name, numberOf("zoneout", text)])),
      );
    },
  },
  {
    name: "recurrent-dropout",
    about: "one mask a sequence on the states that matrices read: Gal & Ghahramani 2016",
    example: "recurrent-dropout:0.25",
    apply: (cell, settings) => recurrentDropout(cell, ...rateAndNames("recurrent-dropout", settings)),
  },
  {
    name: "candidate-dropout",
    about: "drops elements of the candidate alone, so that memory is not lost: Semeniuta et al. 2016",
    example: "candidate-dropout:g=0.25",
    apply: (cell, settings) => {
      const [rate, names] = rateAndNames("candidate-dropout", settings);
      return candidateDropout(cell, rate, ...names);
    },
  },
  {
    name: "weight-drop",
    about: "leaves out elements of the recurrent matrices, drawn once an update: Merity et al. 2017",
    example: "weight-drop:0.5",
    apply: (cell, settings) => weightDrop(cell, ...rateAndNames("weight-drop", settings)),
  },
  {
    name: "residual",
    about: "adds the input to what the layer hands on: He et al. 2015",
    example: "residual",
    apply: (cell, settings) => residual(cell, ...nothing("residual", settings)),
  },
  {
    name: "highway",
    about: "a gate mixes the input with what the layer hands on: Srivastava et al. 2015",
    example: "highway",
    apply: (cell, settings) => highway(cell, ...nothing("highway", settings)),
  },
  {
    name: "deep-transition",
    about: "several transitions within a step, the first of which sees the input: Pascanu et al. 2013",
    example: "deep-transition:2",
    apply: (cell, settings) => {
      const depth = settings.get("");
      if (settings.size > (depth === undefined ? 0 : 1)) {
        throw new Error("deep-transition: its one setting is the depth, as in 'deep-transition:2'");
      }
      return depth === undefined
        ? deepTransition(cell)
        : deepTransition(cell, numberOf("deep-transition", depth));
    },
  },
  {
    name: "learned-start",
    about: "states start with what training finds",
    example: "learned-start:h",
    apply: (cell, settings) => {
      const valued = [...settings].find(([name, value]) => name !== value);
      if (valued) throw new Error("learned-start: its settings are names of states, as in 'learned-start:h'");
      return learnedStart(cell, [...settings.keys()]);
    },
  },
  {
    name: "init",
    about: "other starts of parameters, as in init clauses",
    example: "init:bf=1,U=identity",
    apply: (cell, settings) => {
      if (settings.size === 0) throw new Error("init: say what starts how, as in 'init:bf=1,U=identity'");
      return initialised(cell, Object.fromEntries(settings));
    },
  },
];

/** A cell after the transforms that a text names, each as `name` or `name:settings`, in their order. */
export function transformed(cell: Cell, texts: readonly string[]): Cell {
  return texts.reduce((done, text) => {
    const [, name = "", rest] = /^([^:]*)(?::(.*))?$/su.exec(text) ?? [];
    const found = transforms.find((t) => t.name === name);
    if (!found) {
      const names = transforms.map((t) => t.name);
      throw new Error(
        `there is no transform '${name}'${suggestion(name, names)} (the transforms are ${names.join(", ")})`,
      );
    }
    return found.apply(done, readSettings(found, rest));
  }, cell);
}

function readSettings({ name, example }: Transform, text: string | undefined): Settings {
  const settings = new Map<string, string>();
  if (text === undefined) return settings;
  // Commas inside parentheses are part of a value.
  for (const entry of text.split(/,(?![^(]*\))/u)) {
    const [, before, value = ""] = /^(?:([^=]*)=)?(.*)$/su.exec(entry.trim()) ?? [];
    // What is no number by itself is a name.
    const key = before ?? (Number.isNaN(Number(value)) ? value : "");
    if (value === "") throw new Error(`${name}: '${text}' cannot be read; write it as in '${example}'`);
    if (settings.has(key)) {
      throw new Error(`${name}: ${key === "" ? "a setting" : `'${key}'`} is given twice; remove one of them`);
    }
    settings.set(key, value);
  }
  return settings;
}

function numberOf(transform: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new Error(`${transform}: '${text}' is no number`);
  return value;
}

/** For a transform that takes no settings. */
function nothing(transform: string, settings: Settings): [] {
  if (settings.size === 0) return [];
  throw new Error(`${transform}: it takes no settings; write '${transform}' alone`);
}

/** One rate, given once or under each of the names that it is for. */
function rateAndNames(transform: string, settings: Settings): [rate: number | undefined, names: string[]] {
  const rates = [...settings.values()].map((text) => numberOf(transform, text));
  if (new Set(rates).size > 1) throw new Error(`${transform}: give one rate, not ${rates.join(" and ")}`);
  if (settings.has("") && settings.size > 1) {
    throw new Error(`${transform}: give one rate for all, or one for each name`);
  }
  return [rates[0], [...settings.keys()].filter((name) => name !== "")];
}
