// ONNX Runtime, native or on WebAssembly: the same LSTM model with the same weights as unrolled's, whose outputs it
// must agree with before it is timed.
import { cellNamed } from "../../dist/cells/index.js";
import { wasmDevice } from "../../dist/run/wasm/device.js";
import { drawInputs, openWorkload, planOf } from "../../dist/measure/workload.js";
import { lstmModel } from "./onnx.mjs";
import { serve, versionOf } from "./serve.mjs";

/** Of the greatest logit. */
const tolerance = 1e-4;
/** Calls that are compared: after the first one, states are carried. */
const compared = 3;

await serve(async ({ configuration, cell: name, vocabulary, runtime, threads }) => {
  const { size, layers, batch, steps } = configuration;
  const cell = cellNamed(name);
  const carried = configuration.work === "step";
  const plan = planOf(configuration, cell);
  const { weights, symbols } = drawInputs(configuration, plan);
  const value = (parameter) => {
    const place = plan.parameters.places.find((p) => p.name === parameter);
    return weights.subarray(place.offset, place.offset + place.size);
  };
  const model = lstmModel({ value, vocabulary, size, layers, batch, steps, carried });
  const ort = await import(runtime);
  if (runtime === "onnxruntime-web") ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(model, {
    executionProviders: [runtime === "onnxruntime-web" ? "wasm" : "cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
  });
  const states = {};
  for (const input of session.inputNames.filter((n) => n !== "symbols")) {
    states[input] = new ort.Tensor("float32", new Float32Array(batch * size), [1, batch, size]);
  }
  const ids = BigInt64Array.from(symbols, BigInt);
  let logits = new Float32Array();
  const call = async () => {
    const outputs = await session.run({ symbols: new ort.Tensor("int64", ids, [steps, batch]), ...states });
    for (const input in states) states[input] = outputs[`${input}'`];
    logits = outputs.logits.data;
  };
  for (let n = 0; n < compared; n++) await call();
  check(logits, await logitsOfOurs(configuration, cell, vocabulary));
  return { call, versions: { [runtime]: versionOf(runtime) } };
});

async function logitsOfOurs(configuration, cell, vocabulary) {
  const device = wasmDevice();
  const { call, program, dispose } = await openWorkload(configuration, cell, device);
  for (let n = 0; n < compared; n++) await call();
  const tokens = configuration.batch * configuration.steps;
  const logits = await program.read("output.readout", new Float32Array(tokens * vocabulary));
  dispose();
  device.dispose();
  return logits;
}

function check(found, expected) {
  const greatest = (values) => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const worst = greatest(found.map((v, i) => v - expected[i])) / greatest(expected);
  if (found.length === expected.length && worst <= tolerance) return;
  throw new Error(
    `its ${found.length} logits are off unrolled's ${expected.length} by ${worst} of the greatest, above ${tolerance}`,
  );
}
