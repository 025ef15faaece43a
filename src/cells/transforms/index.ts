// The transforms by name, and their settings as text: `lstm+layer-norm+zoneout:c=0.5,h=0.05`. What a transform does is in
// its own file.
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

/** A transform of a cell's equations that can be named in a text. */
export interface Transform {
  readonly name: string;
  /** One line: its effect and its source. */
  readonly about: string;
  /** An example with settings, if it has any. */
  readonly example: string;
  /** The transformed cell. Throws for settings that it does not have, and for cells that it does not fit. */
  readonly apply: (cell: Cell, settings: TransformSettings) => Cell;
}

/** `c=0.5,h=0.05` as values by name; a value without a name has the name "". */
export type TransformSettings = ReadonlyMap<string, string>;

/** All transforms. */
export const transforms: readonly Transform[] = [
  {
    name: "layer-norm",
    about: "normalises each product, and a state inside the output's activation: Ba et al. 2016",
    example: "layer-norm",
    apply: (cell, settings) => layerNormed(cell, ...nothing("layer-norm", settings)),
  },
  {
    name: "zoneout",
    about: "states randomly keep their previous elements: Krueger et al. 2016",
    example: "zoneout:c=0.5,h=0.05",
    apply: (cell, settings) => {
      if (settings.size === 0) return zoneout(cell);
      if (settings.has("")) throw new Error("zoneout: name the states, as in 'zoneout:c=0.5,h=0.05'");
      return zoneout(
        cell,
        Object.fromEntries([...settings].map(([name, text]) => [name, numberOf("zoneout", text)])),
      );
    },
  },
  {
    name: "recurrent-dropout",
    about: "one mask per sequence on the states that matrices read: Gal & Ghahramani 2016",
    example: "recurrent-dropout:0.25",
    apply: (cell, settings) => recurrentDropout(cell, ...rateAndNames("recurrent-dropout", settings)),
  },
  {
    name: "candidate-dropout",
    about: "drops elements of the candidate only, so that no memory is lost: Semeniuta et al. 2016",
    example: "candidate-dropout:g=0.25",
    apply: (cell, settings) => {
      const [rate, names] = rateAndNames("candidate-dropout", settings);
      return candidateDropout(cell, rate, ...names);
    },
  },
  {
    name: "weight-drop",
    about: "zeroes elements of the recurrent matrices, drawn once per update: Merity et al. 2017",
    example: "weight-drop:0.5",
    apply: (cell, settings) => weightDrop(cell, ...rateAndNames("weight-drop", settings)),
  },
  {
    name: "residual",
    about: "adds the input to the layer's output: He et al. 2015",
    example: "residual",
    apply: (cell, settings) => residual(cell, ...nothing("residual", settings)),
  },
  {
    name: "highway",
    about: "a gate mixes the input with the layer's output: Srivastava et al. 2015",
    example: "highway",
    apply: (cell, settings) => highway(cell, ...nothing("highway", settings)),
  },
  {
    name: "deep-transition",
    about: "several transitions per step, of which the first reads the input: Pascanu et al. 2013",
    example: "deep-transition:2",
    apply: (cell, settings) => {
      const depth = settings.get("");
      if (settings.size > (depth === undefined ? 0 : 1)) {
        throw new Error("deep-transition: its only setting is the depth, as in 'deep-transition:2'");
      }
      return depth === undefined
        ? deepTransition(cell)
        : deepTransition(cell, numberOf("deep-transition", depth));
    },
  },
  {
    name: "learned-start",
    about: "the initial states are learned",
    example: "learned-start:h",
    apply: (cell, settings) => {
      const valued = [...settings].find(([name, value]) => name !== value);
      if (valued)
        throw new Error("learned-start: its settings must be names of states, as in 'learned-start:h'");
      return learnedStart(cell, [...settings.keys()]);
    },
  },
  {
    name: "init",
    about: "sets the initial values of parameters, as init clauses do",
    example: "init:bf=1,U=identity",
    apply: (cell, settings) => {
      if (settings.size === 0)
        throw new Error("init: name parameters and values, as in 'init:bf=1,U=identity'");
      return initialised(cell, Object.fromEntries(settings));
    },
  },
];

/** Applies transforms in order, each written `name` or `name:settings`. Throws for an unknown name or bad settings. */
export function applyTransforms(cell: Cell, texts: readonly string[]): Cell {
  return texts.reduce((transformed, text) => {
    const [, name = "", rest] = /^([^:]*)(?::(.*))?$/su.exec(text) ?? [];
    const transform = transforms.find((t) => t.name === name);
    if (!transform) {
      const names = transforms.map((t) => t.name);
      throw new Error(
        `there is no transform '${name}'${suggestion(name, names)} (the transforms are ${names.join(", ")})`,
      );
    }
    return transform.apply(transformed, readSettings(transform, rest));
  }, cell);
}

function readSettings({ name, example }: Transform, text: string | undefined): TransformSettings {
  const settings = new Map<string, string>();
  if (text === undefined) return settings;
  // Commas inside parentheses are part of a value.
  for (const entry of text.split(/,(?![^(]*\))/u)) {
    const [, before, value = ""] = /^(?:([^=]*)=)?(.*)$/su.exec(entry.trim()) ?? [];
    // A single value that is not a number is a name.
    const key = before ?? (Number.isNaN(Number(value)) ? value : "");
    if (value === "") throw new Error(`${name}: cannot parse '${text}'; write it as in '${example}'`);
    if (settings.has(key)) {
      throw new Error(`${name}: ${key === "" ? "a setting" : `'${key}'`} is given twice; remove one of them`);
    }
    settings.set(key, value);
  }
  return settings;
}

function numberOf(transform: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value))
    throw new Error(`${transform}: expected a number, got '${text}'`);
  return value;
}

/** Throws if there are settings, for a transform that takes none. */
function nothing(transform: string, settings: TransformSettings): [] {
  if (settings.size === 0) return [];
  throw new Error(`${transform}: takes no settings; write '${transform}' alone`);
}

/** One rate for everything, or the same rate for each of several names. */
function rateAndNames(
  transform: string,
  settings: TransformSettings,
): [rate: number | undefined, names: string[]] {
  const rates = [...settings.values()].map((text) => numberOf(transform, text));
  if (new Set(rates).size > 1) throw new Error(`${transform}: expected one rate, got ${rates.join(" and ")}`);
  if (settings.has("") && settings.size > 1) {
    throw new Error(`${transform}: set one rate for all, or one for each name`);
  }
  return [rates[0], [...settings.keys()].filter((name) => name !== "")];
}
