// What the models of all tasks share: a session at their first use, parts of data, plain data for a file.
import { suggestion } from "../../base/nearest.ts";
import { createSession, type Session } from "../../infer/session.ts";
import { parts, type Model, type ModelFile, type Part, type Parts, type Trained } from "../task.ts";

export interface ModelCore<K extends string, D> extends Pick<
  Model<D, unknown>,
  "network" | "metadata" | "file" | "dispose"
> {
  readonly kind: K;
  /** The session for predictions; one who steps opens another with `open`. */
  readonly session: () => Session;
  /** A session of one's own, to be disposed of. */
  readonly open: () => Session;
  /** Works with a session of its own, which is disposed of afterwards. */
  readonly alone: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
  /** The data of a part; itself where it is not a text. Throws for a part of a loaded model, and for other texts. */
  readonly dataOf: (data: D | Part) => D;
  /** The data that a baseline may learn from. */
  readonly baselineOf: (data: D | Part, options?: { readonly baseline?: D }) => D | undefined;
}

/** `trainedOn`: the parts, where the model comes from a run. */
export function modelCore<K extends string, D>(
  kind: K,
  trained: Trained,
  trainedOn?: Parts<D>,
): ModelCore<K, D> {
  const { spec, network, device, store, metadata } = trained;
  let session: Session | undefined;
  let isDisposed = false;
  const open = (): Session => {
    if (isDisposed) throw new Error("this model has been disposed; open it again");
    return createSession({ network, device, weights: store });
  };
  return {
    kind,
    network,
    metadata,
    open,
    session: () => (session ??= open()),
    async alone(work) {
      const separate = open();
      try {
        return await work(separate);
      } finally {
        separate.dispose();
      }
    },
    dataOf(data) {
      if (!isPart(data)) {
        if (typeof data !== "string") return data;
        throw new Error(
          `score: there is no part '${data}'${suggestion(data, parts)} (the parts are ${parts.join(", ")})`,
        );
      }
      if (!trainedOn) {
        throw new Error(
          `score: a loaded model holds no data, so it has no part '${data}'; pass the data, all or in model.parts(data)`,
        );
      }
      const part = trainedOn[data];
      if (part !== undefined) return part;
      throw new Error(
        `score: the data were trained on without a part '${data}'; give train() a split with one`,
      );
    },
    baselineOf(data, options) {
      if (options?.baseline !== undefined) return options.baseline;
      return isPart(data) && data !== "train" ? trainedOn?.train : undefined;
    },
    async file(): Promise<ModelFile> {
      if (isDisposed) throw new Error("this model has been disposed; open it again");
      const read = await store.read();
      const weights = device.precision === "float64" ? read : Float32Array.from(read);
      return { spec, network, weights, metadata };
    },
    dispose() {
      session?.dispose();
      session = undefined;
      isDisposed = true;
      store.dispose();
    },
  };
}

/** Whether data are the name of a part. */
export function isPart(data: unknown): data is Part {
  return (parts as readonly unknown[]).includes(data);
}
