// Writes plans and their initial memory to a file, for `native/harness.cpp`, which runs them without Node. Per plan: the
// lengths of plan, arena and parameters, then their words. Argument: the file.
import { appendFileSync, writeFileSync } from "node:fs";
import { encodePlan } from "../../../src/emit/native/encode.ts";
import { randomStream } from "../../../src/base/random.ts";
import { manyPlans } from "../plans.ts";

const path = process.argv[2];
if (!path) throw new Error("expected the path of a file");
writeFileSync(path, "");
for (const [n, plan] of manyPlans().entries()) {
  const stream = randomStream(n, 11);
  const floats = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => stream.uniform() - 0.5);
  // An optimiser's squares are not negative, and its divisors not zero.
  const arena = floats(plan.arena).map((v) => Math.abs(v) + 0.1);
  const parameters = floats(plan.parameters.size);
  const integers = new Int32Array(arena.buffer);
  for (const { type, space, offset, size } of plan.buffers) {
    if (type === "integer" && space === "arena")
      for (let i = 0; i < size; i++) integers[offset + i] = Math.floor(2 * stream.uniform());
  }
  const words = encodePlan(plan);
  appendFileSync(path, new Uint8Array(Int32Array.of(words.length, arena.length, parameters.length).buffer));
  for (const part of [words, arena, parameters]) {
    appendFileSync(path, new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
}
