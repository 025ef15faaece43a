// The network of a translator: a bidirectional encoder reads the source, and a decoder, which starts from the encoder's
// final states, writes the target; with or without attention to the encoder's steps.
import { embedding as embeddingCell, readout } from "../../cells/parts.ts";
import { attending, attentionWidths } from "../../cells/transforms/attending.ts";
import { conditioned, contextWidth } from "../../cells/transforms/conditioned.ts";
import { sizeOf } from "../../graph/lower.ts";
import type { Cell } from "../../language/cell.ts";
import { planHead } from "../../model/head.ts";
import { stack, type StackSettings } from "../../model/stack.ts";
import {
  attentionInputs,
  partsOf,
  type Connection,
  type Encoder,
  type Network,
  type NetworkInput,
  type NetworkLayer,
} from "../../plan/network.ts";
import { vocabularySize, type Vocabulary } from "../../text/vocabulary.ts";
import type { RecurrentOptions } from "../shared/recurrent-options.ts";

/** The decoder's input of symbols, and the encoder's. */
export const targetInput = "x";
export const sourceInput = "source";

/** The vocabularies, and the most symbols of a source: 0 without attention. */
export interface TranslatorSizes {
  readonly source: Vocabulary;
  readonly target: Vocabulary;
  readonly places: number;
}

export interface TranslatorSettings extends Required<RecurrentOptions> {
  readonly cell: Cell;
  readonly embedding: number;
  readonly attentionSize: number;
}

export function translatorNetwork(sizes: TranslatorSizes, settings: TranslatorSettings): Network {
  const { encoder, width, memories } = planEncoder(sizes, settings);
  const classes = vocabularySize(sizes.target);
  const context: NetworkInput = { name: "context", width, kind: "dense", per: "sequence" };
  const read = embeddingLayer(sizes.target, settings.embedding, targetInput);
  const recurrent = stack(read.name, settings.embedding, decoderSettings(context, sizes, settings));
  const head = planHead(recurrent.output, recurrent.width, { kind: "classes", classes });
  return {
    inputs: [{ name: targetInput, width: classes, kind: "index", per: "step" }, context, ...memories],
    layers: [read, ...recurrent.layers, ...head.layers],
    loss: head.loss,
    encoder,
  };
}

/**
 * Every layer starts from the context; the first attends to the encoder's steps or, without attention, sees the context at
 * every step.
 */
function decoderSettings(
  context: NetworkInput,
  { places }: TranslatorSizes,
  { cell, size, layers, dropout, sizes, attentionSize }: TranslatorSettings,
): StackSettings {
  const looking = places > 0 ? attending(cell) : undefined;
  const seeing = looking ? undefined : conditioned(cell, "every");
  const first = looking?.cell ?? seeing?.cell ?? cell;
  const started = [first, ...Array.from({ length: layers - 1 }, () => cell)].map((plain) =>
    conditioned(plain, "start"),
  );
  const firstInputs: Record<string, Connection> = {
    ...(seeing && { [seeing.input]: context.name }),
    ...(looking && Object.fromEntries(attentionNames.map((name) => [looking.inputs[name], name]))),
  };
  return {
    cell: started.map((one) => one.cell),
    size,
    dropout,
    sizes: {
      ...sizes,
      [contextWidth]: context.width,
      ...(looking && {
        [attentionWidths.vector]: attentionSize,
        [attentionWidths.places]: places,
        [attentionWidths.memory]: places * attentionSize,
      }),
    },
    inputs: (depth) => {
      const start = started[depth - 1];
      return { ...(start && { [start.input]: context.name }), ...(depth === 1 && firstInputs) };
    },
  };
}

const attentionNames = Object.values(attentionInputs);

interface PlannedEncoder {
  readonly encoder: Encoder;
  /** Width of the final states side by side. */
  readonly width: number;
  /** The decoder's inputs that attention reads; none without it. */
  readonly memories: readonly NetworkInput[];
}

function planEncoder({ source, places }: TranslatorSizes, settings: TranslatorSettings): PlannedEncoder {
  const { cell, size, layers, dropout, sizes, embedding, attentionSize } = settings;
  const read = embeddingLayer(source, embedding, sourceInput);
  const recurrent = stack(read.name, embedding, {
    cell,
    size,
    layers,
    dropout,
    bidirectional: "concatenate",
    sizes,
  });
  const state = cell.states.find(({ name }) => name === cell.output) ?? cell.states[0];
  if (!state) {
    throw new Error(`translation: ${cell.name} has no state to start the decoder from; choose another cell`);
  }
  const memory: NetworkLayer = {
    name: "memory",
    cell: readout,
    sizes: { I: recurrent.width, H: attentionSize },
    inputs: { x: recurrent.output },
  };
  const { forward, reverse } = recurrent.recurrent.at(-1) ?? {};
  const finals = [forward, reverse].map((layer) => `${prefix}${layer}.${state.name}`);
  return {
    encoder: {
      inputs: [{ name: sourceInput, width: vocabularySize(source), kind: "index", per: "step" }],
      layers: prefixed([read, ...recurrent.layers, ...(places > 0 ? [memory] : [])]),
      finals: { of: finals, input: "context" },
      ...(places > 0 && { attended: { of: `${prefix}${memory.name}`, longest: places } }),
    },
    width: 2 * sizeOf(state.width, { ...sizes, H: size }, cell.name),
    memories: places > 0 ? memoryInputs(places, attentionSize) : [],
  };
}

function memoryInputs(places: number, attentionSize: number): NetworkInput[] {
  return attentionNames.map((name) => ({
    name,
    width: name === attentionInputs.far ? places : places * attentionSize,
    kind: "dense",
    per: "sequence",
  }));
}

function embeddingLayer(vocabulary: Vocabulary, width: number, input: string): NetworkLayer {
  return {
    name: "embedding",
    cell: embeddingCell,
    sizes: { I: vocabularySize(vocabulary), H: width },
    inputs: { x: input },
  };
}

/** The beginning of the names of the encoder's layers, so that the decoder's may have the same names. */
const prefix = "encoder-";

function prefixed(layers: readonly NetworkLayer[]): NetworkLayer[] {
  const names = new Set(layers.map((layer) => layer.name));
  const renamed = (name: string): string => (names.has(name) ? `${prefix}${name}` : name);
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
