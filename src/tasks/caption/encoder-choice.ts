// The encoder that computes vectors of images, and its record in model files.
import * as z from "zod/mini";
import { preprocessingNames, type PreprocessingName } from "./images/image.ts";

/** The encoder that is built in, which is for drawings such as the shapes data set. */
export const builtInEncoder = "filter-bank";

/** An encoder of images, by which it is found again. */
export interface EncoderChoice {
  /** The path of an ONNX file, or `filter-bank`, which is built in. */
  readonly encoder: string;
  /** The first 64 bits of the SHA-256 of the file, in hexadecimal; absent where any copy will do. */
  readonly digest?: string;
  /** The value of the graph that is the vector: a name, or the number of a dense layer. Default the first output. */
  readonly tap?: string;
  readonly preprocessing: PreprocessingName;
}

const schema: z.ZodMiniType<EncoderChoice> = z.object({
  encoder: z.string(),
  digest: z.exactOptional(z.string()),
  tap: z.exactOptional(z.string()),
  preprocessing: z.enum(preprocessingNames),
});

/** The record in a model file: JSON, empty for vectors of unknown origin. */
export function encoderRecord(choice: EncoderChoice | undefined): string {
  if (!choice) return "";
  const { encoder, digest, tap, preprocessing } = choice;
  return JSON.stringify({ encoder, digest, tap, preprocessing });
}

/** The encoder of a record; undefined where the record does not name one. */
export function encoderOfRecord(record: string): EncoderChoice | undefined {
  try {
    return schema.safeParse(JSON.parse(record)).data;
  } catch {
    return undefined;
  }
}

/** Whether two encoders give an image the same vector, as far as their records tell. */
export function isSameEncoder(a: EncoderChoice, b: EncoderChoice): boolean {
  if (a.digest === undefined || b.digest === undefined) return true;
  const parts = ({ digest, tap, preprocessing }: EncoderChoice): string =>
    JSON.stringify([digest, tap, preprocessing]);
  return parts(a) === parts(b);
}
