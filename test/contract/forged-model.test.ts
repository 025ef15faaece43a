// Model files with a matching checksum but wrong content, as a person or a program could make them: each is read, or
// rejected with an error that names the file.
import { beforeAll, expect, test } from "vitest";
import { decodeFile, encodeRun } from "../../src/checkpoint/checkpoint.ts";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../../src/formats/safetensors.ts";
import { language } from "../../src/tasks/language/language.ts";
import { train } from "../../src/tasks/train.ts";

const strange = [null, -1, 0, 0.5, 1e9, 1e300, "x", "", {}, [], [[]], true, "__proto__", "h' = tahn(x)"];
let tensors: ReadonlyMap<string, Tensor> = new Map();
let metadata: Record<string, string> = {};

beforeAll(async () => {
  const text = "what a forger may write, a reader has to read. ".repeat(10);
  const task = language({ cell: "gru", size: 3 });
  const run = train(task, text, { split: 0.9, steps: 4, batch: 2, window: 5, settings: { cell: "gru" } });
  await run.finish();
  const bytes = await encodeRun(await run.snapshot());
  run.dispose();
  const { checksum, ...rest } = decodeSafetensors(bytes).metadata;
  tensors = decodeSafetensors(bytes).tensors;
  metadata = rest;
  expect(checksum).toMatch(/^[0-9a-f]{64}$/);
  await decodeFile(await sealed(tensors, metadata), [language]);
});

/** A file with a matching checksum. */
async function sealed(
  content: ReadonlyMap<string, Tensor>,
  described: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const bytes = encodeSafetensors(content, described).slice();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const checksum = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return encodeSafetensors(content, { ...described, checksum });
}

/** The message of an error that does not name the file, or undefined. */
async function misbehaviour(bytes: Uint8Array): Promise<string | undefined> {
  try {
    await decodeFile(bytes, [language], "forged.safetensors");
    return undefined;
  } catch (error) {
    const { name, message } = error as Error;
    return name === "Error" && message.startsWith("forged.safetensors") ? undefined : `${name}: ${message}`;
  }
}

/** Every value that differs from a JSON value in one element. */
function* variants(value: unknown): Generator<unknown> {
  for (const other of strange) yield other;
  if (typeof value !== "object" || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    const without = Object.entries(value).filter(([k]) => k !== key);
    yield Array.isArray(value) ? without.map(([, v]) => v as unknown) : Object.fromEntries(without);
    for (const changed of variants(part)) {
      const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...value };
      Object.assign(copy, { [key]: changed });
      yield copy;
    }
  }
}

test.each(["model", "training"])("the %s with one thing changed", async (part) => {
  const found: string[] = [];
  let count = 0;
  for (const changed of variants(JSON.parse(metadata[part] as string))) {
    const wrong = await misbehaviour(await sealed(tensors, { ...metadata, [part]: JSON.stringify(changed) }));
    if (wrong !== undefined) found.push(`${JSON.stringify(changed).slice(0, 300)} gives ${wrong}`);
    count += 1;
  }
  expect(found).toEqual([]);
  expect(count).toBeGreaterThan(200);
});

test("tensors that are missing, renamed or of another shape", async () => {
  const found: string[] = [];
  for (const [name, tensor] of tensors) {
    const rest = [...tensors].filter(([other]) => other !== name);
    const changes: [string, Tensor][][] = [
      [],
      [[`${name}z`, tensor]],
      [[name, { ...tensor, shape: [1, ...tensor.shape] }]],
      [[name, { type: "I32", shape: [0], data: new Int32Array(0) }]],
    ];
    for (const change of changes) {
      const wrong = await misbehaviour(await sealed(new Map([...rest, ...change]), metadata));
      if (wrong !== undefined) found.push(`${name}: ${wrong}`);
    }
  }
  expect(found).toEqual([]);
});
