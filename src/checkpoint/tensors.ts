// The parameters of a model as named tensors, and back.
import type { Tensor } from "../formats/safetensors.ts";
import type { ParameterLayout } from "../plan/parameters.ts";
import type { Numbers } from "../run/device.ts";

export const bestPrefix = "best/";
export const carriedPrefix = "carried/";
export const optimizerPrefix = (name: string): string => `optimizer/${name}/`;
/** How an error about a damaged file ends. */
export const damaged = "the file is damaged or was changed; copy it again, or use an older checkpoint";

export function tensor(shape: readonly number[], data: Numbers): Tensor {
  return data instanceof Float64Array ? { type: "F64", shape, data } : { type: "F32", shape, data };
}

/** One tensor for each parameter that the values have: all of them, or the trained ones. */
export function addParameters(
  tensors: Map<string, Tensor>,
  prefix: string,
  layout: ParameterLayout,
  values: Numbers,
): void {
  for (const { name, shape, offset, size } of layout.places) {
    if (offset >= values.length) continue;
    tensors.set(`${prefix}${name}`, tensor(shape, values.slice(offset, offset + size)));
  }
}

/** Takes tensors one by one. Throws for one that is missing or has another shape. */
export interface TensorReader {
  parameters(prefix: string, layout: ParameterLayout): Numbers;
  optimizers(layout: ParameterLayout): Record<string, Numbers>;
  carried(): Record<string, Numbers>;
  /** Throws where a tensor is left. */
  finish(): void;
}

export function tensorReader(tensors: ReadonlyMap<string, Tensor>, file: string): TensorReader {
  const left = new Map(tensors);

  function take(name: string, shape?: readonly number[]): Numbers {
    const found = left.get(name);
    if (!found) throw new Error(`${file}: tensor '${name}' is missing; ${damaged}`);
    left.delete(name);
    if (found.type !== "F32" && found.type !== "F64") {
      throw new Error(`${file}: tensor '${name}' must be of type F32 or F64, not ${found.type}; ${damaged}`);
    }
    if (shape && found.shape.join() !== shape.join()) {
      throw new Error(
        `${file}: tensor '${name}' must have the shape [${shape.join(", ")}] by the equations, ` +
          `not [${found.shape.join(", ")}]; ${damaged}`,
      );
    }
    return found.data;
  }

  function parameters(prefix: string, { places }: ParameterLayout): Numbers {
    const parts = places.map(({ name, shape }) => take(`${prefix}${name}`, shape));
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    const values = parts.some((p) => p instanceof Float64Array)
      ? new Float64Array(size)
      : new Float32Array(size);
    let offset = 0;
    for (const part of parts) {
      values.set(part, offset);
      offset += part.length;
    }
    return values;
  }

  const namesAfter = (prefix: string): string[] =>
    [...left.keys()].filter((n) => n.startsWith(prefix)).map((n) => n.slice(prefix.length));

  return {
    parameters,
    optimizers(layout) {
      const trained = { ...layout, places: layout.places.filter((place) => place.trained) };
      const kept = new Set(namesAfter("optimizer/").map((name) => name.slice(0, name.indexOf("/"))));
      return Object.fromEntries([...kept].map((name) => [name, parameters(optimizerPrefix(name), trained)]));
    },
    carried: () =>
      Object.fromEntries(namesAfter(carriedPrefix).map((n) => [n, take(`${carriedPrefix}${n}`)])),
    finish() {
      const [name] = left.keys();
      if (name !== undefined)
        throw new Error(`${file}: tensor '${name}' belongs to no part of the model; ${damaged}`);
    },
  };
}

/** Errors of reading equations and sizes, with the file's name before them. */
export function within<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
