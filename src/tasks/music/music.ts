// Music as frames of notes that sound: which come next, each key by itself. Makes the network and its examples and
// samples pieces; trains nothing and knows no MIDI.
import type { Example } from "../../batch/example.ts";
import { denseFrames, type Frame, type KeyRange } from "./piano-roll.ts";
import { createDecoder } from "../../infer/decoder.ts";
import type { Cell } from "../../language/cell.ts";
import type { Sizes } from "../../graph/lower.ts";
import { randomStream, streams } from "../../base/random.ts";
import { planHead } from "../../model/head.ts";
import { stack } from "../../model/stack.ts";
import type { Network } from "../../plan/network.ts";
import type { TaskModel } from "../shared/model.ts";

export interface MusicTask {
  readonly kind: "music";
  /** The lowest key, as a MIDI note number, and how many there are. */
  readonly lowest: number;
  readonly keys: number;
  /** Frames of a quarter note. */
  readonly resolution: number;
  /**
   * Whether a piece's first frame is predicted, from silence; else it is given. Papers do either, and figures per frame
   * differ by it.
   */
  readonly predictsFirst: boolean;
}

export interface ComposerSettings {
  readonly cell: Cell;
  /** Hidden width of each layer. Default 46. */
  readonly size?: number;
  readonly layers?: number;
  readonly dropout?: number;
  readonly sizes?: Sizes;
}

/** The network's input: 1 for each key that sounds, [frames, keys]. */
export const framesInput = "frames";

export function composer(task: MusicTask, settings: ComposerSettings): Network {
  const { cell, size = 46, layers = 1, dropout = 0, sizes } = settings;
  const recurrent = stack(framesInput, task.keys, { cell, size, layers, dropout, ...(sizes && { sizes }) });
  const head = planHead(recurrent.output, recurrent.width, { kind: "sigmoids", width: task.keys });
  return {
    inputs: [{ name: framesInput, width: task.keys, kind: "dense", per: "step" }, ...head.inputs],
    layers: [...recurrent.layers, ...head.layers],
    loss: head.loss,
  };
}

/**
 * Pieces as examples: each frame is predicted from those before it, and the loss is the nats of a frame. Throws for a
 * note that the task has no key for and for a piece that is too short.
 */
export function musicExamples(task: MusicTask, pieces: readonly (readonly Frame[])[]): Example[] {
  const { keys, predictsFirst } = task;
  return pieces.map((frames, i) => {
    const steps = predictsFirst ? frames.length : frames.length - 1;
    if (steps < 1) {
      throw new Error(`piece ${i} has ${frames.length} frames, and none is left to predict; leave it out`);
    }
    const rolls = placed(`piece ${i}`, () => denseFrames(frames, rangeOf(task)));
    const before = new Float32Array(steps * keys);
    before.set(rolls.subarray(0, (frames.length - 1) * keys), predictsFirst ? keys : 0);
    return {
      steps,
      inputs: { [framesInput]: before },
      targets: rolls.subarray((frames.length - steps) * keys),
    };
  });
}

/** Errors begin with the place. */
function placed<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new Error(`${place}, ${(cause as Error).message}`, { cause });
  }
}

const rangeOf = ({ lowest, keys }: MusicTask): KeyRange => ({ lowest, highest: lowest + keys - 1 });

export interface CompositionSettings {
  /** Frames to make. */
  readonly length: number;
  /** Frames that the piece begins with. Default none. */
  readonly beginning?: readonly Frame[];
  /** Of the choice. Default 1. */
  readonly seed?: number;
  /** Divides the logits: below 1 keeps nearer to what is likely, 0 takes keys of more than one half. Default 1. */
  readonly temperature?: number;
}

/** A piece, each key drawn by itself with the probability that the model gives it. */
export async function compose(
  model: TaskModel<MusicTask>,
  settings: CompositionSettings,
): Promise<number[][]> {
  const { task, network, device, store } = model;
  const { length, beginning = [], seed = 1, temperature = 1 } = settings;
  if (!Number.isSafeInteger(length) || length < 1) {
    throw new Error(`composing: length must be a whole number of frames, 1 or more, not ${length}`);
  }
  if (!(temperature >= 0 && temperature < Infinity)) {
    throw new Error(`composing: temperature must be 0 or more, not ${temperature}`);
  }
  const stream = randomStream(seed, streams.sampling);
  const decoder = await createDecoder({ network, device, store, rows: 1 });
  try {
    decoder.begin();
    const frames: number[][] = [];
    let sounding = new Float32Array(task.keys);
    const given = placed("beginning", () => denseFrames(beginning.slice(0, length), rangeOf(task)));
    for (const notes of beginning.slice(0, length)) {
      if (frames.length > 0 || task.predictsFirst) await decoder.step(sounding);
      sounding = given.slice(frames.length * task.keys, (frames.length + 1) * task.keys);
      frames.push([...notes]);
    }
    while (frames.length < length) {
      const logits = await decoder.step(sounding);
      sounding = Float32Array.from(logits, (logit) => {
        const probability = 1 / (1 + Math.exp(-logit / Math.max(temperature, 1e-6)));
        return stream.uniform() < probability ? 1 : 0;
      });
      frames.push([...sounding].flatMap((on, key) => (on ? [task.lowest + key] : [])));
    }
    return frames;
  } finally {
    decoder.dispose();
  }
}
