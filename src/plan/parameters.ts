// Where each parameter of a network stands in the one block that holds them all: what is trained first, so
// that the gradient, the clip and the optimiser are one pass over one array each.
import type { CellParameter, Initial } from "../language/cell.ts";
import { sizeOf } from "../graph/lower.ts";
import type { Step } from "../graph/step.ts";
import type { NetworkLayer } from "./network.ts";

export interface ParameterPlace {
  /** `<layer>.<name in the equations>` */
  readonly name: string;
  /** [rows, columns] of a matrix (columns of one block where it is block-diagonal), [width] of a vector. */
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
  readonly trained: boolean;
  readonly initial: Initial;
  readonly blocks: number;
}

export interface ParameterLayout {
  readonly places: readonly ParameterPlace[];
  /** Elements that are trained: the first ones. */
  readonly trained: number;
  readonly size: number;
}

export function layoutParameters(
  layers: readonly { readonly layer: NetworkLayer; readonly step: Step }[],
): ParameterLayout {
  const entries = layers.flatMap(({ layer, step }) =>
    inProductOrder(layer.cell.parameters, step)
      .filter((p) => layer.shares?.[p.name] === undefined)
      .map((p) => ({ p, layer })),
  );
  const ordered = [...entries.filter(({ p }) => p.trained), ...entries.filter(({ p }) => !p.trained)];
  let offset = 0;
  const places = ordered.map(({ p, layer }): ParameterPlace => {
    const size = (w: string | number): number => sizeOf(w, layer.sizes, layer.cell.name);
    const shape = p.kind === "vector" ? [size(p.width)] : [size(p.rows), size(p.columns) / p.blocks];
    const count = shape.reduce((a, b) => a * b, 1);
    const place = {
      name: `${layer.name}.${p.name}`,
      shape,
      offset,
      size: count,
      trained: p.trained,
      initial: p.initial,
      blocks: p.kind === "matrix" ? p.blocks : 1,
    };
    offset += count;
    return place;
  });
  const trained = places.reduce((sum, p) => sum + (p.trained ? p.size : 0), 0);
  const layout = { places, trained, size: offset };
  for (const { layer } of layers)
    checkShares(
      layer,
      placesByName(
        layout,
        layers.map((l) => l.layer),
      ),
    );
  return layout;
}

/** The place of each parameter by `<layer>.<name>`, of those that layers share by each of their names. */
export function placesByName(
  { places }: ParameterLayout,
  layers: readonly NetworkLayer[],
): ReadonlyMap<string, ParameterPlace> {
  const found = new Map(places.map((place) => [place.name, place]));
  for (const { name, shares = {} } of layers) {
    for (const [parameter, of] of Object.entries(shares)) {
      const place = found.get(of);
      if (place) found.set(`${name}.${parameter}`, place);
    }
  }
  return found;
}

function checkShares(
  { name, cell, sizes, shares = {} }: NetworkLayer,
  places: ReadonlyMap<string, ParameterPlace>,
): void {
  for (const [parameter, of] of Object.entries(shares)) {
    const own = cell.parameters.find((p) => p.name === parameter);
    const place = places.get(of);
    if (!own || !place) {
      throw new Error(
        `layer '${name}' shares its '${parameter}' as '${of}', and there is no such parameter; name both`,
      );
    }
    const size = (w: string | number): number => sizeOf(w, sizes, cell.name);
    const shape =
      own.kind === "vector" ? [size(own.width)] : [size(own.rows), size(own.columns) / own.blocks];
    const isDropped = own.kind === "matrix" && own.drop > 0;
    if (shape.join() === place.shape.join() && own.trained === place.trained && !isDropped) continue;
    throw new Error(
      `layer '${name}' shares its '${parameter}', [${shape.join(", ")}], as '${of}', [${place.shape.join(", ")}]; both ` +
        "must have one shape, be trained or not alike, and be dropped nowhere",
    );
  }
}

/** Matrices of one product stand side by side, so that its gradient is one product too; vectors come last. */
function inProductOrder(parameters: readonly CellParameter[], step: Step): CellParameter[] {
  const order = new Map<string, number>();
  for (const node of step.graph.nodes) {
    if (node.op !== "product" && node.op !== "transposedProduct") continue;
    for (const m of node.matrices) if (!order.has(m.name)) order.set(m.name, order.size);
  }
  const rank = (p: CellParameter): number => order.get(p.name) ?? Infinity;
  return [...parameters].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}
