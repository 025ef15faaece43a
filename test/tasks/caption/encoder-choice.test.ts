// The record of an encoder in a model file, which a stranger may have written.
import { expect, test } from "vitest";
import { preprocessingNames } from "../../../src/tasks/caption/images/image.ts";
import { encoderOfRecord, encoderRecord } from "../../../src/tasks/caption/encoder-choice.ts";

const [preprocessing] = preprocessingNames;

test.each([
  "null",
  "[]",
  '""',
  "7",
  "{}",
  "{",
  "",
  "true",
  '{"encoder":7}',
  '{"encoder":null}',
  '{"__proto__":{}}',
])("%j is no encoder", (record) => {
  expect(encoderOfRecord(record)).toBeUndefined();
});

test.each(["/dev/zero", "/etc/passwd", "../../secret.onnx", "C:\\models\\vgg.onnx"])(
  "the path %s of an early file is not kept",
  (encoder) => {
    const read = encoderOfRecord(JSON.stringify({ encoder, preprocessing }));
    expect(read).toEqual({ name: encoder.split(/[/\\]/u).at(-1), preprocessing });
    expect(encoderOfRecord(encoderRecord(read))).toEqual(read);
  },
);
