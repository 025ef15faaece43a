// The encoder that computes vectors of images, and its record in model files.
import * as z from "zod/mini";
import { preprocessingNames, type PreprocessingName } from "./images/image.ts";

/** The encoder that is built in, which is for drawings such as the shapes data set. */
export const builtInEncoder = "filter-bank";

/** An encoder of images: where it is, and by what it is known. A model file has only the latter, and opens no path. */
export interface EncoderChoice {
  /** The path of an ONNX file, or `filter-bank`, which is built in. Absent for a model whose file was loaded. */
  readonly encoder?: string;
  /** What its file was called, for people. */
  readonly name?: string;
  /** The first 64 bits of the SHA-256 of the file, in hexadecimal; absent where any copy will do. */
  readonly digest?: string;
  /** The value of the graph that is the vector: a name, or the number of a dense layer. Default the first output. */
  readonly tap?: string;
  readonly preprocessing: PreprocessingName;
}

const schema: z.ZodMiniType<EncoderChoice> = z.object({
  encoder: z.exactOptional(z.string()),
  name: z.exactOptional(z.string()),
  digest: z.exactOptional(z.string()),
  tap: z.exactOptional(z.string()),
  preprocessing: z.enum(preprocessingNames),
});

/** The record in a model file: JSON, empty for vectors of unknown origin. */
export function encoderRecord(choice: EncoderChoice | undefined): string {
  return choice ? JSON.stringify(withoutPath(choice)) : "";
}

/** The encoder of a record, without the path that early records have; undefined where the record names none. */
export function encoderOfRecord(record: string): EncoderChoice | undefined {
  try {
    const { data } = schema.safeParse(JSON.parse(record));
    return data && withoutPath(data);
  } catch {
    return undefined;
  }
}

/** An encoder by its content; the built-in one is where it always is. */
function withoutPath({ encoder, name, digest, tap, preprocessing }: EncoderChoice): EncoderChoice {
  const fileName = name ?? encoder?.split(/[/\\]/u).at(-1);
  return {
    ...(encoder === builtInEncoder ? { encoder } : fileName !== undefined && { name: fileName }),
    ...(digest !== undefined && { digest }),
    ...(tap !== undefined && { tap }),
    preprocessing,
  };
}

/** An encoder in words: its name, and the digest by which a copy is known. */
export function encoderInWords({
  encoder,
  name,
  digest,
}: {
  readonly [K in "encoder" | "name" | "digest"]?: string | undefined;
}): string {
  if (encoder === builtInEncoder) return encoder;
  const shown = JSON.stringify(encoder ?? name ?? "an ONNX file");
  return digest === undefined ? shown : `${shown}, whose SHA-256 begins with ${digest}`;
}

/** Whether two encoders give an image the same vector, as far as their records tell. */
export function isSameEncoder(a: EncoderChoice, b: EncoderChoice): boolean {
  if (a.digest === undefined || b.digest === undefined) return true;
  const parts = ({ digest, tap, preprocessing }: EncoderChoice): string =>
    JSON.stringify([digest, tap, preprocessing]);
  return parts(a) === parts(b);
}
