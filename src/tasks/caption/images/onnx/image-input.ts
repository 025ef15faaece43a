// The input of an image network as its graph declares it: layout, size, images per run.
import type { ImageSize } from "../image-resize.ts";
import type { GraphView } from "./model.ts";

export interface ImageInput {
  readonly name: string;
  readonly shape: readonly (number | string)[];
  readonly layout: "nchw" | "nhwc";
  /** undefined: any size. */
  readonly size: ImageSize | undefined;
  /** Images per run; undefined: any number. */
  readonly batch: number | undefined;
}

const floatElements = 1;
const elementNames: Readonly<Record<number, string>> = {
  2: "uint8",
  3: "int8",
  10: "float16",
  11: "float64",
};

/** Throws for a graph with several inputs or none, and for an input that is not an image of floats, describing it. */
export function imageInput(view: GraphView, name: string): ImageInput {
  const [input, ...others] = view.inputs;
  if (!input || others.length > 0)
    throw new Error(
      `${name}: an encoder of images has one input, but this graph has ${view.inputs.length}` +
        `${input ? ` (${view.inputs.map((value) => value.name).join(", ")})` : ""}; use a model of images alone`,
    );
  const { shape } = input;
  if (!shape)
    throw new Error(
      `${name}: the file does not say the shape of its input '${input.name}'; export it with one`,
    );
  const shown = `its input '${input.name}' is [${shape.join(", ")}]`;
  if (shape.length !== 4)
    throw new Error(`${name}: ${shown}, not images [n, 3, height, width] or [n, height, width, 3]`);
  if (input.elements !== undefined && input.elements !== floatElements)
    throw new Error(
      `${name}: ${shown} of ${elementNames[input.elements] ?? `element type ${input.elements}`}, not float32; export it in float32`,
    );
  const [batch = "?", second = "?", third = "?", last = "?"] = shape;
  const planes = second === 3 || (last !== 3 && typeof second === "string");
  if (!planes && last !== 3)
    throw new Error(`${name}: ${shown}, with ${second} channels, but an image has 3: red, green and blue`);
  const [height, width] = planes ? [third, last] : [second, third];
  const sides = [typeof height === "number", typeof width === "number"];
  if (sides[0] !== sides[1])
    throw new Error(`${name}: ${shown}, fixed in one side only; export it with both fixed, or neither`);
  return {
    name: input.name,
    shape,
    layout: planes ? "nchw" : "nhwc",
    size: typeof height === "number" && typeof width === "number" ? { height, width } : undefined,
    batch: typeof batch === "number" ? batch : undefined,
  };
}
