// What a run may not change, as short strings: guards against mix-ups of data and networks, not against forgery.
import type { Example } from "../batch/example.ts";
import { mix } from "../base/random.ts";
import { attentionInputs, type Encoder, type Network } from "../plan/network.ts";

/** Short strings by which a resumed run tells another network or other data from its own. */
export interface Fingerprints {
  /** Of layers, equations, sizes and loss. */
  readonly network: string;
  /** Such as `1003854 symbols (9d03…) for training`, and the same of the validation part. */
  readonly data: string;
}

/** Symbols of one text, or of each sequence; or examples. */
type Items = ArrayLike<number> | readonly ArrayLike<number>[] | readonly Example[];

export function fingerprintsOf(
  network: Network,
  data: { readonly train: Items; readonly validation?: Items | undefined },
): Fingerprints {
  const parts = [describe("training", data.train)];
  if (data.validation) parts.push(describe("validation", data.validation));
  return { network: fingerprintNetwork(network), data: parts.join(" and ") };
}

export function fingerprintNetwork(network: Network): string {
  const layers = (of: Network["layers"]): unknown[] =>
    of.map(({ name, cell, sizes, inputs, direction, shares }) => {
      const own = [name, cell.text, Object.entries(sizes).sort(), Object.entries(inputs).sort()];
      return (direction ?? shares) ? [...own, direction ?? "", shares ?? {}] : own;
    });
  const { inputs, loss, encoder } = network;
  const before = encoder ? [encoder.inputs, layers(encoder.layers), handedOn(encoder)] : [];
  const text = JSON.stringify([inputs, layers(network.layers), loss, ...before]);
  const hash = hasher();
  hash.add(Array.from(text, (c) => c.codePointAt(0) ?? 0));
  return hash.end();
}

/** The outputs of an encoder, in the words of version 0.1.0, so that fingerprints of its files still hold. */
function handedOn({ finals, attended }: Encoder): unknown[] {
  const states = { kind: "finals", of: finals.of, input: finals.input };
  if (!attended) return [states];
  const { of, longest } = attended;
  return [states, { kind: "outputs", of, places: longest, inputs: attentionInputs }];
}

function describe(name: string, items: Items): string {
  const hash = hasher();
  if (!isExamples(items)) {
    const sequences = isOneText(items) ? [items] : items;
    sequences.forEach(hash.add);
    const symbols = sequences.reduce((sum, item) => sum + item.length, 0);
    return `${symbols} symbols (${hash.end()}) for ${name}`;
  }
  /** Arrays that several examples share, by their number in the order in which they come. */
  const seen = new Map<ArrayLike<number>, number>();
  const add = (values: ArrayLike<number> | undefined): void => {
    const known = values && seen.get(values);
    if (!values || known !== undefined) return hash.add([-1, known ?? -1]);
    seen.set(values, seen.size);
    hash.add(bitsOf(values));
  };
  for (const { steps, inputs, targets, weights, source } of items) {
    hash.add([steps, source?.steps ?? 0]);
    for (const input of Object.keys(inputs).sort()) add(inputs[input]);
    for (const input of Object.keys(source?.inputs ?? {}).sort()) add(source?.inputs[input]);
    add(targets);
    add(weights);
  }
  return `${items.length} examples (${hash.end()}) for ${name}`;
}

const isOneText = (items: Items): items is ArrayLike<number> => ArrayBuffer.isView(items);

function isExamples(items: Items): items is readonly Example[] {
  const [first] = isOneText(items) ? [] : (items as readonly unknown[]);
  return typeof first === "object" && first !== null && "steps" in first;
}

/** Numbers as integers that differ where the numbers do. */
function bitsOf(values: ArrayLike<number>): ArrayLike<number> {
  const isWhole =
    values instanceof Int32Array || values instanceof Uint8Array || values instanceof Uint16Array;
  if (isWhole) return values;
  const real = values instanceof Float32Array ? values.slice() : Float64Array.from(values);
  return new Int32Array(real.buffer);
}

/** 64 bits, in hexadecimal. */
function hasher(): { add(item: ArrayLike<number>): void; end(): string } {
  let [a, b] = [0x9e3779b9 | 0, 0x85ebca6b | 0];
  return {
    add(item) {
      for (let i = 0; i < item.length; i++) {
        a = Math.imul(a ^ (item[i] as number), 0x01000193);
        b = (Math.imul(b, 31) + (item[i] as number)) | 0;
      }
      [a, b] = [mix(a ^ item.length), mix(b + item.length)];
    },
    end: () => [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join(""),
  };
}
