// Finds a value of a graph by name, by a part of a name, or by the number of a dense layer.
import { nearest as nearestName } from "../../../../base/nearest.ts";
import type { GraphNode, GraphView } from "./model.ts";

export interface Tap {
  /** The name of the value. */
  readonly value: string;
  /** For people: "output 'fc7_3', dense layer 2 of 3". */
  readonly described: string;
}

interface Dense {
  readonly node: GraphNode;
  /** The layer's output, after its bias and Relu. */
  readonly value: string;
  /** All values from the product to the output. */
  readonly values: readonly string[];
}

/** The names of VGG16's dense layers, counted from the last. */
const conventional: ReadonlyMap<string, number> = new Map([
  ["fc6", -3],
  ["fc7", -2],
  ["fc8", -1],
]);

/**
 * The value that `tap` names. A string is the name of a value or of a node (its first output); or a part of the name of one
 * dense layer or one node; or fc6, fc7 and fc8: the third last, second last and last dense layer, as in VGG16. A number
 * counts dense layers (Gemm, or MatMul with weights): 1 is the first, -1 the last. Except by exact name, a dense layer is
 * tapped after its bias and the Relu, Dropout and Identity that follow it; so are fc6, fc7 and fc8 even if a value has that
 * name. Default the first output. Throws for an unknown value, naming the nearest, and for a name of several.
 */
export function findTap(view: GraphView, tap?: string | number): Tap {
  const dense = denseLayers(view);
  const layer = (index: number): Tap | undefined => {
    const value = dense.at(index)?.value;
    return value === undefined ? undefined : { value, described: describe(value, dense) };
  };
  if (tap === undefined) {
    const [first] = view.outputs;
    if (first) return { value: first.name, described: describe(first.name, dense) };
    throw new Error("tap: the graph has no output; name one of its values");
  }
  if (typeof tap === "number") {
    const numbered = Number.isInteger(tap) && tap !== 0 ? layer(tap > 0 ? tap - 1 : tap) : undefined;
    if (numbered) return numbered;
    const range = dense.length === 0 ? "" : `; count from 1 to ${dense.length}, or from -1 back`;
    throw new Error(
      `tap: there is no dense layer ${tap}: the graph has ${dense.length}${range}, or give a name`,
    );
  }
  const named = byName(view, dense, tap);
  if (named !== undefined) return { value: named, described: describe(named, dense) };
  const counted = conventional.get(tap.toLowerCase());
  const usual = counted !== undefined && dense.length >= 3 ? layer(counted) : undefined;
  if (usual) return usual;
  throw new Error(`tap: the graph has no '${tap}'${nearest(view, tap)}`);
}

function byName(view: GraphView, dense: readonly Dense[], tap: string): string | undefined {
  // A file may name the product alone "fc7".
  const convention = conventional.has(tap.toLowerCase());
  const exact = !convention && view.nodes.find(({ outputs }) => outputs.includes(tap)) && tap;
  const node = convention ? undefined : view.nodes.find(({ name }) => name === tap && tap !== "");
  if (exact || node) return exact || node?.outputs[0];
  const part = tap.toLowerCase();
  const has = (name: string): boolean => part !== "" && name.toLowerCase().includes(part);
  const meant = ({ name, outputs }: GraphNode): boolean => has(name) || outputs.some(has);
  const layers = dense.filter(({ node: one, values }) => meant(one) || values.some(has));
  const others = view.nodes.filter(meant);
  const values =
    layers.length > 0 ? layers.map(({ value }) => value) : others.map(({ outputs }) => outputs[0] ?? "");
  if (values.length <= 1) return values[0];
  throw new Error(
    `tap: '${tap}' may mean ${values.length} values: ${listOf(values)}; write the whole name of one`,
  );
}

/** Gemm, and MatMul with a constant; in the order of the graph. */
function denseLayers(view: GraphView): Dense[] {
  const constant = new Set(view.weights);
  for (const { inputs, outputs } of view.nodes)
    if (inputs.every((input) => input === "" || constant.has(input)))
      for (const output of outputs) constant.add(output);
  const readers = new Map<string, GraphNode[]>();
  for (const node of view.nodes)
    for (const input of new Set(node.inputs)) readers.set(input, [...(readers.get(input) ?? []), node]);
  return view.nodes.flatMap((node) => {
    const [output] = node.outputs;
    const weighted = node.inputs.slice(0, 2).filter((input) => constant.has(input)).length === 1;
    if (output === undefined || !weighted || (node.operation !== "Gemm" && node.operation !== "MatMul"))
      return [];
    const values = [output];
    for (let value = output; ;) {
      const [next, ...others] = readers.get(value) ?? [];
      const bias =
        value === output && next?.operation === "Add" && next.inputs.some((input) => constant.has(input));
      const follows = bias || ["Relu", "Dropout", "Identity"].includes(next?.operation ?? "");
      const after = next?.outputs[0];
      if (after === undefined || others.length > 0 || !follows) return [{ node, value, values }];
      value = after;
      values.push(value);
    }
  });
}

function describe(value: string, dense: readonly Dense[]): string {
  const index = dense.findIndex(({ values }) => values.includes(value));
  return index < 0 ? `'${value}'` : `'${value}', dense layer ${index + 1} of ${dense.length}`;
}

function nearest(view: GraphView, tap: string): string {
  const values = view.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== "");
  const names = [
    ...new Set([...view.nodes.map(({ name }) => name).filter((name) => name !== ""), ...values]),
  ];
  const near = nearestName(tap, names);
  return near === undefined
    ? `; it has ${listOf(values.reverse())}`
    : `; did you mean '${near}'? It has ${listOf(values.reverse())}`;
}

/** The first eight names. */
function listOf(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => `'${name}'`);
  return shown.join(", ") + (names.length > 8 ? ` and ${names.length - 8} more` : "");
}
