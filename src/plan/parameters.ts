// The layout of a network's parameters in one block: trained ones first, so that the gradient, clipping and the optimiser
// are one pass over one array each.
import type { Cell, CellParameter, Initial } from "../language/cell.ts";
import { lower, sizeOf } from "../graph/lower.ts";
import type { Step } from "../graph/step.ts";
import type { Network, NetworkLayer } from "./network.ts";

/** A parameter and its location in the block. */
export interface ParameterPlace {
  /** `<layer>.<name in the equations>` */
  readonly name: string;
  /** [rows, columns] of a matrix (of a block-diagonal one the columns of one block), [width] of a vector. */
  readonly shape: readonly number[];
  /** The first element in the block. */
  readonly offset: number;
  /** Number of elements. */
  readonly size: number;
  /** False for what training never changes. */
  readonly trained: boolean;
  readonly initial: Initial;
  /** Blocks on the diagonal; 1 for a dense matrix. */
  readonly blocks: number;
}

/** The order of a network's parameters in one block of numbers. */
export interface ParameterLayout {
  readonly places: readonly ParameterPlace[];
  /** Number of trained elements, which are the first ones. */
  readonly trained: number;
  /** Number of elements, all together. */
  readonly size: number;
}

interface LoweredLayer {
  readonly layer: NetworkLayer;
  readonly step: Step;
}

/** The layout of a network's parameters, those of its encoder first; the same for all of its plans. */
export function parameterLayout({ encoder, layers }: Network): ParameterLayout {
  const all = [...(encoder?.layers ?? []), ...layers];
  const steps = new Map<Cell, Map<string, Step>>();
  // Layers of one cell and size have the same step.
  const stepOf = ({ cell, sizes }: NetworkLayer): Step => {
    const known = steps.get(cell) ?? new Map<string, Step>();
    steps.set(cell, known);
    const key = JSON.stringify(sizes);
    const step = known.get(key) ?? lower(cell, sizes);
    known.set(key, step);
    return step;
  };
  return layoutParameters(all.map((layer) => ({ layer, step: stepOf(layer) })));
}

export function layoutParameters(layers: readonly LoweredLayer[]): ParameterLayout {
  const unshared = layers.flatMap(({ layer, step }) =>
    inProductOrder(layer.cell.parameters, step)
      .filter((p) => layer.shares?.[p.name] === undefined)
      .map((parameter) => ({ layer, parameter })),
  );
  const isTrained = ({ parameter }: (typeof unshared)[number]): boolean => parameter.trained;
  const ordered = [...unshared.filter(isTrained), ...unshared.filter((p) => !isTrained(p))];
  let offset = 0;
  const places = ordered.map(({ layer, parameter }): ParameterPlace => {
    const place = placeAt(offset, layer, parameter);
    offset += place.size;
    return place;
  });
  const trained = places.reduce((sum, p) => sum + (p.trained ? p.size : 0), 0);
  const layout = { places, trained, size: offset };
  const byName = placesByName(
    layout,
    layers.map(({ layer }) => layer),
  );
  for (const { layer } of layers) checkShares(layer, byName);
  return layout;
}

function placeAt(offset: number, layer: NetworkLayer, parameter: CellParameter): ParameterPlace {
  const shape = shapeOf(layer, parameter);
  return {
    name: `${layer.name}.${parameter.name}`,
    shape,
    offset,
    size: shape.reduce((a, b) => a * b, 1),
    trained: parameter.trained,
    initial: parameter.initial,
    blocks: parameter.kind === "matrix" ? parameter.blocks : 1,
  };
}

function shapeOf({ sizes, cell }: NetworkLayer, parameter: CellParameter): number[] {
  const size = (width: string | number): number => sizeOf(width, sizes, cell.name);
  return parameter.kind === "vector"
    ? [size(parameter.width)]
    : [size(parameter.rows), size(parameter.columns) / parameter.blocks];
}

/** By `<layer>.<name>`; a parameter that layers share is there under each of its names. */
export function placesByName(
  { places }: ParameterLayout,
  layers: readonly NetworkLayer[],
): ReadonlyMap<string, ParameterPlace> {
  const byName = new Map(places.map((place) => [place.name, place]));
  for (const { name, shares = {} } of layers) {
    for (const [parameter, of] of Object.entries(shares)) {
      const place = byName.get(of);
      if (place) byName.set(`${name}.${parameter}`, place);
    }
  }
  return byName;
}

function checkShares(layer: NetworkLayer, places: ReadonlyMap<string, ParameterPlace>): void {
  const { name, cell, shares = {} } = layer;
  for (const [shared, of] of Object.entries(shares)) {
    const parameter = cell.parameters.find((p) => p.name === shared);
    const place = places.get(of);
    if (!parameter || !place) {
      throw new Error(
        `layer '${name}' shares its '${shared}' as '${of}', and there is no such parameter; name both`,
      );
    }
    const shape = shapeOf(layer, parameter);
    const isDropped = parameter.kind === "matrix" && parameter.drop > 0;
    const isAlike = shape.join() === place.shape.join() && parameter.trained === place.trained;
    if (isAlike && !isDropped) continue;
    throw new Error(
      `layer '${name}' shares its '${shared}', [${shape.join(", ")}], as '${of}', [${place.shape.join(", ")}]; both ` +
        "must have the same shape, be trained or not alike, and be dropped nowhere",
    );
  }
}

/** Matrices of one product are neighbours, so that their gradient is one product too; vectors come last. */
function inProductOrder(parameters: readonly CellParameter[], step: Step): CellParameter[] {
  const order = new Map<string, number>();
  for (const node of step.graph.nodes) {
    if (node.op !== "product" && node.op !== "transposedProduct") continue;
    for (const m of node.matrices) if (!order.has(m.name)) order.set(m.name, order.size);
  }
  const rank = (p: CellParameter): number => order.get(p.name) ?? Infinity;
  return [...parameters].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}
