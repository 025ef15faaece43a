// Sequence to sequence: an encoder reads one sequence, a decoder writes another, with or without attention to what was
// read. Makes the network and its examples; trains nothing and reads no files.
import { attending, attentionWidths } from "../../cells/transforms/attending.ts";
import { conditioned, contextWidth, type ConditionedCell } from "../../cells/transforms/conditioned.ts";
import { embedding, readout } from "../../cells/parts.ts";
import type { Example } from "../../batch/example.ts";
import {
  boundaryId,
  buildVocabulary,
  decodeTokens,
  encodeTokens,
  vocabularySize,
  type Vocabulary,
} from "../../text/vocabulary.ts";
import type { Cell } from "../../language/cell.ts";
import { sizeOf, type Sizes } from "../../graph/lower.ts";
import { planHead } from "../../model/head.ts";
import { stack, type RecurrentLayer } from "../../model/stack.ts";
import {
  partsOf,
  type Bridge,
  type Connection,
  type Network,
  type NetworkInput,
  type NetworkLayer,
  type SourceNetwork,
} from "../../plan/network.ts";
import { exampleFeed } from "../../train/example-feed.ts";
import { sourceFor } from "../../train/evaluate.ts";
import type { SourceBatch } from "../../train/source.ts";
import { decode, type DecodeSettings } from "../shared/decode.ts";
import type { Numbers } from "../../run/device.ts";
import type { TaskModel } from "../shared/model.ts";
import { tokensOf } from "../shared/sequence-input.ts";

export interface TranslateTask {
  readonly kind: "translate";
  readonly source: Vocabulary;
  readonly target: Vocabulary;
  readonly lowerCase: boolean;
  /** Symbols of the longest source that can be attended to; 0 without attention, where there is no limit. */
  readonly places: number;
  /** Symbols of the longest target that was learned. */
  readonly longest: number;
}

/** A text and what it is to become. */
export interface TextPair {
  readonly source: string;
  readonly target: string;
  /** Where it is from, for errors; `pair 7` otherwise. */
  readonly place?: string;
}

export interface TranslatorSettings {
  readonly cell: Cell;
  /** Hidden width of each layer, and direction of the encoder. Default 128. */
  readonly size?: number;
  /** Of the encoder and of the decoder, each. Default 1. */
  readonly layers?: number;
  /** Width of a learned vector for each symbol. Default 64. */
  readonly embedding?: number;
  /** Rate of dropout after each recurrent layer. Default 0. */
  readonly dropout?: number;
  /** Default true. */
  readonly attention?: boolean;
  /** Width of the vectors that are attended to, A. Default 64. */
  readonly attentionSize?: number;
  /** What a symbol is. Default `char`. */
  readonly unit?: "char" | "word";
  /** Rarer symbols are unknown ones. Default 1. */
  readonly atLeast?: number;
  readonly lowerCase?: boolean;
  /** Room for sources longer than those learned from, in symbols. Default as long as the longest. */
  readonly places?: number;
  readonly sizes?: Sizes;
}

export interface Translator {
  readonly task: TranslateTask;
  readonly network: Network;
}

/** The decoder's input of symbols, and the encoder's. */
export const targetInput = "x";
export const sourceInput = "source";

/** The network and the vocabularies for pairs to learn from. */
export function translator(pairs: readonly TextPair[], settings: TranslatorSettings): Translator {
  const { unit = "char", atLeast = 1, lowerCase = false, attention = true } = settings;
  if (pairs.length === 0) throw new Error("translation: there are no pairs to learn from; give one or more");
  const sources = pairs.map((pair) => tokensOf(pair.source, unit, lowerCase));
  const targets = pairs.map((pair) => tokensOf(pair.target, unit, lowerCase));
  const most = (lists: readonly (readonly string[])[]): number =>
    lists.reduce((longest, list) => Math.max(longest, list.length), 1);
  const task: TranslateTask = {
    kind: "translate",
    source: buildVocabulary(sources.flat(), { unit, atLeast }),
    target: buildVocabulary(targets.flat(), { unit, atLeast }),
    lowerCase,
    places: attention ? (settings.places ?? most(sources)) : 0,
    longest: most(targets),
  };
  return { task, network: networkOf(task, settings) };
}

function networkOf(task: TranslateTask, settings: TranslatorSettings): Network {
  const { cell, size = 128, embedding: width = 64, layers = 1, dropout = 0, sizes } = settings;
  const { attentionSize = 64 } = settings;
  const encoder = encoderOf(task, settings);
  const context: NetworkInput = { name: "context", width: encoder.context, kind: "dense", per: "sequence" };
  const inputs: NetworkInput[] = [
    { name: targetInput, width: vocabularySize(task.target), kind: "index", per: "step" },
    context,
    ...encoder.inputs,
  ];
  const looking = task.places > 0 ? attending(cell) : undefined;
  const seeing = looking ? undefined : conditioned(cell, "every");
  const first = looking?.cell ?? seeing?.cell ?? cell;
  const begun = [first, ...Array.from({ length: layers - 1 }, () => cell)].map((own) =>
    conditioned(own, "start"),
  );
  const read: NetworkLayer = {
    name: "embedding",
    cell: embedding,
    sizes: { I: vocabularySize(task.target), H: width },
    inputs: { x: targetInput },
  };
  const own = {
    ...sizes,
    [contextWidth]: encoder.context,
    ...(looking && {
      [attentionWidths.vector]: attentionSize,
      [attentionWidths.places]: task.places,
      [attentionWidths.memory]: task.places * attentionSize,
    }),
  };
  const recurrent = stack("embedding", width, {
    cell: begun.map((b) => b.cell),
    size,
    dropout,
    sizes: own,
    inputs: (depth) => ({
      [(begun[depth - 1] as ConditionedCell).input]: context.name,
      ...(depth === 1 && seeing && { [seeing.input]: context.name }),
      ...(depth === 1 && looking && invert(looking.inputs)),
    }),
  });
  const classes = vocabularySize(task.target);
  const head = planHead(recurrent.output, recurrent.width, { kind: "classes", classes });
  return {
    inputs,
    layers: [read, ...recurrent.layers, ...head.layers],
    loss: head.loss,
    source: encoder.source,
  };
}

/** From the inputs of a cell, as values, to the network's inputs of the same meaning, as keys. */
const invert = (inputs: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(inputs).map(([name, input]) => [input, name]));

interface Encoder {
  readonly source: SourceNetwork;
  /** Width of the states that it ends with. */
  readonly context: number;
  /** What the decoder's cell attends to. */
  readonly inputs: readonly NetworkInput[];
}

/** In both directions; its last states are the context, and what its steps hand on is what is attended to. */
function encoderOf(task: TranslateTask, settings: TranslatorSettings): Encoder {
  const { cell, size = 128, embedding: width = 64, layers = 1, dropout = 0, sizes } = settings;
  const { attentionSize = 64 } = settings;
  const symbols = vocabularySize(task.source);
  const recurrent = stack("embedding", width, {
    cell,
    size,
    layers,
    dropout,
    bidirectional: "concatenate",
    ...(sizes && { sizes }),
  });
  const state = cell.states.find((own) => own.name === cell.output) ?? cell.states[0];
  if (!state)
    throw new Error(
      `translation: ${cell.name} keeps no state, so nothing could be handed on; choose another`,
    );
  const read: NetworkLayer = {
    name: "embedding",
    cell: embedding,
    sizes: { I: symbols, H: width },
    inputs: { x: sourceInput },
  };
  const memory: NetworkLayer = {
    name: "memory",
    cell: readout,
    sizes: { I: recurrent.width, H: attentionSize },
    inputs: { x: recurrent.output },
  };
  const { places } = task;
  const all = places > 0 ? [read, ...recurrent.layers, memory] : [read, ...recurrent.layers];
  const { forward, reverse } = recurrent.recurrent.at(-1) as Required<RecurrentLayer>;
  const finals = [forward, reverse].map((layer) => `${before}${layer}.${state.name}`);
  const bridges: Bridge[] = [{ kind: "finals", of: finals, input: "context" }];
  const names = { memory: "memory", far: "far", element: "element", position: "position" };
  if (places > 0) bridges.push({ kind: "outputs", of: `${before}memory`, places, inputs: names });
  const wide = (name: string): NetworkInput => ({
    name,
    width: name === "far" ? places : places * attentionSize,
    kind: "dense",
    per: "sequence",
  });
  return {
    source: {
      inputs: [{ name: sourceInput, width: symbols, kind: "index", per: "step" }],
      layers: prefixed(all),
      gives: bridges,
    },
    context: 2 * sizeOf(state.width, { ...sizes, H: size }, cell.name),
    inputs: places > 0 ? Object.values(names).map(wide) : [],
  };
}

/** What the encoder's layers are named by, so that the decoder's may have the same names. */
const before = "encoder-";

function prefixed(layers: readonly NetworkLayer[]): NetworkLayer[] {
  const own = new Set(layers.map((layer) => layer.name));
  const renamed = (name: string): string => (own.has(name) ? `${before}${name}` : name);
  return layers.map((layer) => ({
    ...layer,
    name: renamed(layer.name),
    inputs: Object.fromEntries(
      Object.entries(layer.inputs).map(([input, connection]) => {
        const parts = partsOf(connection).map((part) =>
          typeof part === "string" ? renamed(part) : { ...part, of: renamed(part.of) },
        );
        return [input, parts.length === 1 ? (parts[0] as Connection) : parts];
      }),
    ),
  }));
}

/** Pairs as examples: the decoder reads the target from its boundary on, and is to say it up to the boundary. */
export function translateExamples(task: TranslateTask, pairs: readonly TextPair[]): Example[] {
  return pairs.map((pair, i) => {
    const place = pair.place ?? `pair ${i}`;
    const target = encodeTokens(task.target, tokensOf(pair.target, task.target.unit, task.lowerCase));
    return {
      steps: target.length + 1,
      inputs: { [targetInput]: Int32Array.of(boundaryId, ...target) },
      targets: Int32Array.of(...target, boundaryId),
      source: encodeSource(task, pair.source, place),
    };
  });
}

/** Throws for an empty text, and one with more symbols than can be attended to. */
export function encodeSource(
  task: TranslateTask,
  text: string,
  place: string,
): NonNullable<Example["source"]> {
  const ids = encodeTokens(task.source, tokensOf(text, task.source.unit, task.lowerCase));
  if (ids.length === 0) throw new Error(`${place}: the text is empty; leave it out`);
  if (task.places > 0 && ids.length > task.places) {
    throw new Error(
      `${place}: the text has ${ids.length} symbols, and the model can attend to ${task.places}; shorten it, or train ` +
        "with room for more (places)",
    );
  }
  return { steps: ids.length, inputs: { [sourceInput]: ids } };
}

/** What a text becomes. */
export interface Translation {
  readonly text: string;
  /** The model's own log-probability of it, in nats. */
  readonly logProbability: number;
}

export interface TranslateSettings extends DecodeSettings {
  /** Where each text is from, for errors; `text 7` otherwise. */
  readonly places?: readonly string[];
}

/**
 * What a trained model makes of texts, best first, `width` of each (default 1, the most likely symbol at each step), of up
 * to `longest` symbols (default twice as many as the longest learned).
 */
export async function translate(
  model: TaskModel<TranslateTask>,
  texts: readonly string[],
  settings: TranslateSettings = {},
): Promise<Translation[][]> {
  const { task, network, device, store } = model;
  const { batch = 32 } = settings;
  if (texts.length === 0) return [];
  const examples = texts.map((text, i): Example => {
    const source = encodeSource(task, text, settings.places?.[i] ?? `text ${i}`);
    return { steps: 1, inputs: { [targetInput]: [boundaryId] }, targets: [boundaryId], source };
  });
  const feed = exampleFeed(network, examples, { batch, seed: 0, shuffle: false });
  const source = await sourceFor(feed, network, device, store);
  try {
    const inputsOf = async (from: number): Promise<Record<string, Numbers>> => {
      const loaded = feed.load({ epoch: 0, at: from / feed.rows });
      return (await source?.forward(loaded.source as SourceBatch)) ?? {};
    };
    const longest = settings.longest ?? 2 * task.longest;
    const found = await decode(model, texts.length, inputsOf, { ...settings, batch: feed.rows, longest });
    return found.map((beams) =>
      beams.map(({ symbols, logProbability }) => ({
        text: joinTokens(decodeTokens(task.target, symbols), task.target.unit),
        logProbability,
      })),
    );
  } finally {
    source?.dispose();
  }
}

function joinTokens(tokens: readonly string[], unit: Vocabulary["unit"]): string {
  return tokens.join(unit === "char" ? "" : " ");
}
