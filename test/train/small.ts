// A small model and text for the tests of training, and ways to run it.
import { cellNamed } from "../../src/cells/index.ts";
import type { Alphabet, Ids } from "../../src/text/alphabet.ts";
import { encodeString } from "../../src/text/alphabet-text.ts";
import { languageModel, type LanguageModelSettings } from "../../src/model/language-model.ts";
import { createSession, type Session } from "../../src/infer/session.ts";
import type { Network } from "../../src/plan/network.ts";
import { referenceDevice } from "../../src/run/reference/device.ts";
import type { TrainingEvent, TrainingRun, TrainingSettings } from "../../src/train/fit.ts";

const text = encodeString("the cat sat on the mat; a dog dug. ".repeat(15).slice(0, 504));
export const alphabet: Alphabet = text.alphabet;
/** 504 symbols, 15 of them different. */
export const ids: Ids = text.ids;

export function smallNetwork(more: Partial<LanguageModelSettings> = {}): Network {
  return languageModel({ vocabulary: alphabet.symbols.length, cell: cellNamed("gru"), size: 7, ...more });
}

/** 400 symbols to train in three lanes, 104 to validate, five steps unless another budget is given. */
export function smallSettings(more: Partial<TrainingSettings> = {}): TrainingSettings {
  return {
    network: smallNetwork(),
    device: referenceDevice(),
    data: { kind: "text", train: ids.subarray(0, 400), validation: ids.subarray(400) },
    batch: 3,
    window: 8,
    rate: 0.01,
    budget: { steps: 5 },
    ...more,
  };
}

/** Runs to the end; all events. */
export async function finish(run: TrainingRun): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

/** A session of a run's network with its weights. */
export function sessionOf(
  { network, device }: Pick<TrainingSettings, "network" | "device">,
  run: TrainingRun,
): Session {
  return createSession({ network, device, weights: run.store });
}

/** Runs until `step` updates are made. */
export async function runUntil(run: TrainingRun, step: number): Promise<void> {
  for await (const event of run) if (event.kind === "step" && event.step >= step) return;
}

type Kind = TrainingEvent["kind"];
export function ofKind<K extends Kind>(
  events: readonly TrainingEvent[],
  kind: K,
): Extract<TrainingEvent, { kind: K }>[] {
  return events.filter((e): e is Extract<TrainingEvent, { kind: K }> => e.kind === kind);
}
