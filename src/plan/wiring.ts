// What joins the layers of a network: where each input of a layer stands, side by side or in the opposite order of
// steps where it has to, and where the derivatives by what a layer hands on come together. Knows no equations.
import type { Period } from "../language/cell.ts";
import { access, type Arena } from "./buffers.ts";
import type { LayerPlan, Source } from "./layer.ts";
import { partsOf, type Network, type NetworkLayer, type Part } from "./network.ts";
import type { Access, Buffer, Kernel, Over, Pass, PointwiseKernel, Value } from "./plan.ts";

/** A derivative by columns of what an input or a layer hands on. */
interface Contribution {
  readonly access: Access;
  readonly from: number;
  readonly width: number;
}

/** Where an input of a layer stands, and what has to be done first for it to stand there. */
export interface Connected {
  readonly source: Source;
  ahead(): Kernel[];
}

/** Where a derivative stands, as a sum of parts, and what has to be done first. */
export interface Received {
  readonly parts: readonly Access[];
  readonly ahead: readonly Kernel[];
}

export interface Wiring {
  /** Names a source; layers hand on what they have once they are planned. */
  add(name: string, source: Source): void;
  /** In the order of the layer's own steps. */
  connect(layer: NetworkLayer, input: string): Connected;
  /** What a layer hands on, in the order of time. */
  handOn(layer: NetworkLayer, plan: LayerPlan): Kernel[];
  /** A derivative by the source of that name. */
  contribute(name: string, where: Access, width: number): void;
  /** A derivative by what an input of a layer is joined to. */
  contributeBy(layer: NetworkLayer, input: string, where: Access): Kernel[];
  /** The derivative by a source. */
  received(name: string, width: number): Received;
  /** The same by what a layer hands on, in the order of the layer's own steps. */
  receivedBy(layer: NetworkLayer, width: number): Received;
}

/** `widths` of inputs and layers, by name. */
export function createWiring(network: Network, widths: ReadonlyMap<string, number>, arena: Arena): Wiring {
  const sources = new Map<string, Source>();
  const contributions = new Map<string, Contribution[]>();
  const periodOf = (name: string): Period => network.inputs.find((i) => i.name === name)?.per ?? "step";
  const partOf = (part: string | Part): { name: string; from: number; width: number } =>
    typeof part === "string"
      ? { name: part, from: 0, width: widths.get(part) as number }
      : { name: part.of, from: part.from, width: part.width };
  const known = (name: string): Source => sources.get(name) as Source;

  function reversed(layer: NetworkLayer, label: string, source: Source, width: number): Connected {
    const type = source.kind === "index" ? "integer" : "float";
    const into = access(arena.make(`${layer.name}/reversed.${label}`, "tokens", width, type));
    return {
      source: { kind: source.kind, access: into },
      ahead: () => [reverse(source.access, into, width)],
    };
  }

  const wiring: Wiring = {
    add: (name, source) => void sources.set(name, source),
    connect(layer, input) {
      const parts = partsOf(layer.inputs[input]).map(partOf);
      const [first, ...others] = parts as [(typeof parts)[0], ...typeof parts];
      const width = parts.reduce((sum, p) => sum + p.width, 0);
      const perStep = parts.some((p) => periodOf(p.name) === "step");
      let joined: Connected;
      if (others.length === 0) {
        // Earlier layers are planned later, and none of them is an index.
        const kind = sources.get(first.name)?.kind ?? "dense";
        const source: Source = {
          kind,
          get access() {
            return shifted(known(first.name).access, first.from);
          },
        };
        joined = { source, ahead: () => [] };
      } else {
        const buffer = arena.make(`${layer.name}/joined.${input}`, perStep ? "tokens" : "rows", width);
        const ahead = (): Kernel[] => [
          join(
            parts.map((p) => ({ from: shifted(known(p.name).access, p.from), width: p.width })),
            buffer,
          ),
        ];
        joined = { source: { kind: "dense", access: access(buffer) }, ahead };
      }
      if (layer.direction !== "reverse" || !perStep) return joined;
      const indexWidth = joined.source.kind === "index" ? 1 : width;
      const turned = reversed(layer, input, joined.source, indexWidth);
      return { source: turned.source, ahead: () => [...joined.ahead(), ...turned.ahead()] };
    },
    handOn(layer, { output }) {
      if (layer.direction !== "reverse") return [];
      return [reverse(output, known(layer.name).access, widths.get(layer.name) as number)];
    },
    contribute(name, where, width) {
      contributions.set(name, [...(contributions.get(name) ?? []), { access: where, from: 0, width }]);
    },
    contributeBy(layer, input, where) {
      const parts = partsOf(layer.inputs[input]).map(partOf);
      const width = parts.reduce((sum, p) => sum + p.width, 0);
      const turns = layer.direction === "reverse" && where.buffer.extent === "tokens";
      const natural = turns ? access(arena.make(`d.${layer.name}/natural.${input}`, "tokens", width)) : where;
      let column = 0;
      for (const part of parts) {
        const { name, from } = part;
        const own = { access: shifted(natural, column), from, width: part.width };
        contributions.set(name, [...(contributions.get(name) ?? []), own]);
        column += part.width;
      }
      return turns ? [reverse(where, natural, width)] : [];
    },
    received(name, width) {
      const parts = contributions.get(name) ?? [];
      if (parts.every((p) => p.width === width)) return { parts: parts.map((p) => p.access), ahead: [] };
      const buffer = arena.make(`d.${name}/whole`, (parts[0] as Contribution).access.buffer.extent, width);
      return { parts: [access(buffer)], ahead: [assemble(parts, access(buffer), width)] };
    },
    receivedBy(layer, width) {
      const { parts, ahead } = wiring.received(layer.name, width);
      if (layer.direction !== "reverse" || parts.length === 0) return { parts, ahead };
      const whole =
        parts.length === 1
          ? (parts[0] as Access)
          : access(arena.make(`d.${layer.name}/sum`, "tokens", width));
      const sum = parts.length === 1 ? [] : [addUp(parts, whole, width)];
      const turned = access(arena.make(`d.${layer.name}/reversed`, "tokens", width));
      return { parts: [turned], ahead: [...ahead, ...sum, reverse(whole, turned, width)] };
    },
  };
  return wiring;
}

const shifted = (a: Access, columns: number): Access => ({ ...a, column: a.column + columns });

const reverse = (from: Access, into: Access, width: number): Kernel => ({
  kind: "reverse",
  of: "values",
  from,
  into,
  width,
});

const overOf = ({ extent }: Buffer): Over => (extent === "rows" ? "rows" : "tokens");

/** Copies columns from several places side by side into one buffer. */
function join(
  parts: readonly { readonly from: Access; readonly width: number }[],
  into: Buffer,
): PointwiseKernel {
  let column = 0;
  const values: Value[] = [];
  const passes = parts.map(({ from, width }): Pass => {
    const value = values.push({ op: "load", access: from, width }) - 1;
    const pass = { width, values: [value], stores: [{ value, access: access(into, column) }] };
    column += width;
    return pass;
  });
  return { kind: "pointwise", over: overOf(into), values, passes };
}

/** The sum of derivatives by parts, which may overlap; 0 where there is none. */
function assemble(parts: readonly Contribution[], into: Access, whole: number): PointwiseKernel {
  const ends = [0, whole, ...parts.flatMap((p) => [p.from, p.from + p.width])];
  const borders = [...new Set(ends)].sort((a, b) => a - b);
  const values: Value[] = [];
  const passes = borders.slice(1).map((end, i): Pass => {
    const start = borders[i] as number;
    const width = end - start;
    const own: number[] = [];
    const emit = (value: Value): number => {
      own.push(values.push(value) - 1);
      return values.length - 1;
    };
    const here = parts.filter((p) => p.from <= start && p.from + p.width >= end);
    const value =
      here.length === 0
        ? values.push({ op: "number", value: 0, width: 1 }) - 1
        : here
            .map((p) => emit({ op: "load", access: shifted(p.access, start - p.from), width }))
            .reduce((a, b) => emit({ op: "add", arguments: [a, b], width }));
    return { width, values: own, stores: [{ value, access: shifted(into, start) }] };
  });
  return { kind: "pointwise", over: overOf(into.buffer), values, passes };
}

/** The sum of values that stand in several places, for all tokens or all rows at once. */
export function addUp(parts: readonly Access[], into: Access, width: number): PointwiseKernel {
  return assemble(
    parts.map((part) => ({ access: part, from: 0, width })),
    into,
    width,
  );
}
