// The initial values of parameters, from their `init` clauses and one seed. Each parameter draws from a stream of its
// own, chosen by its name, so its values do not depend on other layers or on their order.
import { mix, randomStream, streams, type RandomStream } from "../base/random.ts";
import type { ParameterLayout, ParameterPlace } from "../plan/parameters.ts";
import { spectralRadius } from "./spectral.ts";

/** The initial values of all parameters, [layout.size]. Throws for a clause that a parameter's shape does not allow. */
export function initialParameters(layout: ParameterLayout, seed: number): Float64Array {
  const values = new Float64Array(layout.size);
  const valuesOf = ({ offset, size }: ParameterPlace): Float64Array => values.subarray(offset, offset + size);
  for (const place of layout.places) {
    const stream = randomStream(mix(seed ^ hashOf(place.name)), streams.initial);
    const parameter = valuesOf(place);
    const block = place.size / place.blocks;
    for (let start = 0; start < place.size; start += block) {
      fill(parameter.subarray(start, start + block), place, stream);
    }
  }
  for (const place of layout.places) {
    if (place.initial.kind === "negated") valuesOf(place).set(negative(place, place.initial.of));
  }
  return values;

  /** Minus the initial values of another parameter of the same layer. */
  function negative({ name, size }: ParameterPlace, of: string): Float64Array {
    const other = `${name.slice(0, name.lastIndexOf("."))}.${of}`;
    const source = layout.places.find((p) => p.name === other);
    if (source?.size !== size || source.initial.kind === "negated") {
      throw new Error(
        `${name} is initially the negative of ${other}, which must have ${size} values of its own, ` +
          `but it ${source?.size === size ? "is itself negated" : `has ${source?.size ?? 0}`}`,
      );
    }
    return valuesOf(source).map((v) => 0 - v);
  }
}

/** Fills one block [rows, columns], or a vector. Negated ones are left for later. */
function fill(values: Float64Array, place: ParameterPlace, stream: RandomStream): void {
  const { initial } = place;
  const columns = place.shape[1] ?? 1;
  const rows = values.length / columns;
  switch (initial.kind) {
    case "constant":
      values.fill(initial.value);
      return;
    case "glorot": {
      const bound = initial.gain * Math.sqrt(6 / (rows + columns));
      draw(values, () => bound * (2 * stream.uniform() - 1));
      return;
    }
    case "he": {
      const deviation = initial.gain * Math.sqrt(2 / columns);
      draw(values, () => deviation * stream.normal());
      return;
    }
    case "spectral": {
      if (rows !== columns) {
        throw new Error(
          `${place.name}: 'spectral' needs a square matrix, got ${rows} rows and ${columns} columns; ` +
            "use normal or uniform",
        );
      }
      draw(values, () => stream.normal());
      const scale = initial.radius / spectralRadius(values, rows);
      draw(values, (i) => scale * (values[i] as number));
      return;
    }
    case "chrono":
      draw(values, () => Math.log(1 + (initial.longest - 2) * stream.uniform()));
      return;
    case "shift":
      draw(values, (i) => (Math.floor(i / columns) - (i % columns) === initial.by ? 1 : 0));
      return;
    case "negated":
      return;
    case "orthogonal":
      orthogonal(values, rows, columns, initial.gain, stream);
      return;
    case "identity":
      draw(values, (i) => (Math.floor(i / columns) === i % columns ? initial.gain : 0));
      return;
    case "normal":
      draw(values, () => initial.deviation * stream.normal());
      return;
    case "uniform":
      draw(values, () => initial.low + (initial.high - initial.low) * stream.uniform());
      return;
  }
  initial satisfies never;
}

function draw(values: Float64Array, value: (index: number) => number): void {
  for (let i = 0; i < values.length; i++) values[i] = value(i);
}

/**
 * A matrix whose rows, or columns if there are fewer, are orthonormal times `gain`: a normal random matrix, orthogonalised
 * by the modified Gram-Schmidt method. Saxe et al. 2013, arXiv:1312.6120v3.
 */
function orthogonal(
  values: Float64Array, // [rows, columns]
  rows: number,
  columns: number,
  gain: number,
  stream: RandomStream,
): void {
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const vectors = Array.from({ length: count }, () => Float64Array.from({ length }, () => stream.normal()));
  vectors.forEach((vector, i) => {
    const scale = 1 / Math.sqrt(dot(vector, vector));
    for (let k = 0; k < length; k++) vector[k] = scale * (vector[k] as number);
    for (const later of vectors.slice(i + 1)) {
      const share = dot(vector, later);
      for (let k = 0; k < length; k++) later[k] = (later[k] as number) - share * (vector[k] as number);
    }
  });
  draw(values, (index) => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const [vector, k] = rows <= columns ? [row, column] : [column, row];
    return gain * (vectors[vector]?.[k] as number);
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number);
  return sum;
}

/** FNV-1a over the UTF-16 units of a name. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash;
}
