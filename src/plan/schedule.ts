// The order of a layer's work: region by region and stage by stage, products and what stands between them. Knows
// where values stand, not why.
import type { Node, Product, TransposedProduct } from "../graph/graph.ts";
import { access } from "./buffers.ts";
import type { Homes, StateHome } from "./homes.ts";
import type { LayerContext } from "./layer.ts";
import type { Access, Buffer, Kernel, Loop, MatrixPlace, Over } from "./plan.ts";
import { fuse, type Store } from "./pointwise.ts";
import { regions, type Direction, type Region, type Spot } from "./regions.ts";

/** The kernels of one direction of a layer's work, in order. */
export function scheduleWork(
  direction: Direction,
  layer: LayerContext,
  homes: Homes,
  barriers: readonly Node[],
  spotOf: (node: Node) => Spot,
): (Kernel | Loop)[] {
  return regions.flatMap((region) => {
    const isHere = (node: Node): boolean =>
      spotOf(node).direction === direction && spotOf(node).region === region;
    const [products, stored] = [barriers.filter(isHere), homes.stored.filter(isHere)];
    const last = Math.max(0, ...[...products, ...stored].map((n) => spotOf(n).stage));
    const body = Array.from({ length: last + 1 }, (_, stage) => {
      const atStage = (node: Node): boolean => spotOf(node).stage === stage;
      return [
        ...products
          .filter(atStage)
          .flatMap((p) => barrierKernels(p, direction, overOf(region), layer, homes)),
        ...pointwiseKernels(stored.filter(atStage), direction, region, layer, homes),
      ];
    }).flat();
    if (region !== "loop") return body;
    return body.length > 0 ? [{ kind: "loop", direction, body: body as Kernel[] }] : [];
  });
}

type RowsOver = Exclude<Over, "once">;
const overOf = (region: Region): RowsOver =>
  region === "loop" ? "step" : region === "rows" || region === "rowsAfter" ? "rows" : "tokens";

function pointwiseKernels(
  here: readonly Node[],
  direction: Direction,
  region: Region,
  layer: LayerContext,
  homes: Homes,
): (Kernel | Loop)[] {
  const stores = here.flatMap((node) => homes.targets(node).map((where): Store => ({ node, access: where })));
  if (stores.length === 0) return [];
  const kernel = fuse(overOf(region), stores, {
    load: (node) => loadFrom(node, region, here, layer, homes),
    temporary: (width) => access(homes.make("once", width)),
    salt: layer.salt,
  });
  if (kernel.over !== "tokens") return [kernel];
  // Values of a row among those of its steps, or a state's place before the step: one step at a time.
  const touched = [
    ...kernel.passes.flatMap((p) => p.stores.map((s) => s.access)),
    ...kernel.values.flatMap((v) => (v.op === "load" ? [v.access] : [])),
  ];
  const stepwise =
    touched.some((a) => a.at === "lag" || a.buffer.extent === "rows") ||
    kernel.values.some((v) => v.op === "mask" && v.per === "sequence");
  return stepwise ? [{ kind: "loop", direction, body: [{ ...kernel, over: "step" }] }] : [kernel];
}

/** Where the pointwise kernel that stores `here` loads a node; undefined where it computes it. */
function loadFrom(
  node: Node,
  region: Region,
  here: readonly Node[],
  layer: LayerContext,
  homes: Homes,
): readonly Access[] | undefined {
  switch (node.op) {
    case "parameter":
      return [access(layer.parameters, layer.parameter(`${layer.name}.${node.name}`).offset)];
    case "reset":
      return [access(layer.resets)];
    case "gradient":
      return layer.contributions;
    case "carried":
      return [access(homes.derivatives.get(node.name) as Buffer)];
    case "lag":
      if (region !== "loop" && !here.includes(node)) break;
      return [access((homes.states.find((s) => s.name === node.name) as StateHome).buffer, 0, "lag")];
  }
  const home = homes.of(node).find((h) => h.at !== "lag");
  return home ? [home] : undefined;
}

function barrierKernels(
  node: Node,
  direction: Direction,
  over: RowsOver,
  layer: LayerContext,
  homes: Homes,
): (Kernel | Loop)[] {
  const into = access(homes.barrierBuffer(node));
  if (node.op === "product") return productKernels(node, over, into, layer, homes);
  if (node.op === "transposedProduct") return pullbackKernels(node, over, into, layer, homes);
  if (node.op === "gather" || node.op === "scatter") {
    const [from, indices] = node.arguments.map((a) => homes.memoryOf(a)) as [Access, Access];
    const [vector, numbers] = node.arguments as [Node, Node];
    const common = { from, indices, into, count: numbers.width };
    const kernel: Kernel =
      node.op === "gather"
        ? { kind: "pick", over, ...common, width: vector.width }
        : { kind: "place", over, ...common, width: node.width };
    // Numbers of a sequence for the tokens of its steps: one step at a time.
    const perRow = [from, indices].some((a) => a.buffer.extent === "rows");
    const stepwise = over === "tokens" && perRow;
    return stepwise ? [{ kind: "loop", direction, body: [{ ...kernel, over: "step" }] }] : [kernel];
  }
  return [{ kind: "stepSums", from: homes.memoryOf(node.arguments[0] as Node), into, width: node.width }];
}

function productKernels(
  node: Product,
  over: RowsOver,
  into: Access,
  layer: LayerContext,
  homes: Homes,
): Kernel[] {
  const argument = node.arguments[0] as Node;
  const matrices = placesOf(node, layer);
  if (isIndex(argument, layer)) {
    const indices = layer.indices(argument.name) as Access;
    return [{ kind: "gather", over, indices, into, matrices }];
  }
  const from = homes.memoryOf(argument);
  return byBlocks(node, { kind: "matmul", over, from, into, matrices, transposed: false });
}

function pullbackKernels(
  node: TransposedProduct,
  over: RowsOver,
  into: Access,
  layer: LayerContext,
  homes: Homes,
): Kernel[] {
  const [first, ...others] = node.arguments;
  const from =
    others.length === 0 ? homes.memoryOf(first as Node) : (homes.besides(node.arguments) as Access);
  const matrices = placesOf(node, layer);
  return byBlocks(node, { kind: "matmul", over, from, into, matrices, transposed: true });
}

/** A block-diagonal matrix stands as its blocks, one after the other. */
function placesOf(node: Product | TransposedProduct, layer: LayerContext): MatrixPlace[] {
  return node.matrices.flatMap((m) => {
    const { buffer, offset } = layer.matrix(m.name);
    const [rows, columns] = [m.rows / m.blocks, m.columns / m.blocks];
    return Array.from({ length: m.blocks }, (_, b) => ({
      buffer,
      offset: offset + b * rows * columns,
      rows,
      columns,
    }));
  });
}

/** A block-diagonal matrix is as many small products as it has blocks. */
function byBlocks(node: Product | TransposedProduct, kernel: Kernel & { kind: "matmul" }): Kernel[] {
  if (node.matrices.every((m) => m.blocks === 1)) return [kernel];
  return kernel.matrices.map((matrix, b) => {
    const { rows, columns } = matrix;
    const [taken, given] = kernel.transposed ? [rows, columns] : [columns, rows];
    const from = { ...kernel.from, column: kernel.from.column + b * taken };
    const into = { ...kernel.into, column: kernel.into.column + b * given };
    return { ...kernel, from, into, matrices: [matrix] };
  });
}

/** Whether a node is an input that stands for a one-hot vector. */
export function isIndex(node: Node, layer: LayerContext): node is Node & { op: "input" } {
  return node.op === "input" && layer.indices(node.name) !== undefined;
}
